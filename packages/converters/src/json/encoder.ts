// Writes values of one schema as Kafka Connect's JsonConverter does, byte for byte, straight into one buffer per batch.
// The writer of a schema is generated code: numbers and names of its own making only; all text of a user travels as data.
import { DECIMAL, scaleOf, TIME, withOptions, type ByteColumn, type Encoder, type Schema } from '@rowbridge/api'
import * as write from './byte-writer.js'
import type { JsonConfig } from './config.js'
import { writeDecimal, writeNumericDecimal } from './decimal-writer.js'
import { hasDefault, quoted, schemaText } from './schema-text.js'
import { MOST_FLOAT, MOST_MILLIS_OF_DAY, writeProblem } from './value-problem.js'

/** Literals up to this many bytes are unrolled into stores. */
const UNROLLED = 32
/** With more fields than this, stores would make the function too large to be optimised. */
const WIDE = 80
const LEAST_LONG = -(2n ** 63n)
const MOST_LONG = 2n ** 63n - 1n

/** Node of the schema that a value did not fit: what the generated code names by number. */
interface Node {
  readonly schema: Schema
  readonly path: string
}

/** A function under construction. */
interface Program {
  readonly config: JsonConfig
  readonly isWide: boolean
  readonly lines: string[]
  readonly literals: Uint8Array[]
  readonly nodes: Node[]
  variables: number
  /** Bytes that can follow any check of room without another check. */
  room: number
}

type Fail = (index: number, node: number, value: unknown) => never
type WriteAll = (values: readonly unknown[], starts: Int32Array, ends: Int32Array, buffer: Buffer) => Buffer

/** The encoder of a schema; with `schemas.enable` each message begins with the schema. */
export function compileEncoder(topic: string, schema: Schema, config: JsonConfig): Encoder {
  const valueText = (part: Schema, value: unknown) => textOf(topic, part, value, config)
  const isEnveloped = config['schemas.enable']
  const head = isEnveloped ? `{"schema":${schemaText(schema, valueText)},"payload":` : ''
  const writeAll = compileWriter(topic, schema, { config, head, tail: isEnveloped ? '}' : '' })
  let bytesPerValue = Buffer.byteLength(head) + 64
  return {
    encode: (values): ByteColumn => {
      const { length } = values
      const starts = new Int32Array(length)
      const ends = new Int32Array(length)
      const room = Buffer.allocUnsafe(Math.ceil(bytesPerValue * 1.125) * length + bytesPerValue + 1024)
      const bytes = writeAll(values, starts, ends, room)
      const size = ends[length - 1] ?? 0
      if (length > 0) bytesPerValue = Math.ceil(size / length)
      return { length, bytes: bytes.subarray(0, size), starts, ends }
    },
  }
}

/** The payload of a default as text. */
function textOf(topic: string, schema: Schema, value: unknown, config: JsonConfig): string {
  const present = withOptions(schema, { optional: false, default: undefined })
  const writeAll = compileWriter(topic, present, { config, head: '', tail: '' })
  const ends = new Int32Array(1)
  return writeAll([value], new Int32Array(1), ends, Buffer.allocUnsafe(256)).toString('utf8', 0, ends[0])
}

interface Frame {
  readonly config: JsonConfig
  readonly head: string
  readonly tail: string
}

function compileWriter(topic: string, schema: Schema, { config, head, tail }: Frame): WriteAll {
  const isWide = schema.fields.length > WIDE
  const program: Program = { config, isWide, lines: [], literals: [], nodes: [], variables: 0, room: 0 }
  const first = variable(program)
  program.lines.push(`const ${first} = values[i]`)
  emitLiteral(program, head)
  emitValue(program, { schema, path: '' }, first)
  emitLiteral(program, tail)
  const fail: Fail = (index, at, value) => {
    const node = program.nodes[at] ?? { schema, path: '' }
    throw writeProblem(node.schema, value, { topic, index, path: node.path })
  }
  const body = `'use strict'
    const { ${Object.keys(HELPERS).join(', ')} } = helpers
    const [${program.literals.map((_, i) => `L${i}`).join(', ')}] = literals
    const ROOM = ${program.room}
    return (values, starts, ends, buffer) => {
      let b = buffer, o = 0
      const length = values.length
      for (let i = 0; i < length; i++) {
        if (o + ROOM > b.length) b = grow(b, o, ROOM)
        starts[i] = o
        ${program.lines.join('\n')}
        ends[i] = o
      }
      return b
    }`
  // oxlint-disable-next-line typescript/no-implied-eval
  const make = new Function('helpers', 'literals', 'fail', body) as (
    helpers: typeof HELPERS,
    literals: readonly Uint8Array[],
    fail: Fail,
  ) => WriteAll
  return make(HELPERS, program.literals, fail)
}

