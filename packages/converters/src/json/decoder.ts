// Reads messages of one topic into runs of one schema each. The schema of a message is recognised by its bytes, so that
// mostly the payload alone is parsed.
import { isUtf8 } from 'node:buffer'
import { setImmediate } from 'node:timers/promises'
import { DataError, shown, type ByteColumn, type Decoder, type Schema, type SchemaAndValues } from '@rowbridge/api'
import type { JsonConfig } from './config.js'
import { parseExactly } from './exact-parse.js'
import { frameOf, isFramed, type Frame } from './frame.js'
import { compileReader, type Reader, type Reading } from './payload-reader.js'
import { readSchemaless } from './schemaless.js'
import { schemaOf } from './schema-text.js'
import { problem, type Place } from './value-problem.js'

/** After so many messages other work gets its turn. */
const TURN = 256
const REPLACED = '\uFFFD'

const MOST_KNOWN = 64
const NO_ENVELOPE =
  'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields.'

interface Known {
  readonly frame: Frame
  readonly reader: Reader
}

/** A decoder under way: the schemas it has met, latest first. */
interface State {
  readonly config: JsonConfig
  readonly reading: Reading
  readonly known: Known[]
  readonly readers: WeakMap<Schema, Reader>
  readonly schemaless: Reader
}

