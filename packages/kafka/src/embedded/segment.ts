// One file of a partition: record batches from a base offset on, and a sparse index in memory that says where they stand.
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { StateError } from '@rowbridge/api'
import { AT } from '../record-batch.js'
import { isIntactBatch, markOf, readAt, walkBatches, type BatchMark } from './batch-walk.js'

/** One entry of the index stands for so many bytes. */
const INDEX_STEP = 1 << 16

export const SEGMENT_NAME = /^(\d{20})\.log$/

export const segmentPath = (folder: string, base: number) => join(folder, `${String(base).padStart(20, '0')}.log`)

export class Segment {
  readonly base: number
  readonly path: string
  /** Bytes that are durable; readers see no others. */
  size: number
  #offsets: number[] = []
  #places: number[] = []
  #indexed = 0
  #indexing: Promise<void> | null = null

  constructor(folder: string, base: number, size: number) {
    this.base = base
    this.path = segmentPath(folder, base)
    this.size = size
  }

  /** Takes a batch that was appended, or met on a walk from the beginning, into the index. */
  noteBatch(mark: BatchMark): void {
    if (mark.at !== this.#indexed) return
    this.#indexed = mark.at + mark.size
    const last = this.#places.at(-1)
    if (last !== undefined && mark.at - last < INDEX_STEP) return
    this.#offsets.push(mark.baseOffset)
    this.#places.push(mark.at)
  }

  /** Whole batches from the one that holds `offset` on: at most `maxBytes`, but at least one. Empty at the end. */
  async read(offset: number, maxBytes: number, file: FileHandle): Promise<Buffer> {
    const size = this.size
    if (this.#indexed < size) await this.#buildIndex(file, size)
    let at = this.#placeBefore(offset)
    let wanted = Math.max(maxBytes, AT.records)
    while (at < size) {
      const bytes = await readAt(file, at, Math.min(wanted, size - at))
      const { from, to } = this.#wholeBatches(bytes, at, offset)
      if (to > from) return bytes.subarray(from, to)
      at += to
      if (to === 0) wanted = this.#sizeOfFirst(bytes, at, size)
    }
    return Buffer.alloc(0)
  }

  /** Where the batches that reach `offset` begin and end in `bytes`. */
  #wholeBatches(bytes: Buffer, at: number, offset: number): { from: number; to: number } {
    let from = 0
    let to = 0
    for (let mark = markOf(bytes, 0, at); mark !== null; mark = markOf(bytes, to, at + to)) {
      if (mark.lastOffset < offset) from = to + mark.size
      else if (!isIntactBatch(bytes, to, mark.size)) {
        if (to > from) break
        throw corruptLog(this.path, at + to)
      }
      to += mark.size
    }
    return { from, to }
  }

  /** The size of a batch of which `bytes` is only a part. */
  #sizeOfFirst(bytes: Buffer, at: number, size: number): number {
    const whole = bytes.length < AT.records ? 0 : bytes.readInt32BE(AT.length) + AT.leaderEpoch
    if (whole <= bytes.length || bytes[AT.magic] !== 2 || at + whole > size) throw corruptLog(this.path, at)
    return whole
  }

  #placeBefore(offset: number): number {
    let low = 0
    let high = this.#offsets.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#offsets[middle] ?? 0) <= offset) low = middle + 1
      else high = middle
    }
    return this.#places[low - 1] ?? 0
  }

  /** Sealed files of an earlier run are walked when they are first read. */
  #buildIndex(file: FileHandle, size: number): Promise<void> {
    this.#indexing ??= this.#walk(file, size).finally(() => {
      this.#indexing = null
    })
    return this.#indexing
  }

  async #walk(file: FileHandle, size: number): Promise<void> {
    const end = await walkBatches(file, this.#indexed, size, (mark) => {
      this.noteBatch(mark)
      return true
    })
    if (end < size) throw corruptLog(this.path, end)
  }
}

/** Opens a segment's file for reading. */
export const openSegment = (segment: Segment) => open(segment.path, 'r')

/** Damage that no torn write explains: never cut, never skipped. */
export function corruptLog(path: string, at: number, cause?: unknown): StateError {
  return new StateError('corrupt-log', `${path}: damaged at byte ${at}`, {
    ...(cause === undefined ? {} : { cause }),
    hint: 'Restore the file from a backup, or delete the topic; nothing of it was changed.',
  })
}