/** A buffer with the same beginning and room for `need` bytes, and for as much again as was written. */
function grow(buffer: Buffer, written: number, need: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, written + need))
  larger.set(buffer.subarray(0, written))
  return larger
}

function isLong(value: unknown): value is bigint {
  return typeof value === 'bigint' && value >= LEAST_LONG && value <= MOST_LONG
}

const HELPERS = { ...write, grow, writeDecimal, writeNumericDecimal, isLong, isSafe: Number.isSafeInteger }

function variable(program: Program): string {
  program.variables += 1
  return `v${program.variables}`
}

function emit(program: Program, ...lines: string[]): void {
  program.lines.push(...lines)
}

/** Stores of constant bytes. */
function emitLiteral(program: Program, text: string): void {
  const bytes = Buffer.from(text)
  if (bytes.length === 0) return
  program.room += bytes.length
  if (bytes.length <= (program.isWide ? 4 : UNROLLED)) {
    bytes.forEach((byte, i) => emit(program, `b[o + ${i}] = ${byte}`))
  } else {
    program.literals.push(bytes)
    emit(program, `b.set(L${program.literals.length - 1}, o)`)
  }
  emit(program, `o += ${bytes.length}`)
}

/** A check that so many bytes fit, and whatever may follow unchecked. */
function emitRoom(program: Program, size: string): void {
  emit(program, `if (o + ${size} + ROOM > b.length) b = grow(b, o, ${size} + ROOM)`)
}

/** A value that may be null. */
function emitValue(program: Program, node: Node, value: string): void {
  const { schema } = node
  const isReplaced = program.config['replace.null.with.default'] && hasDefault(schema)
  if (!isReplaced && !schema.optional) return emitPresent(program, node, value)
  emit(program, `if (${value} === null) {`)
  emitLiteral(program, isReplaced ? textOf('', schema, schema.default, program.config) : 'null')
  emit(program, '} else {')
  emitPresent(program, node, value)
  emit(program, '}')
}

function emitPresent(program: Program, node: Node, value: string): void {
  switch (node.schema.type) {
    case 'struct':
      return emitStruct(program, node, value)
    case 'array':
      return emitArray(program, node, value)
    case 'map':
      return node.schema.keySchema?.type === 'string'
        ? emitObject(program, node, value)
        : emitPairs(program, node, value)
    case 'bytes':
      return node.schema.name === DECIMAL ? emitDecimal(program, node, value) : emitBytes(program, node, value)
    case 'string':
      return emitString(program, node, value)
    case 'int64':
      return emitLong(program, node, value)
    case 'boolean':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'float32':
    case 'float64':
      return emitPlain(program, node, value)
  }
}

/** Ends with the error about this value unless the condition holds. */
function emitCheck(program: Program, node: Node, value: string, condition: string): void {
  emit(program, `if (!(${condition})) ${failing(program, node, value)}`)
}

function failing(program: Program, node: Node, value: string): string {
  program.nodes.push(node)
  return `fail(i, ${program.nodes.length - 1}, ${value})`
}

/** Booleans and the numbers that are never bigint. */
function emitPlain(program: Program, node: Node, value: string): void {
  const { type, name } = node.schema
  program.room += write.NUMBER_ROOM
  if (type === 'boolean') {
    emitCheck(program, node, value, `typeof ${value} === 'boolean'`)
    emit(program, `if (${value}) {`)
    emitLiteral(program, 'true')
    emit(program, '} else {')
    emitLiteral(program, 'false')
    emit(program, '}')
    return
  }
  const range: Readonly<Record<string, string>> = {
    int8: `${value} === ${value} << 24 >> 24`,
    int16: `${value} === ${value} << 16 >> 16`,
    int32:
      name === TIME
        ? `${value} >= 0 && ${value} <= ${MOST_MILLIS_OF_DAY} && ${value} % 1 === 0`
        : `${value} === (${value} | 0)`,
    float32: `(Math.abs(${value}) < ${MOST_FLOAT} || !Number.isFinite(${value}))`,
    float64: 'true',
  }
  emitCheck(program, node, value, `typeof ${value} === 'number' && ${range[type] ?? 'false'}`)
  const writer = type === 'float32' ? 'writeFloat' : type === 'float64' ? 'writeDouble' : 'writeInt'
  emit(program, `o = ${writer}(b, o, ${value})`)
}