interface Message {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

interface Run {
  readonly schema: Schema | null
  readonly values: unknown[]
}

/** The decoder of a topic. */
export function jsonDecoder(topic: string, config: JsonConfig): Decoder {
  const schemaless: Reader = { schema: null, read: (json) => readSchemaless(json, reading) }
  const reading: Reading = { topic, index: 0, reader: schemaless, text: '', isInexact: false, isExact: false }
  const state: State = { config, reading, known: [], readers: new WeakMap(), schemaless }
  return { decode: (column) => decodeColumn(column, state) }
}

async function decodeColumn(column: ByteColumn, state: State): Promise<readonly SchemaAndValues[]> {
  const bytes = Buffer.from(column.bytes.buffer, column.bytes.byteOffset, column.bytes.length)
  const runs: Run[] = []
  for (let from = 0; from < column.length; from += TURN) {
    if (from > 0) await setImmediate()
    try {
      decodeTurn({ column, bytes, from, to: Math.min(from + TURN, column.length) }, state, runs)
    } catch (error) {
      throw isTooDeep(error) ? tooDeep(state.reading) : error
    }
  }
  return runs
}

/** Whether the stack did not suffice for what is nested in a message. */
function isTooDeep(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('call stack')
}

function tooDeep(reading: Reading): DataError {
  const hint = 'Make the producer write flatter JSON.'
  return problem('invalid-json', placeOf(reading), 'the JSON is nested too deeply to be read', hint)
}

interface Turn {
  readonly column: ByteColumn
  readonly bytes: Buffer
  readonly from: number
  readonly to: number
}

function decodeTurn({ column, bytes, from, to }: Turn, state: State, runs: Run[]): void {
  const { reading, schemaless } = state
  let run = runs.at(-1)
  for (let i = from; i < to; i++) {
    const start = column.starts[i] ?? -1
    reading.index = i
    reading.reader = schemaless
    const value = start < 0 ? null : readMessage({ bytes, start, end: column.ends[i] ?? start }, state)
    const { schema } = reading.reader
    if (run?.schema !== schema) runs.push((run = { schema, values: [] }))
    run.values.push(value)
  }
}

/** The value of a message; `reading.reader` says its schema. */
function readMessage(message: Message, state: State): unknown {
  const { reading } = state
  const known = recognise(message, state)
  if (known !== undefined) {
    reading.reader = known.reader
    const value = readPayload(payloadText(message, known.frame, reading), reading)
    if (value !== undefined) return value
  }
  const text = textOf(message, reading)
  if (state.config['schemas.enable']) return readEnvelope(message, text, state)
  const value = readPayload(text, reading)
  return value === undefined ? notJson(text, reading) : value
}

/** The entry of `known` whose frame the message has; it moves to the front. */
function recognise({ bytes, start, end }: Message, { known }: State): Known | undefined {
  for (let i = 0; i < known.length; i++) {
    const entry = known[i]
    if (entry === undefined || !isFramed(entry.frame, bytes, start, end)) continue
    if (i > 0) {
      known.splice(i, 1)
      known.unshift(entry)
    }
    return entry
  }
  return undefined
}

/** A message whose frame is not known yet. */
function readEnvelope(message: Message, text: string, state: State): unknown {
  const { reading, known } = state
  const frame = frameOf(message.bytes, message.start, message.end)
  const envelope = parsed(text)
  if (envelope === undefined) return notJson(text, reading)
  if (!isEnvelope(envelope)) {
    const hint = 'For plain JSON without schemas set schemas.enable=false in the configuration of the converter.'
    throw problem('no-envelope', placeOf(reading), `${NO_ENVELOPE} Found: ${shown(text)}`, hint)
  }
  if (frame === null) {
    const exact = parseExactly(text) as typeof envelope
    reading.reader = readerOf(exact.schema, state)
    reading.isExact = true
    return reading.reader.read(exact.payload)
  }
  const reader = readerOf(parseExactly(frame.schemaText), state)
  known.unshift({ frame, reader })
  if (known.length > Math.min(state.config['schemas.cache.size'], MOST_KNOWN)) known.pop()
  reading.reader = reader
  return readPayload(payloadText(message, frame, reading), reading)
}

function isEnvelope(json: unknown): json is { readonly schema: unknown; readonly payload: unknown } {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false
  return Object.keys(json).length === 2 && Object.hasOwn(json, 'schema') && Object.hasOwn(json, 'payload')
}

/** A payload read with `reading.reader`; undefined where the text is not JSON. */
function readPayload(text: string, reading: Reading): unknown {
  const json = parsed(text)
  if (json === undefined) return undefined
  reading.text = text
  reading.isExact = false
  reading.isInexact = false
  const value = reading.reader.read(json)
  if (!reading.isInexact) return value
  reading.isExact = true
  return reading.reader.read(parseExactly(text))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The reader for the JSON of a schema; null means no schema. */
function readerOf(json: unknown, state: State): Reader {
  const { reading, readers, config, schemaless } = state
  if (json === null) return schemaless
  reading.isExact = true
  const schema = schemaFrom(json, state)
  const known = readers.get(schema)
  if (known !== undefined) return known
  const fresh = { schema, read: compileReader(schema, config, reading) }
  readers.set(schema, fresh)
  return fresh
}

function schemaFrom(json: unknown, { config, reading }: State): Schema {
  try {
    return schemaOf(json, (schema, value) => compileReader(schema, config, reading)(value))
  } catch (error) {
    if (!(error instanceof DataError) || error.index !== null) throw error
    throw problem(error.code, placeOf(reading), error.message, error.hint ?? '')
  }
}

function notJson(text: string, reading: Reading): never {
  const found = text === '' ? 'no bytes at all' : shown(text)
  const hint = 'Make the producer write JSON, or a null value where it means a deletion.'
  throw problem('invalid-json', placeOf(reading), `not JSON: ${found}`, hint)
}

function placeOf(reading: Reading): Place {
  return { topic: reading.topic, index: reading.index, path: '' }
}

function payloadText({ bytes, start, end }: Message, { head, tail }: Frame, reading: Reading): string {
  return textOf({ bytes, start: start + head.length, end: end - tail.length }, reading)
}

function textOf({ bytes, start, end }: Message, reading: Reading): string {
  const text = bytes.toString('utf8', start, end)
  if (!text.includes(REPLACED) || isUtf8(bytes.subarray(start, end))) return text
  const hint = 'Make the producer write UTF-8.'
  throw problem('invalid-text', placeOf(reading), `not UTF-8: ${shown(text)}`, hint)
}
