// When a partition is compacted and when its old segments go; one thing at a time for each partition.
import { statSync } from 'node:fs'
import { describeError } from '@rowbridge/api'
import { compactPartition } from './compaction.js'
import type { Partition } from './partition.js'

/** Less than this is not worth a compaction. */
const LEAST_DIRTY = 1 << 20
const RETENTION_CHECK_MS = 60_000

/** Looks after a partition until the function returned is called, which waits for work that runs. */
export function maintain(partition: Partition): () => Promise<void> {
  const { config, name, log } = partition.place
  const neverExpires = config.retentionMs < 0 && config.retentionBytes < 0
  let cleaned = 0
  const stopping = new AbortController()
  let running: Promise<void> | null = null
  const run = (work: () => Promise<void>) => {
    running ??= work()
      .catch((error: unknown) => log.error(`${name}: ${describeError(error)}`))
      .finally(() => {
        running = null
      })
  }
  const isDirty = () => {
    const total = bytesOf(partition)
    return total - cleaned > Math.max(LEAST_DIRTY, total * config.dirtyRatio)
  }
  // What is written meanwhile is dirty again, and nothing else may come to say so.
  const compact = async () => {
    while (isDirty() && !stopping.signal.aborted) cleaned = await compactPartition(partition, Date.now())
  }
  const stop = partition.onAppend(() => {
    if (config.isCompacted && running === null && isDirty()) run(compact)
  })
  const expire = () => run(() => dropExpired(partition, Date.now()))
  const timer = config.isDeleted && !neverExpires ? setInterval(expire, RETENTION_CHECK_MS).unref() : null
  if (timer !== null) expire()
  return async () => {
    stopping.abort()
    stop()
    if (timer !== null) clearInterval(timer)
    await running
  }
}

/** Drops the oldest segments that are over the topic's age or size. */
export async function dropExpired(partition: Partition, now: number): Promise<void> {
  const { retentionMs, retentionBytes } = partition.place.config
  const isOld = (path: string) => retentionMs >= 0 && statSync(path).mtimeMs < now - retentionMs
  if (partition.newest.size > 0 && isOld(partition.newest.path)) await partition.roll()
  let rest = bytesOf(partition)
  let count = 0
  for (const segment of partition.sealed) {
    const isTooMuch = retentionBytes >= 0 && rest - segment.size >= retentionBytes
    if (!isTooMuch && !isOld(segment.path)) break
    rest -= segment.size
    count++
  }
  if (count === 0) return
  partition.dropOldest(count)
  partition.place.log.info(
    `${partition.place.name}: ${count} segments passed their retention; begins at ${partition.startOffset}`,
  )
}

const bytesOf = (partition: Partition) =>
  partition.sealed.reduce((sum, segment) => sum + segment.size, partition.newest.size)