function emitLong(program: Program, node: Node, value: string): void {
  program.room += write.NUMBER_ROOM
  emit(program, `if (isSafe(${value})) o = writeLong(b, o, ${value})`)
  emit(program, `else if (isLong(${value})) o = writeAscii(b, o, ${value}.toString())`)
  emit(program, `else ${failing(program, node, value)}`)
}

function emitString(program: Program, node: Node, value: string): void {
  emitCheck(program, node, value, `typeof ${value} === 'string'`)
  emitRoom(program, `${value}.length * 6`)
  emitQuoted(program, `o = writeString(b, o, ${value})`)
}

function emitQuoted(program: Program, inner: string): void {
  emitLiteral(program, '"')
  emit(program, inner)
  emitLiteral(program, '"')
}

function emitBytes(program: Program, node: Node, value: string): void {
  emitCheck(program, node, value, `${value} instanceof Uint8Array`)
  emitRoom(program, `${value}.length * 2 + 4`)
  emitQuoted(program, `o = writeBase64(b, o, ${value})`)
}

function emitDecimal(program: Program, node: Node, value: string): void {
  const isNumeric = program.config['decimal.format'] === 'NUMERIC'
  const scale = scaleOf(node.schema)
  const end = variable(program)
  emitCheck(program, node, value, `typeof ${value} === 'string' && ${scale !== null}`)
  emitRoom(program, `${value}.length + 24`)
  if (!isNumeric) emitLiteral(program, '"')
  emit(program, `const ${end} = ${isNumeric ? 'writeNumericDecimal' : 'writeDecimal'}(b, o, ${value}, ${scale ?? 0})`)
  emitCheck(program, node, value, `${end} >= 0`)
  emit(program, `o = ${end}`)
  if (!isNumeric) emitLiteral(program, '"')
}

function emitStruct(program: Program, node: Node, value: string): void {
  const { fields } = node.schema
  emitCheck(program, node, value, `Array.isArray(${value}) && ${value}.length === ${fields.length}`)
  fields.forEach((field, i) => {
    const item = variable(program)
    emitLiteral(program, `${i === 0 ? '{' : ','}${quoted(field.name)}:`)
    emit(program, `const ${item} = ${value}[${i}]`)
    emitValue(
      program,
      { schema: field.schema, path: node.path === '' ? field.name : `${node.path}.${field.name}` },
      item,
    )
  })
  emitLiteral(program, fields.length === 0 ? '{}' : '}')
}

function emitArray(program: Program, node: Node, value: string): void {
  emitCheck(program, node, value, `Array.isArray(${value})`)
  const [index, item] = [variable(program), variable(program)]
  emitLiteral(program, '[')
  emit(program, `for (let ${index} = 0; ${index} < ${value}.length; ${index}++) {`)
  emitRoom(program, '1')
  emit(program, `if (${index} > 0) b[o++] = 44`, `const ${item} = ${value}[${index}]`)
  emitPart(program, node.schema.valueSchema, `${node.path}[]`, item)
  emit(program, '}')
  emitLiteral(program, ']')
}

/** A map with text for keys. */
function emitObject(program: Program, node: Node, value: string): void {
  const { key, item } = emitEntries(program, node, value, '{')
  const keyNode = { schema: node.schema.keySchema ?? node.schema, path: `${node.path}{key}` }
  emitString(program, keyNode, key)
  emitLiteral(program, ':')
  emitPart(program, node.schema.valueSchema, `${node.path}{}`, item)
  emit(program, '}')
  emitLiteral(program, '}')
}

/** Any other map: an array of pairs. */
function emitPairs(program: Program, node: Node, value: string): void {
  const { key, item } = emitEntries(program, node, value, '[')
  emitLiteral(program, '[')
  emitPart(program, node.schema.keySchema, `${node.path}{key}`, key)
  emitLiteral(program, ',')
  emitPart(program, node.schema.valueSchema, `${node.path}{}`, item)
  emitLiteral(program, ']')
  emit(program, '}')
  emitLiteral(program, ']')
}

/** Opens a loop over the entries of a map. */
function emitEntries(program: Program, node: Node, value: string, open: string): { key: string; item: string } {
  emitCheck(program, node, value, `${value} instanceof Map`)
  const [count, key, item] = [variable(program), variable(program), variable(program)]
  emitLiteral(program, open)
  emit(program, `let ${count} = 0`, `for (const [${key}, ${item}] of ${value}) {`)
  emitRoom(program, '1')
  emit(program, `if (${count}++ > 0) b[o++] = 44`)
  return { key, item }
}

function emitPart(program: Program, schema: Schema | null, path: string, value: string): void {
  if (schema !== null) emitValue(program, { schema, path }, value)
}
