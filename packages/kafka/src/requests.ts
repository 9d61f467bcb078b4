// The requests that read and write records and describe topics: what is sent and what the answer holds, each in one fixed version
// that brokers from 2.4 on understand.
import { Writer, type Reader } from './wire.js'

export interface Api<T> {
  readonly key: number
  readonly version: number
  readonly name: string
  readonly decode: (reader: Reader) => T
}

export interface Node {
  readonly id: number
  readonly host: string
  readonly port: number
}

export interface TopicMetadata {
  readonly topic: string
  readonly error: number
  readonly isInternal: boolean
  /** Node of the leader by partition; -1 while there is none. */
  readonly leaders: readonly number[]
}

export interface Metadata {
  readonly nodes: readonly Node[]
  readonly clusterId: string | null
  readonly controllerId: number
  readonly topics: readonly TopicMetadata[]
}

export const METADATA: Api<Metadata> = {
  key: 3,
  version: 5,
  name: 'Metadata',
  decode: (r) => {
    r.i32()
    const nodes = r.array(() => {
      const node = { id: r.i32(), host: r.string(), port: r.i32() }
      r.nullableString()
      return node
    })
    const clusterId = r.nullableString()
    return { nodes, clusterId, controllerId: r.i32(), topics: r.array(() => topicMetadata(r)) }
  },
}

function topicMetadata(r: Reader): TopicMetadata {
  const error = r.i16()
  const topic = r.string()
  const isInternal = r.i8() !== 0
  const leaders: number[] = []
  r.array(() => {
    r.i16()
    const partition = r.i32()
    leaders[partition] = r.i32()
    for (let list = 0; list < 3; list++) r.array(() => r.i32())
  })
  return { topic, error, isInternal, leaders: Array.from(leaders, (leader) => leader ?? -1) }
}

/** Topics null: all. */
export function metadataRequest(topics: readonly string[] | null, autoCreate: boolean): Writer {
  const w = new Writer()
  return w.array(topics, (topic) => w.string(topic)).i8(autoCreate ? 1 : 0)
}

export interface PartitionAnswer {
  readonly topic: string
  readonly partition: number
  readonly error: number
}

export const PRODUCE: Api<readonly PartitionAnswer[]> = {
  key: 0,
  version: 7,
  name: 'Produce',
  decode: (r) =>
    byTopic(r, (topic) => {
      const answer = { topic, partition: r.i32(), error: r.i16() }
      r.i64()
      r.i64()
      r.i64()
      return answer
    }),
}

export interface ProduceEntry {
  readonly topic: string
  readonly partition: number
  readonly bytes: Buffer
}

export function produceRequest(entries: readonly ProduceEntry[], timeoutMs: number): Writer {
  const w = new Writer().string(null).i16(-1).i32(timeoutMs)
  return w.array(grouped(entries), ([topic, parts]) => {
    w.string(topic).array(parts, (part) => w.i32(part.partition).bytes(part.bytes))
  })
}

export interface FetchedPartition extends PartitionAnswer {
  readonly highWatermark: number
  /** Producers whose records from `offset` to their marker do not count; read committed only. */
  readonly aborted: readonly { readonly producer: bigint; readonly offset: number }[]
  readonly bytes: Buffer
}

export const FETCH: Api<{ readonly error: number; readonly partitions: readonly FetchedPartition[] }> = {
  key: 1,
  version: 11,
  name: 'Fetch',
  decode: (r) => {
    r.i32()
    const error = r.i16()
    r.i32()
    return { error, partitions: byTopic(r, (topic) => fetchedPartition(r, topic)) }
  },
}

function fetchedPartition(r: Reader, topic: string): FetchedPartition {
  const [partition, error, highWatermark] = [r.i32(), r.i16(), r.i64()]
  r.i64()
  r.i64()
  const aborted = r.array(() => ({ producer: r.bigint(), offset: r.i64() }))
  r.i32()
  return { topic, partition, error, highWatermark, aborted, bytes: r.bytes() }
}

export interface FetchSettings {
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly partitionMaxBytes: number
  readonly readCommitted: boolean
}

export interface FetchEntry {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

export function fetchRequest(entries: readonly FetchEntry[], s: FetchSettings): Writer {
  const w = new Writer().i32(-1).i32(s.maxWaitMs).i32(s.minBytes).i32(s.maxBytes)
  w.i8(s.readCommitted ? 1 : 0)
    .i32(0)
    .i32(-1)
  w.array(grouped(entries), ([topic, parts]) => {
    w.string(topic).array(parts, (part) => {
      w.i32(part.partition).i32(-1).i64(part.offset).i64(-1).i32(s.partitionMaxBytes)
    })
  })
  return w.i32(0).string('')
}

export interface ListedOffset extends PartitionAnswer {
  readonly offset: number
}

export const LIST_OFFSETS: Api<readonly ListedOffset[]> = {
  key: 2,
  version: 2,
  name: 'ListOffsets',
  decode: (r) => {
    r.i32()
    return byTopic(r, (topic) => {
      const [partition, error] = [r.i32(), r.i16()]
      r.i64()
      return { topic, partition, error, offset: r.i64() }
    })
  },
}

/** The first offset there is, or the one the next record gets. */
export type OffsetSpot = 'earliest' | 'latest'

export function listOffsetsRequest(
  entries: readonly { readonly topic: string; readonly partition: number }[],
  spot: OffsetSpot,
  readCommitted = false,
): Writer {
  const w = new Writer().i32(-1).i8(readCommitted ? 1 : 0)
  return w.array(grouped(entries), ([topic, parts]) => {
    w.string(topic).array(parts, (part) => w.i32(part.partition).i64(spot === 'earliest' ? -2 : -1))
  })
}

export const INIT_PRODUCER_ID: Api<{ readonly error: number; readonly id: bigint; readonly epoch: number }> = {
  key: 22,
  version: 1,
  name: 'InitProducerId',
  decode: (r) => {
    r.i32()
    return { error: r.i16(), id: r.bigint(), epoch: r.i16() }
  },
}

export function initProducerIdRequest(): Writer {
  return new Writer().string(null).i32(60_000)
}

/** One entry a topic, in order of first appearance. */
export function grouped<T extends { readonly topic: string }>(entries: readonly T[]): (readonly [string, T[]])[] {
  const topics = new Map<string, T[]>()
  for (const entry of entries) {
    const list = topics.get(entry.topic)
    if (list === undefined) topics.set(entry.topic, [entry])
    else list.push(entry)
  }
  return [...topics]
}

/** An array of topics, each with an array of partitions, as one list. */
export function byTopic<T>(r: Reader, each: (topic: string) => T): T[] {
  return r
    .array(() => {
      const topic = r.string()
      return r.array(() => each(topic))
    })
    .flat()
}
