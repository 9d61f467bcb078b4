// How a consumer group shares partitions: the range assignor and its bytes, as Java members of the same group read and write them.
import type { TopicPartition } from '@rowbridge/api'
import { byTopic, grouped } from './requests.js'
import { Reader, Writer } from './wire.js'

export const RANGE = 'range'

/** What a member says of itself when it joins. */
export function subscriptionBytes(topics: readonly string[]): Uint8Array {
  const w = new Writer().i16(1)
  return bytesOf(
    w
      .array(topics.toSorted(), (topic) => w.string(topic))
      .bytes(null)
      .i32(0),
  )
}

/** The topics a member subscribes to; what later versions add is not needed. */
export function subscribedTopics(metadata: Buffer): string[] {
  const r = new Reader(metadata)
  r.i16()
  return r.array(() => r.string())
}

export function assignmentBytes(partitions: readonly TopicPartition[]): Uint8Array {
  const w = new Writer().i16(1)
  w.array(grouped(partitions), ([topic, own]) => {
    w.string(topic).array(own, ({ partition }) => w.i32(partition))
  })
  return bytesOf(w.bytes(null))
}

export function assignedPartitions(assignment: Buffer): TopicPartition[] {
  if (assignment.length === 0) return []
  const r = new Reader(assignment)
  r.i16()
  return byTopic(r, (topic) => ({ topic, partition: r.i32() }))
}

export interface Subscriber {
  readonly id: string
  readonly topics: readonly string[]
}

/** Per topic, each of its subscribers in order of their ids gets one run of partitions; the first ones one more. */
export function assignRanges(
  subscribers: readonly Subscriber[],
  partitionsOf: (topic: string) => number,
): Map<string, TopicPartition[]> {
  const shares = new Map(subscribers.map(({ id }) => [id, [] as TopicPartition[]]))
  const topics = [...new Set(subscribers.flatMap((member) => member.topics))].sort()
  const ordered = subscribers.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  for (const topic of topics) {
    const readers = ordered.filter((member) => member.topics.includes(topic))
    const count = partitionsOf(topic)
    const [each, more] = [Math.floor(count / readers.length), count % readers.length]
    let partition = 0
    readers.forEach(({ id }, n) => {
      const end = partition + each + (n < more ? 1 : 0)
      for (; partition < end; partition++) shares.get(id)?.push({ topic, partition })
    })
  }
  return shares
}

function bytesOf(w: Writer): Uint8Array {
  return Buffer.concat(w.pieces())
}
