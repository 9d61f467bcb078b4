// Keeps the latest record of each key of a compacted topic. Offsets stay as they are; what is newest is left alone.
import { open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesAt } from '@rowbridge/api'
import { CODECS, compress } from '../compression.js'
import { crc32c } from '../crc32c.js'
import { readBatchHeader, readRecords, type Records } from '../record-batch-reader.js'
import { AT } from '../record-batch.js'
import { walkBatches } from './batch-walk.js'
import { CLEANED, swapIn } from './compaction-swap.js'
import type { Partition } from './partition.js'
import { corruptLog, openSegment, Segment } from './segment.js'

/** Bounds the memory of a pass; keys beyond stay for the next one. */
const KEYS_PER_PASS = 1_000_000

/** Compacts all that was written before this call; readers and writers go on meanwhile. The bytes that are left of it. */
export async function compactPartition(partition: Partition, now: number): Promise<number> {
  await partition.roll()
  const sealed = [...partition.sealed]
  // Taken now: while this works, more segments may be sealed, which are none of its business.
  const end = partition.newest.base
  const latest = await latestOffsets(sealed)
  const rule: Rule = { latest, end, tombstonesBefore: now - partition.place.config.deleteRetentionMs }
  for (let first = 0; first < sealed.length;) first += await compactGroup(partition, sealed.slice(first), rule)
  return partition.sealed.reduce((sum, { base, size }) => (base < end ? sum + size : sum), 0)
}

interface Rule {
  readonly latest: ReadonlyMap<string, number>
  /** The offset behind all that is compacted. */
  readonly end: number
  /** Deletions older than this have been seen by everyone. */
  readonly tombstonesBefore: number
}

type EachBatch = (batch: Buffer, records: Records) => Promise<void> | void

async function latestOffsets(segments: readonly Segment[]): Promise<Map<string, number>> {
  const latest = new Map<string, number>()
  for (const segment of segments.toReversed()) {
    await eachBatch(segment, (_batch, { keys, offsets, length }) => {
      for (let i = 0; i < length; i++) {
        const key = keyText(bytesAt(keys, i))
        const known = key === null ? undefined : latest.get(key)
        if (key === null || (known === undefined && latest.size >= KEYS_PER_PASS)) continue
        const offset = offsets[i] ?? 0
        if (known === undefined || known < offset) latest.set(key, offset)
      }
    })
  }
  return latest
}

/** Writes the first segments anew as one, until it is half full; how many. */
async function compactGroup(partition: Partition, segments: readonly Segment[], rule: Rule): Promise<number> {
  const { folder, config } = partition.place
  const base = segments[0]?.base ?? 0
  const path = join(folder, `${base}${CLEANED}`)
  const file = await open(path, 'w', 0o600)
  let [count, size, before, newest] = [0, 0, 0, 0]
  try {
    for (const segment of segments) {
      if (count > 0 && size > config.segmentBytes / 2) break
      await eachBatch(segment, async (batch, records) => {
        const kept = compactBatch(batch, records, rule)
        if (kept !== null) size += (await file.write(kept, 0, kept.length, size)).bytesWritten
      })
      newest = Math.max(newest, (await stat(segment.path)).mtimeMs)
      before += segment.size
      count++
    }
    await file.utimes(newest / 1000, newest / 1000)
  } finally {
    await file.close()
  }
  if (count === 1 && size === before) {
    await rm(path)
    return 1
  }
  const replaced = segments.slice(0, count)
  swapIn(folder, path, { from: base, to: segments[count]?.base ?? rule.end })
  partition.replaceSealed(replaced, new Segment(folder, base, size))
  return count
}

async function eachBatch(segment: Segment, each: EachBatch): Promise<void> {
  const file = await openSegment(segment)
  try {
    const end = await walkBatches(file, 0, segment.size, async (mark, bytes, from) => {
      const batch = bytes.subarray(from, from + mark.size)
      const header = readBatchHeader(batch, 0, segment.path)
      if (header === null) return false
      await each(batch, readRecords(batch, 0, header, { from: 0, where: `${segment.path} at byte ${mark.at}` }))
      return true
    })
    if (end < segment.size) throw corruptLog(segment.path, end)
  } finally {
    await file.close()
  }
}

/** The batch with the records that the rule keeps; null when there are none. */
function compactBatch(batch: Buffer, records: Records, rule: Rule): Buffer | null {
  const { bytes } = records.keys
  const plain = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const kept: Buffer[] = []
  let at = 0
  for (let i = 0; i < records.length; i++) {
    const end = recordEnd(plain, at)
    if (isKept(records, i, rule)) kept.push(plain.subarray(at, end))
    at = end
  }
  if (kept.length === records.length) return batch
  return kept.length === 0 ? null : rewritten(batch, kept)
}

function isKept(records: Records, i: number, { latest, tombstonesBefore }: Rule): boolean {
  const key = keyText(bytesAt(records.keys, i))
  if (key === null) return true
  if ((latest.get(key) ?? -1) > (records.offsets[i] ?? 0)) return false
  return bytesAt(records.values, i) !== null || (records.timestamps[i] ?? 0) >= tombstonesBefore
}

function rewritten(batch: Buffer, kept: readonly Buffer[]): Buffer {
  const attributes = batch.readInt16BE(AT.attributes)
  const codec = CODECS[attributes & 7] ?? 'none'
  const records = compress(codec === 'snappy' ? 'lz4' : codec, Buffer.concat(kept))
  const whole = Buffer.concat([batch.subarray(0, AT.records), records])
  if (codec === 'snappy') whole.writeInt16BE((attributes & ~7) | CODECS.indexOf('lz4'), AT.attributes)
  whole.writeInt32BE(whole.length - AT.leaderEpoch, AT.length)
  whole.writeInt32BE(kept.length, AT.count)
  whole.writeUInt32BE(crc32c(whole.subarray(AT.attributes)), AT.crc)
  return whole
}

/** A record begins with its length, a zigzag varint. */
function recordEnd(plain: Buffer, start: number): number {
  let [zigzag, scale, at] = [0, 1, start]
  for (;;) {
    const byte = plain[at++] ?? 0
    zigzag += (byte & 127) * scale
    if (byte < 128) return at + zigzag / 2
    scale *= 128
  }
}

const keyText = (key: Uint8Array | null) =>
  key === null ? null : Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')
