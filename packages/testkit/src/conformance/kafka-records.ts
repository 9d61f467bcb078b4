// What the log's conformance suite sends and reads, in plain words: records as objects, polls until something holds.
import { byteColumn, bytesAt, type TopicPartition } from '@rowbridge/api'
import type { Consumer, FetchedBatch, Producer, ProduceBatch, RecordHeader } from '@rowbridge/kafka'

/** A record to send; what is absent is null, or left to the log. */
export interface SentRecord {
  readonly key?: string | Uint8Array | null
  readonly value?: string | Uint8Array | null
  readonly timestamp?: number | null
  readonly headers?: readonly RecordHeader[]
}

export interface ReadRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
}

/** One batch of these records. */
export function batchOf(topic: string, partition: number | null, records: readonly SentRecord[]): ProduceBatch {
  const some = <T>(has: (record: SentRecord) => boolean, column: () => T) => (records.some(has) ? column() : null)
  return {
    topic,
    partition,
    length: records.length,
    keys: some(
      (record) => record.key !== undefined,
      () => byteColumn(records.map((record) => bytesOf(record.key))),
    ),
    values: byteColumn(records.map((record) => bytesOf(record.value))),
    timestamps: some(
      (record) => record.timestamp !== undefined,
      () => records.map((record) => record.timestamp ?? null),
    ),
    headers: some(
      (record) => record.headers !== undefined,
      () => records.map((record) => record.headers ?? []),
    ),
  }
}

/** Sends these texts as values to one partition, in one batch. */
export async function sendValues(producer: Producer, to: TopicPartition, values: readonly string[]): Promise<void> {
  await producer.send(
    batchOf(
      to.topic,
      to.partition,
      values.map((value) => ({ value })),
    ),
  )
}

export function recordsOf(batches: readonly FetchedBatch[]): ReadRecord[] {
  return batches.flatMap((batch) =>
    batch.offsets.map((offset, i) => ({
      topic: batch.topic,
      partition: batch.partition,
      offset,
      timestamp: batch.timestamps[i] ?? Number.NaN,
      key: copyOf(bytesAt(batch.keys, i)),
      value: copyOf(bytesAt(batch.values, i)),
      headers: (batch.headers?.[i] ?? []).map(({ key, value }) => ({ key, value: copyOf(value) })),
    })),
  )
}

export const valuesOf = (records: readonly ReadRecord[]) => records.map((record) => record.value?.toString() ?? null)

/** The values, in alphabetical order, for reads whose order over partitions is open. */
export const sortedValues = (records: readonly ReadRecord[]) =>
  records.map(({ value }) => `${value?.toString()}`).toSorted()

/** `prefix0`, `prefix1`, … */
export const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`)

/** How long the suite waits for what has to come: a broker may take seconds to rebalance. */
export const PATIENCE_MS = 30_000

/** Polls until `enough` says so; all that came meanwhile. */
export async function pollUntil(
  consumer: Consumer,
  enough: (records: readonly ReadRecord[]) => boolean,
): Promise<ReadRecord[]> {
  const records: ReadRecord[] = []
  const deadline = Date.now() + PATIENCE_MS
  while (!enough(records)) {
    if (Date.now() > deadline) throw new Error(`Only ${records.length} records came: ${valuesOf(records).join(', ')}`)
    records.push(...recordsOf(await consumer.poll(250)))
  }
  return records
}

/** Polls until `count` records came. */
export const pollRecords = (consumer: Consumer, count: number) =>
  pollUntil(consumer, (records) => records.length >= count)

/** Polls until the consumer has `count` partitions; records may come with that. */
export const pollAssigned = (consumer: Consumer, count: number) =>
  pollUntil(consumer, () => consumer.assignment().length >= count)

/** Polls several consumers side by side until `enough`; what each got. */
export async function pollTogether(
  consumers: readonly Consumer[],
  enough: (read: readonly (readonly ReadRecord[])[]) => boolean,
): Promise<ReadRecord[][]> {
  const read = consumers.map((): ReadRecord[] => [])
  const done = () => enough(read)
  const turn = async (consumer: Consumer, i: number) => {
    const deadline = Date.now() + PATIENCE_MS
    while (!done() && Date.now() < deadline) read[i]?.push(...recordsOf(await consumer.poll(100)))
  }
  await Promise.all(consumers.map(turn))
  if (!done()) throw new Error(`Not in ${PATIENCE_MS} ms; read ${read.map((records) => records.length).join(' and ')}`)
  return read
}

function bytesOf(value: string | Uint8Array | null | undefined): Uint8Array | null {
  return typeof value === 'string' ? Buffer.from(value) : (value ?? null)
}

function copyOf(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes)
}
