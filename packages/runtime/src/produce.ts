// Batches of a source as bytes.
import {
  sliceBatch,
  sliceColumn,
  type ByteColumn,
  type Encoder,
  type HeaderConverter,
  type RecordBatch,
  type SchemaAndValues,
} from '@rowbridge/api'
import type { ProduceBatch } from '@rowbridge/kafka'
import type { EncoderOf } from './encoders.js'
import { encodeHeaders } from './headers.js'
import type { Side } from './tolerance.js'

export interface EncodeParts {
  readonly encoders: { readonly keys: EncoderOf; readonly values: EncoderOf }
  readonly headers: HeaderConverter
  /** Set to the side at work, so that an error can say whose it is. */
  readonly stage: { side: Side }
}

/** The records `from … to` encoded. Throws DataError with the index of the first bad one, counted from `from`. */
export async function encodeBatch(
  batch: RecordBatch,
  from: number,
  to: number,
  { encoders, headers: converter, stage }: EncodeParts,
): Promise<ProduceBatch> {
  const part = sliceBatch(batch, from, to)
  stage.side = 'header'
  const headers = part.headers === null ? null : await encodeHeaders(converter, part.topic, part.headers)
  stage.side = 'key'
  const keys = part.key === null ? null : encodeWith(await encoders.keys(part.key.schema), part.key)
  stage.side = 'value'
  const values = encodeWith(await encoders.values(part.value.schema), part.value)
  return {
    topic: part.topic,
    partition: part.partition,
    length: part.length,
    keys,
    values,
    timestamps: part.timestamps,
    headers,
  }
}

function encodeWith(encoder: Encoder, { values }: SchemaAndValues) {
  return encoder.encode(values)
}

/** The records `from … to` of what was encoded. */
export function sliceProduce(batch: ProduceBatch, from: number, to: number): ProduceBatch {
  if (from === 0 && to === batch.length) return batch
  return {
    ...batch,
    length: to - from,
    keys: batch.keys === null ? null : sliceColumn(batch.keys, from, to),
    values: sliceColumn(batch.values, from, to),
    timestamps: batch.timestamps?.slice(from, to) ?? null,
    headers: batch.headers?.slice(from, to) ?? null,
  }
}

export function sizeOf(batch: ProduceBatch): number {
  return batch.values.bytes.length + (batch.keys?.bytes.length ?? 0)
}

/** Whether two batches can go as one. */
export function canJoin(a: ProduceBatch, b: ProduceBatch): boolean {
  return (
    a.topic === b.topic &&
    a.partition === b.partition &&
    (a.keys === null) === (b.keys === null) &&
    (a.timestamps === null) === (b.timestamps === null) &&
    (a.headers === null) === (b.headers === null)
  )
}

/** Batches that can go as one, as one, in order. */
export function joinBatches(batches: readonly ProduceBatch[]): ProduceBatch {
  const [first] = batches
  if (first === undefined) throw new RangeError('Nothing to join')
  if (batches.length === 1) return first
  return {
    topic: first.topic,
    partition: first.partition,
    length: batches.reduce((sum, { length }) => sum + length, 0),
    keys: first.keys === null ? null : joinColumns(batches.flatMap(({ keys }) => keys ?? [])),
    values: joinColumns(batches.map(({ values }) => values)),
    timestamps: first.timestamps === null ? null : batches.flatMap(({ timestamps }) => timestamps ?? []),
    headers: first.headers === null ? null : batches.flatMap(({ headers }) => headers ?? []),
  }
}

function joinColumns(columns: readonly ByteColumn[]): ByteColumn {
  const length = columns.reduce((sum, column) => sum + column.length, 0)
  const starts = new Int32Array(length)
  const ends = new Int32Array(length)
  let row = 0
  let base = 0
  for (const column of columns) {
    for (let i = 0; i < column.length; i += 1) {
      const start = column.starts[i] ?? -1
      starts[row] = start < 0 ? -1 : start + base
      ends[row] = (column.ends[i] ?? 0) + base
      row += 1
    }
    base += column.bytes.length
  }
  return { length, bytes: Buffer.concat(columns.map(({ bytes }) => bytes)), starts, ends }
}
