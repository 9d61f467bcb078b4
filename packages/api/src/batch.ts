// The one currency between the stages of a pipeline: records of one topic, in order, of one key schema and one value schema.
import type { Json } from './json.js'
import type { Schema } from './schema.js'

/** Values of one schema, one per record. Without a schema the values are what JSON.parse gives. */
export interface SchemaAndValues {
  readonly schema: Schema | null
  readonly values: readonly unknown[]
}

export interface Header {
  readonly key: string
  readonly schema: Schema | null
  readonly value: unknown
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** Records of one topic, in order, sharing a key schema and a value schema. A null value is a tombstone. */
export interface RecordBatch {
  readonly topic: string
  /** The partition to write to; null lets the key, or the producer, decide. */
  readonly partition: number | null
  readonly length: number
  /** Null when no record has a key. */
  readonly key: SchemaAndValues | null
  readonly value: SchemaAndValues
  /** Milliseconds since 1970 per record; null: the time of sending. */
  readonly timestamps: readonly (number | null)[] | null
  readonly headers: readonly (readonly Header[])[] | null
  /** The offset of each record in the topic partition it was read from; absent for records that come from a source. */
  readonly offsets?: readonly number[]
}

/** What a source polled; `sourceOffset` is where to go on after the last record of the batch. */
export interface SourceBatch extends RecordBatch {
  readonly sourcePartition: Json
  readonly sourceOffset: Json
}

/** What a sink is given; `offsets` has the offset of each record in its topic partition. */
export interface SinkBatch extends RecordBatch {
  readonly partition: number
  readonly offsets: readonly number[]
  /** The topic the records were read from, where a transform has changed `topic`. */
  readonly originalTopic?: string
}

/** The records `from … to` of a batch; whatever else the batch carries stays with it. */
export function sliceBatch<B extends RecordBatch>(batch: B, from: number, to: number): B {
  if (from === 0 && to === batch.length) return batch
  return withParts(batch, to - from, (items) => items.slice(from, to))
}

/** The records at these places, which must ascend. */
export function pickRecords<B extends RecordBatch>(batch: B, places: readonly number[]): B {
  if (places.length === batch.length) return batch
  return withParts(batch, places.length, (items) => places.map((place) => items[place]) as typeof items)
}

function withParts<B extends RecordBatch>(batch: B, length: number, part: <T>(items: readonly T[]) => readonly T[]): B {
  const { key, value, timestamps, headers, offsets } = batch
  return {
    ...batch,
    length,
    key: key === null ? null : { schema: key.schema, values: part(key.values) },
    value: { schema: value.schema, values: part(value.values) },
    timestamps: timestamps === null ? null : part(timestamps),
    headers: headers === null ? null : part(headers),
    ...(offsets === undefined ? {} : { offsets: part(offsets) }),
  }
}

/** The batch cut wherever the answer changes from one record to the next, each stretch with its answer. */
export function stretchesOf<B extends RecordBatch, T>(
  batch: B,
  answers: readonly T[],
): readonly { readonly batch: B; readonly answer: T }[] {
  const stretches: { batch: B; answer: T }[] = []
  let from = 0
  for (let to = 1; to <= batch.length; to += 1) {
    if (to < batch.length && answers[to] === answers[from]) continue
    stretches.push({ batch: sliceBatch(batch, from, to), answer: answers[from] as T })
    from = to
  }
  return stretches
}
