// Steps from record batch to record batch over a log file, a chunk at a time, and stops where none begins.
import type { FileHandle } from 'node:fs/promises'
import { crc32c } from '../crc32c.js'
import { AT } from '../record-batch.js'

const CHUNK = 1 << 20

/** What the log itself needs of a batch. */
export interface BatchMark {
  readonly at: number
  readonly size: number
  readonly baseOffset: number
  readonly lastOffset: number
  /** Which sync of the partition made it durable; the log keeps it where Kafka keeps the leader's epoch. */
  readonly flush: number
}

/** The mark of the batch that begins at `from` in `bytes`, or null when no whole batch does. */
export function markOf(bytes: Buffer, from: number, at: number): BatchMark | null {
  if (bytes.length - from < AT.records || bytes[from + AT.magic] !== 2) return null
  const size = sizeOf(bytes, from)
  const lastDelta = bytes.readInt32BE(from + AT.lastOffsetDelta)
  const baseOffset = Number(bytes.readBigInt64BE(from + AT.baseOffset))
  if (size < AT.records || size > bytes.length - from || baseOffset < 0 || lastDelta < 0) return null
  const flush = bytes.readInt32BE(from + AT.leaderEpoch)
  return { at, size, baseOffset, lastOffset: baseOffset + lastDelta, flush }
}

export function isIntactBatch(bytes: Buffer, from: number, size: number): boolean {
  return crc32c(bytes.subarray(from + AT.attributes, from + size)) === bytes.readUInt32BE(from + AT.crc)
}

const sizeOf = (bytes: Buffer, from: number) => bytes.readInt32BE(from + AT.length) + AT.leaderEpoch

/** Takes a batch: its mark, the bytes of which it is a part, and where in them it begins. False ends the walk before it. */
export type Visit = (mark: BatchMark, bytes: Buffer, from: number) => boolean | Promise<boolean>

/** Walks the batches in `file[from … to)`. The place where the walk ended: `to`, or where no whole batch begins. */
export async function walkBatches(file: FileHandle, from: number, to: number, visit: Visit): Promise<number> {
  let at = from
  let wanted = CHUNK
  while (at < to) {
    const bytes = await readAt(file, at, Math.min(wanted, to - at))
    const isShort = bytes.length < Math.min(wanted, to - at)
    let used = 0
    for (let mark = markOf(bytes, 0, at); mark !== null; mark = markOf(bytes, used, at + used)) {
      if (!(await visit(mark, bytes, used))) return at + used
      used += mark.size
    }
    const left = bytes.length - used
    const next = left < AT.records ? AT.records : sizeOf(bytes, used)
    at += used
    if (isShort || (used === 0 && (bytes.length >= next || next > to - at))) return at
    wanted = Math.max(CHUNK, Math.min(next, to - at))
  }
  return at
}

/** Exactly the bytes `at … at + length)`, or what the file has of them. */
export async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, at + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
