// Shares partitions among members as Kafka's range assignor does: topic by topic, in ranges, members in the order of their ids.
import type { TopicPartition } from '@rowbridge/api'
import type { TopicDescription } from '../port.js'
import type { Subscription } from './broker.js'

export interface Subscriber {
  readonly memberId: string
  readonly subscription: Subscription
}

/** The partitions of each member. */
export function assignRanges(
  members: readonly Subscriber[],
  topics: readonly TopicDescription[],
): Map<string, TopicPartition[]> {
  const assigned = new Map(members.map(({ memberId }) => [memberId, [] as TopicPartition[]]))
  const ordered = [...members].toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1))
  for (const { topic, partitions, isInternal } of topics) {
    const readers = ordered.filter(({ subscription }) => isWanted(subscription, topic, isInternal))
    readers.forEach(({ memberId }, i) => {
      const [from, to] = [share(i, readers.length, partitions), share(i + 1, readers.length, partitions)]
      for (let partition = from; partition < to; partition++) assigned.get(memberId)?.push({ topic, partition })
    })
  }
  return assigned
}

/** An expression has to match the whole name, and no internal topic. */
export function isWanted(subscription: Subscription, topic: string, isInternal: boolean): boolean {
  if (subscription.topics.includes(topic)) return true
  if (subscription.pattern === null || isInternal) return false
  const [source, flags] = subscription.pattern
  return new RegExp(`^(?:${source})$`, flags.replace(/[gy]/g, '')).test(topic)
}

/** Where the range of reader i begins: the first ones get one more when it does not come out even. */
const share = (i: number, readers: number, partitions: number) =>
  i * Math.floor(partitions / readers) + Math.min(i, partitions % readers)
