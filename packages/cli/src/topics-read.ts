// `rowbridge topics read`: the records of a topic, one per line.
import { bytesAt, StateError } from '@rowbridge/api'
import type { Admin, Consumer, FetchedBatch, Kafka } from '@rowbridge/kafka'
import { CLIENT_ID, printLine, withLog, type ClusterOptions } from './topics.js'

export interface ReadOptions extends ClusterOptions {
  readonly fromBeginning?: boolean
  readonly untilEnd?: boolean
  readonly max?: number
  readonly group?: string
  readonly keys?: boolean
  readonly headers?: boolean
  readonly json?: boolean
}

const POLL_MS = 500

export async function readTopic(topic: string, options: ReadOptions): Promise<number> {
  return withLog(options, async (kafka) => {
    const admin = kafka.admin(CLIENT_ID)
    try {
      if ((await admin.describe(topic)) === null) throw await noTopic(admin, topic)
      const ends = options.untilEnd === true ? await endsOf(admin, topic, options) : null
      await follow(kafka, topic, options, ends)
    } finally {
      await admin.close()
    }
    return 0
  })
}

/** The offsets to stop at, of the partitions that hold something to read. */
async function endsOf(admin: Admin, topic: string, options: ReadOptions): Promise<Map<number, number>> {
  const committed = options.group === undefined ? [] : await admin.committed(options.group)
  const ends = new Map<number, number>()
  for (const { partition, earliest, latest } of await admin.offsets(topic)) {
    const known = committed.find((entry) => entry.topic === topic && entry.partition === partition)?.offset
    const start = known ?? (options.fromBeginning === true ? earliest : latest)
    if (start < latest) ends.set(partition, latest)
  }
  return ends
}

async function follow(
  kafka: Kafka,
  topic: string,
  options: ReadOptions,
  ends: Map<number, number> | null,
): Promise<void> {
  let left = options.max ?? Number.POSITIVE_INFINITY
  if (left === 0 || ends?.size === 0) return
  const consumer = kafka.consumer({
    clientId: CLIENT_ID,
    groupId: options.group ?? null,
    topics: [topic],
    start: options.fromBeginning === true ? 'earliest' : 'latest',
  })
  const interrupted = new AbortController()
  const stop = () => {
    interrupted.abort()
    consumer.wakeUp()
  }
  const isDone = () => interrupted.signal.aborted || left === 0 || ends?.size === 0
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    await consumer.start()
    while (!isDone()) {
      for (const batch of await consumer.poll(POLL_MS)) {
        left -= await printBatch(consumer, batch, { ...options, max: left }, ends)
        if (isDone()) break
      }
    }
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    await consumer.close()
  }
}

/** Prints at most `max` records of the batch and resolves with their number. */
async function printBatch(
  consumer: Consumer,
  batch: FetchedBatch,
  options: ReadOptions,
  ends: Map<number, number> | null,
): Promise<number> {
  const end = ends === null ? Number.POSITIVE_INFINITY : (ends.get(batch.partition) ?? 0)
  let printed = 0
  let next = 0
  for (let i = 0; i < batch.length && printed < (options.max ?? 0); i += 1) {
    next = (batch.offsets[i] ?? 0) + 1
    if (next > end) break
    await printLine(options.json === true ? jsonOf(batch, i) : lineOf(batch, i, options))
    printed += 1
  }
  if (ends !== null && next >= end) ends.delete(batch.partition)
  if (options.group !== undefined && printed > 0) {
    const offset = (batch.offsets[printed - 1] ?? 0) + 1
    await consumer.commit([{ topic: batch.topic, partition: batch.partition, offset }])
  }
  return printed
}

function lineOf(batch: FetchedBatch, i: number, options: ReadOptions): string {
  const value = textOf(bytesAt(batch.values, i)) ?? 'null'
  const key = options.keys === true ? [textOf(bytesAt(batch.keys, i)) ?? 'null'] : []
  const headers =
    options.headers === true
      ? [
          headersOf(batch, i)
            .map(([name, text]) => `${name}:${text}`)
            .join(','),
        ]
      : []
  return [...headers, ...key, value].join('\t')
}

function jsonOf(batch: FetchedBatch, i: number): string {
  return JSON.stringify({
    topic: batch.topic,
    partition: batch.partition,
    offset: batch.offsets[i],
    timestamp: batch.timestamps[i],
    headers: headersOf(batch, i),
    key: textOf(bytesAt(batch.keys, i)),
    value: textOf(bytesAt(batch.values, i)),
  })
}

function headersOf(batch: FetchedBatch, i: number): readonly (readonly [string, string | null])[] {
  return (batch.headers?.[i] ?? []).map(({ key, value }) => [key, textOf(value)])
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

async function noTopic(admin: Admin, topic: string): Promise<StateError> {
  const names = (await admin.topics()).map((entry) => entry.topic)
  return new StateError('unknown-topic', `There is no topic ${topic}.`, {
    hint: names.length === 0 ? 'The log has no topics yet.' : `There are: ${names.toSorted().join(', ')}.`,
  })
}
