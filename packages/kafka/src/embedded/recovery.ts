// Opens the newest segment of a partition after a crash: what a write left torn at the end is cut off, and only that.
// Every batch carries the number of the sync that made it durable, so damage before a later sync is told from a torn tail.
import { open, type FileHandle } from 'node:fs/promises'
import type { Log } from '@rowbridge/api'
import { AT } from '../record-batch.js'
import { isIntactBatch, markOf, readAt, walkBatches } from './batch-walk.js'
import { corruptLog, type Segment } from './segment.js'

export interface Recovered {
  readonly file: FileHandle
  readonly endOffset: number
  /** Number of the last sync. */
  readonly flush: number
}

/** Walks the segment's batches with their checksums; sets its size to what is whole. */
export async function recoverSegment(segment: Segment, knownGood: number, log: Log): Promise<Recovered> {
  const file = await open(segment.path, 'r+')
  try {
    const { size } = await file.stat()
    let endOffset = segment.base
    let flush = 0
    const end = await walkBatches(file, 0, size, (mark, bytes, from) => {
      if (mark.baseOffset < endOffset || !isIntactBatch(bytes, from, mark.size)) return false
      segment.noteBatch(mark)
      endOffset = mark.lastOffset + 1
      flush = mark.flush
      return true
    })
    if (end < size) {
      const tail = await readAt(file, end, size - end)
      if (end < knownGood || !isTorn(tail, endOffset, flush)) throw corruptLog(segment.path, end)
      await cut(file, end)
      log.warn(`${segment.path}: cut ${size - end} bytes after byte ${end} that a write left unfinished`)
    }
    if (end < knownGood) throw corruptLog(segment.path, end)
    segment.size = end
    return { file, endOffset, flush }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function cut(file: FileHandle, end: number): Promise<void> {
  await file.truncate(end)
  await file.datasync()
}

/** True when nothing in the tail was written after its first batch had been synced. Syncs are numbered without gaps. */
function isTorn(tail: Buffer, endOffset: number, lastFlush: number): boolean {
  const lost = markOf(tail, 0, 0)?.flush === lastFlush ? lastFlush : lastFlush + 1
  for (let at = 1; at < tail.length; at++) {
    const mark = tail[at + AT.magic] === 2 ? markOf(tail, at, at) : null
    if (mark === null || mark.baseOffset < endOffset || !isIntactBatch(tail, at, mark.size)) continue
    if (isLater(mark.flush, lost)) return false
    at += mark.size - 1
  }
  return true
}

/** Whether sync number a came after b; the numbers begin anew after 2³¹. */
function isLater(a: number, b: number): boolean {
  const ahead = (a - b) & 0x7fffffff
  return ahead > 0 && ahead < 0x40000000
}
