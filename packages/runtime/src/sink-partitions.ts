// The topic partitions a sink task has, and how far each is written and committed.
import type { TopicPartition } from '@rowbridge/api'
import type { TopicOffset } from '@rowbridge/kafka'

export interface Owned extends TopicPartition {
  /** False once the partition is revoked: what was read of it then belongs to another. */
  isOwned: boolean
  /** Offset after the last record that was put, null before the first. */
  next: number | null
  committed: number | null
  /** Offset that the next record of the partition will get, as far as known. */
  end: number
}

export class SinkPartitions {
  readonly #owned = new Map<string, Owned>()

  get size(): number {
    return this.#owned.size
  }

  all(): readonly Owned[] {
    return [...this.#owned.values()]
  }

  assign(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.of(partition)
  }

  /** The partition's state, taken up where it was not known. */
  of({ topic, partition }: TopicPartition): Owned {
    const key = `${topic}-${partition}`
    let owned = this.#owned.get(key)
    if (owned === undefined) {
      owned = { topic, partition, isOwned: true, next: null, committed: null, end: 0 }
      this.#owned.set(key, owned)
    }
    return owned
  }

  /** Takes partitions away; answers with their states. */
  revoke(partitions: readonly TopicPartition[]): readonly Owned[] {
    const revoked: Owned[] = []
    for (const { topic, partition } of partitions) {
      const owned = this.#owned.get(`${topic}-${partition}`)
      if (owned === undefined) continue
      owned.isOwned = false
      this.#owned.delete(`${topic}-${partition}`)
      revoked.push(owned)
    }
    return revoked
  }

  /** Records that are in the log and not yet put, in the partition that is farthest behind. */
  mostLag(): number {
    return this.all().reduce((most, { end, next }) => Math.max(most, next === null ? 0 : end - next), 0)
  }
}

/** What of these is put and not yet committed. */
export function uncommitted(partitions: readonly Owned[]): TopicOffset[] {
  return partitions.flatMap(({ topic, partition, next, committed }) =>
    next === null || next === committed ? [] : [{ topic, partition, offset: next }],
  )
}
