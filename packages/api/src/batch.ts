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
}
