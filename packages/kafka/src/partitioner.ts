// Which partition a record goes to: by the hash of its key, exactly as Java's default partitioner decides.
import type { ByteColumn } from '@rowbridge/api'

const SEED = 0x9747b28c
const M = 0x5bd1e995

/** Murmur2 of bytes `start … end`, as a signed number. */
export function murmur2(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  let hash = SEED ^ length
  let at = start
  for (; at + 4 <= end; at += 4) {
    const word =
      byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24)
    const k = Math.imul(word, M)
    hash = Math.imul(hash, M) ^ Math.imul(k ^ (k >>> 24), M)
  }
  const rest = end - at
  if (rest === 3) hash ^= byte(bytes, at + 2) << 16
  if (rest >= 2) hash ^= byte(bytes, at + 1) << 8
  if (rest >= 1) hash = Math.imul(hash ^ byte(bytes, at), M)
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return hash ^ (hash >>> 15)
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0
}

/** The rows of each partition, in order; records without a key go to `keyless`. Partitions without rows are left out. */
export function rowsByPartition(keys: ByteColumn, partitions: number, keyless: number): Map<number, Int32Array> {
  const chosen = new Int32Array(keys.length)
  const counts = new Int32Array(partitions)
  for (let i = 0; i < keys.length; i++) {
    const start = keys.starts[i] ?? -1
    const hash = start < 0 ? keyless : (murmur2(keys.bytes, start, keys.ends[i] ?? start) & 0x7fffffff) % partitions
    chosen[i] = hash
    counts[hash] = (counts[hash] ?? 0) + 1
  }
  const rows = new Map<number, Int32Array>()
  counts.forEach((count, partition) => count > 0 && rows.set(partition, new Int32Array(count)))
  counts.fill(0)
  for (let i = 0; i < keys.length; i++) {
    const partition = chosen[i] ?? 0
    const at = counts[partition] ?? 0
    const own = rows.get(partition)
    if (own !== undefined) own[at] = i
    counts[partition] = at + 1
  }
  return rows
}
