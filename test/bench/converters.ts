// The JSON converter against JSON.stringify and JSON.parse of whole messages, batch by batch, in memory.
import { bytesAt, type ByteColumn, type Converter, type SchemaAndValues } from '@rowbridge/api'
import { jsonConverter } from '@rowbridge/converters'
import { payloadOf } from './log.js'
import type { Comparison, Way } from './measure.js'
import { ORDER, orders, outcomeOf, type Order } from './orders.js'
import { plainMessage, plainOrder, plainPayload, type PlainPayload } from './plain.js'

const BATCH = 500
/** So many rows are gone over again and again: a worker never holds more messages than a few batches. */
const DISTINCT = 10_000
const SETTINGS = { repetitions: 15, warmUp: 5 }

async function converterOf(): Promise<Converter> {
  const make = await jsonConverter.converter()
  return make({ 'schemas.enable': 'true' })
}

function batches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, i) => items.slice(i * BATCH, (i + 1) * BATCH))
}

/** What `repeated` makes of the wanted number. */
function rounded(rows: number): number {
  return Math.ceil(rows / DISTINCT) * DISTINCT
}

/** The work on the rows as often as the wanted number asks for. */
function repeated(rows: number, work: () => Promise<void>): () => Promise<void> {
  return async () => {
    for (let done = 0; done < rows; done += DISTINCT) await work()
  }
}

export async function encoderBench(rows: number): Promise<Comparison> {
  const values = orders(DISTINCT)
  const parts = batches<Order>(values)
  const encoder = await (await converterOf()).encoder('orders', ORDER)
  let columns: ByteColumn[] = []
  let messages: Buffer[][] = []
  const ours: Way = {
    name: 'JsonConverter',
    run: repeated(rows, () => {
      columns = parts.map((part) => encoder.encode(part))
      return Promise.resolve()
    }),
    check: () => Promise.resolve(outcomeOf(allOf(columns).map((bytes) => plainOrder(payloadOf(bytes))))),
  }
  const plain: Way = {
    name: 'JSON.stringify',
    run: repeated(rows, () => {
      messages = parts.map((part) => part.map((row) => plainMessage(plainPayload(row))))
      return Promise.resolve()
    }),
    check: () => Promise.resolve(outcomeOf(messages.flat().map((bytes) => plainOrder(payloadOf(bytes))))),
  }
  return { name: 'encoder', rows: rounded(rows), ...SETTINGS, expected: outcomeOf(values), ways: [ours, plain] }
}

function allOf(columns: readonly ByteColumn[]): (Uint8Array | null)[] {
  return columns.flatMap((column) => Array.from({ length: column.length }, (_, i) => bytesAt(column, i)))
}

export async function decoderBench(rows: number): Promise<Comparison> {
  const values = orders(DISTINCT)
  const converter = await converterOf()
  const encoder = await converter.encoder('orders', ORDER)
  const columns = batches<Order>(values).map((part) => encoder.encode(part))
  const decoder = converter.decoder('orders')
  let runs: SchemaAndValues[] = []
  const ours: Way = {
    name: 'JsonConverter',
    run: repeated(rows, async () => {
      runs = []
      for (const column of columns) runs.push(...(await decoder.decode(column)))
    }),
    check: () => Promise.resolve(outcomeOf(runs.flatMap((run) => run.values as Order[]))),
  }
  let read: Order[] = []
  const typed: Way = {
    name: 'JSON.parse, values converted',
    run: repeated(rows, () => {
      read = columns.flatMap((column) => messagesOf(column).map((text) => plainOrder(parsed(text))))
      return Promise.resolve()
    }),
    check: () => Promise.resolve(outcomeOf(read)),
  }
  let payloads: PlainPayload[] = []
  const untyped: Way = {
    name: 'JSON.parse alone',
    run: repeated(rows, () => {
      payloads = columns.flatMap((column) => messagesOf(column).map(parsed))
      return Promise.resolve()
    }),
    check: () => Promise.resolve(outcomeOf(payloads.map(plainOrder))),
  }
  return {
    name: 'decoder',
    rows: rounded(rows),
    ...SETTINGS,
    expected: outcomeOf(values),
    ways: [ours, typed, untyped],
  }
}

function messagesOf({ bytes, starts, ends, length }: ByteColumn): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length }, (_, i) => buffer.toString('utf8', starts[i], ends[i]))
}

function parsed(text: string): PlainPayload {
  return (JSON.parse(text) as { payload: PlainPayload }).payload
}
