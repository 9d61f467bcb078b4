// Where partitions begin and end, asked of their leaders.
import type { TopicPartition } from '@rowbridge/api'
import type { Cluster } from './cluster.js'
import { check } from './network-errors.js'
import type { TopicOffset } from './port.js'
import { LIST_OFFSETS, listOffsetsRequest, type OffsetSpot } from './requests.js'

export interface SpotOptions {
  readonly spot: OffsetSpot
  readonly readCommitted?: boolean
}

/** One try; a leader that has moved is a RetriableError, and is asked for anew the next time. */
export async function listOffsets(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  { spot, readCommitted = false }: SpotOptions,
): Promise<TopicOffset[]> {
  const byNode = new Map<number, TopicPartition[]>()
  for (const at of partitions) {
    const node = await cluster.leader(at.topic, at.partition)
    byNode.set(node, [...(byNode.get(node) ?? []), at])
  }
  const answers = await Promise.all(
    [...byNode].map(([node, own]) =>
      cluster.call(LIST_OFFSETS, listOffsetsRequest(own, spot, readCommitted), { node, lane: 'main' }),
    ),
  )
  const listed = answers.flat()
  if (listed.some(({ error }) => error !== 0)) await cluster.refresh([...new Set(partitions.map(({ topic }) => topic))])
  for (const { topic, partition, error } of listed) check(error, `${topic}-${partition}`)
  return listed.map(({ topic, partition, offset }) => ({ topic, partition, offset }))
}
