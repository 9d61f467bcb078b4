// The transforms against what those of Apache Kafka 4.3.1 made of the same records: test/golden/transforms holds the cases and
// the answers, and the program that recorded them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  byteColumn,
  textAt,
  type Converter,
  type Header,
  type RecordBatch,
  type SchemaAndValues,
  type SinkBatch,
} from '@rowbridge/api'
import { jsonConverter } from '@rowbridge/converters'
import { builtInTransforms } from '@rowbridge/transforms'
import { expect, it } from 'vitest'

type Envelope = { readonly schema: unknown; readonly payload: unknown } | null

interface GoldenRecord {
  readonly topic: string
  readonly timestamp: number
  readonly key: Envelope
  readonly value: Envelope
  readonly headers: readonly (readonly [string, Envelope])[]
}

interface GoldenCase {
  readonly type: string
  readonly config: Readonly<Record<string, string>>
  readonly record: string
}

interface GoldenAnswer {
  readonly type: string
  readonly error?: string
  readonly message?: string
  readonly dropped?: true
  readonly topic?: string
  readonly timestamp?: number
  readonly key?: string | null
  readonly value?: string | null
  readonly headers?: readonly (readonly [string, string | null])[]
}

const FOLDER = join(import.meta.dirname, 'golden/transforms')
const read = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))
const { records, cases } = read('cases.json') as {
  readonly records: Readonly<Record<string, GoldenRecord>>
  readonly cases: readonly GoldenCase[]
}
const answers = read('answers.json') as readonly GoldenAnswer[]

/** Cases that are not to be equal, by their numbers, with the reason. */
const DIFFERENT: Readonly<Record<number, string>> = {
  ...because('a cast date is no date any more, so that the name of its schema goes', 10, 25, 40, 55, 70, 85, 100, 115),
  ...because('a float32 has the fewest digits that tell it, as from Java 19 on', 61, 63, 69, 72),
  ...because('the message says what was found', 136, 456),
  ...because('the default of a nested struct may leave optional fields out', 178),
  ...because('a replacement that does not fit is an error and is not wrapped', 257),
  ...because('values of any type can have a named schema', 300, 303, 306),
  ...because(
    'dates without a schema are the numbers that they are with one',
    376,
    382,
    384,
    387,
    392,
    394,
    396,
    405,
    411,
  ),
  ...because(
    'dates without a schema are the numbers that they are with one',
    413,
    416,
    421,
    423,
    425,
    434,
    440,
    442,
    445,
  ),
  ...because('dates without a schema are the numbers that they are with one', 450, 452, 454),
}

function because(reason: string, ...numbers: readonly number[]): Readonly<Record<number, string>> {
  return Object.fromEntries(numbers.map((number) => [number, reason]))
}

const named = cases.map((each, i) => ({
  ...each,
  number: i + 1,
  name: `${i + 1} ${each.type} ${JSON.stringify(each.config)} on ${each.record}`,
  answer: answers[i]!,
}))

it.each(named)('$name', async ({ number, type, config, record, answer }) => {
  const found = await outcomeOf(type, config, records[record]!)
  const recorded = comparable(answer)
  const isEqual = isDeepStrictEqual(comparable(found), recorded)
  const ofDifferent = isEqual ? 'not different' : recorded
  expect(number in DIFFERENT ? ofDifferent : comparable(found)).toEqual(recorded)
})

/** Members of a map without a schema have no order. */
function comparable({ type: _type, ...answer }: GoldenAnswer & { readonly record?: string }) {
  const { record: _record, error, message, ...rest } = answer as typeof answer & { readonly record?: string }
  if (error !== undefined) return { failed: message?.replace(/ \([A-Z0-9]+\)$/, '') }
  const value = (text: string | null | undefined): unknown =>
    text?.startsWith('{"schema":null') === true ? JSON.parse(text) : text
  return {
    ...rest,
    key: value(rest.key),
    value: value(rest.value),
    headers: rest.headers?.map(([key, text]) => [key, value(text)]),
  }
}

async function outcomeOf(type: string, config: GoldenCase['config'], record: GoldenRecord): Promise<GoldenAnswer> {
  const converter = (await jsonConverter.converter())({ 'converter.type': 'value' })
  const plugin = builtInTransforms.find(({ className }) => className.endsWith(`.${type}`))!
  const transform = await plugin.transform(config)
  try {
    const result = transform.apply(await batchOf(record, converter))
    const batches = result === null ? [] : Array.isArray(result) ? (result as SinkBatch[]) : [result as SinkBatch]
    if (batches.length === 0) return { type, dropped: true }
    return { type, ...(await textsOf(batches[0]!, converter)) }
  } catch (error) {
    return { type, error: 'error', message: (error as Error).message.replace(/^t(?:, field [^:]*)?: /, '') }
  }
}

async function batchOf(record: GoldenRecord, converter: Converter): Promise<SinkBatch> {
  const [key, value] = [await valuesOf(record.key, converter), await valuesOf(record.value, converter)]
  const headers: Header[] = []
  for (const [name, envelope] of record.headers) {
    const { schema, values } = await valuesOf(envelope, converter)
    headers.push({ key: name, schema, value: values[0] })
  }
  const { topic, timestamp } = record
  return {
    topic,
    partition: 3,
    length: 1,
    key: record.key === null ? null : key,
    value,
    timestamps: [timestamp],
    headers: headers.length === 0 ? null : [headers],
    offsets: [42],
  }
}

async function valuesOf(envelope: Envelope, converter: Converter): Promise<SchemaAndValues> {
  const bytes = envelope === null ? null : Buffer.from(JSON.stringify(envelope))
  const [run] = await converter.decoder('t').decode(byteColumn([bytes]))
  return run!
}

async function textsOf(batch: RecordBatch, converter: Converter) {
  const text = async ({ schema, values }: SchemaAndValues) =>
    textAt((await converter.encoder('t', schema)).encode(values), 0)
  const headers: [string, string | null][] = []
  for (const { key, schema, value } of batch.headers?.[0] ?? [])
    headers.push([key, await text({ schema, values: [value] })])
  return {
    topic: batch.topic,
    timestamp: batch.timestamps![0]!,
    key: batch.key === null ? null : await text(batch.key),
    value: await text(batch.value),
    headers,
  }
}
