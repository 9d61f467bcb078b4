// One partition: batches appended to its newest segment, synced before anyone hears of them, and read back as they are.
// Invariant: readers see, and callers are told of, only what fdatasync has confirmed.
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { RetriableError, type Log } from '@rowbridge/api'
import { stampOffset, AT } from '../record-batch.js'
import { markOf, type BatchMark } from './batch-walk.js'
import { finishSwaps } from './compaction-swap.js'
import { codeOf, syncFolder } from './durable-files.js'
import { recoverSegment } from './recovery.js'
import { openSegment, Segment, SEGMENT_NAME, segmentPath } from './segment.js'
import type { TopicConfig } from './topic-config.js'

/** At most so many bytes share one sync. */
const FLUSH_BYTES = 16 << 20

interface Append {
  readonly batches: Buffer
  readonly done: (baseOffset: number) => void
  readonly failed: (error: unknown) => void
}

/** The bytes of a partition known to be whole when it was closed. */
export interface CleanEnd {
  readonly base: number
  readonly size: number
}

export interface PartitionPlace {
  readonly folder: string
  /** `topic-partition`, for messages. */
  readonly name: string
  readonly config: TopicConfig
  readonly clean: CleanEnd | null
  readonly log: Log
}

/** Opens the partition in its folder, or begins it. */
export async function openPartition(place: PartitionPlace): Promise<Partition> {
  mkdirSync(place.folder, { recursive: true })
  finishSwaps(place.folder)
  const segments = segmentsIn(place.folder)
  if (segments.length === 0) {
    segments.push(new Segment(place.folder, 0, 0))
    createFile(place.folder, 0)
  }
  const newest = segments.at(-1) ?? new Segment(place.folder, 0, 0)
  const known = place.clean?.base === newest.base ? place.clean.size : 0
  const { file, endOffset, flush } = await recoverSegment(newest, known, place.log)
  return new Partition(place, { segments, file, endOffset, flush })
}

function segmentsIn(folder: string): Segment[] {
  const bases = readdirSync(folder).flatMap((name) => SEGMENT_NAME.exec(name)?.[1] ?? [])
  return bases
    .map(Number)
    .toSorted((a, b) => a - b)
    .map((base) => new Segment(folder, base, statSync(segmentPath(folder, base)).size))
}

function createFile(folder: string, base: number): void {
  closeSync(openSync(segmentPath(folder, base), 'w', 0o600))
  syncFolder(folder)
}

export class Partition {
  readonly place: PartitionPlace
  #segments: Segment[]
  #file: FileHandle
  #endOffset: number
  /** Number of the last sync in the newest segment; without gaps, so that recovery can tell what was synced. */
  #flush: number
  #queue: Append[] = []
  #flushing: Promise<void> | null = null
  #listeners = new Set<() => void>()
  #isClosed = false
  /** A failed write may have left bytes behind the last good one. */
  #isTorn = false

  constructor(
    place: PartitionPlace,
    state: { segments: Segment[]; file: FileHandle; endOffset: number; flush: number },
  ) {
    this.place = place
    this.#segments = state.segments
    this.#file = state.file
    this.#endOffset = state.endOffset
    this.#flush = state.flush
  }

  get startOffset(): number {
    return this.#segments[0]?.base ?? 0
  }

  /** The offset that the next record will get. */
  get endOffset(): number {
    return this.#endOffset
  }

  /** All but the newest, which alone is written to. */
  get sealed(): readonly Segment[] {
    return this.#segments.slice(0, -1)
  }

  get newest(): Segment {
    const newest = this.#segments.at(-1)
    if (newest === undefined) throw new Error(`${this.place.name} has no segment`)
    return newest
  }

  /** Adds whole batches; resolves with the offset of their first record once they are durable. */
  append(batches: Buffer): Promise<number> {
    if (this.#isClosed) return Promise.reject(this.#gone())
    return new Promise((done, failed) => {
      this.#queue.push({ batches, done, failed })
      this.#flushing ??= this.#flushAll()
    })
  }

  /** Whole batches from the one that holds `offset` on; empty at the end. */
  async read(offset: number, maxBytes: number): Promise<Buffer> {
    for (;;) {
      const at = this.#segments.findLastIndex((segment) => segment.base <= offset)
      const segment = this.#segments[Math.max(at, 0)]
      if (segment === undefined || offset >= this.#endOffset) return Buffer.alloc(0)
      const bytes = await this.#readSegment(segment, offset, maxBytes)
      if (bytes !== null && bytes.length > 0) return bytes
      // Compaction may have left nothing of this segment behind the offset: the next one goes on.
      const next = this.#segments.find((later) => later.base > segment.base)
      if (bytes !== null && next === undefined) return bytes
      if (bytes !== null && next !== undefined) offset = Math.max(offset, next.base)
    }
  }

  /** Calls back when records were added; the function returned ends that. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Goes on in a new file, so that retention and compaction may touch all before. */
  async roll(): Promise<void> {
    await this.#exclusive(() => this.#newSegment())
  }

  /** Puts one segment in the place of those it was made from; their files are replaced already. */
  replaceSealed(replaced: readonly Segment[], by: Segment): void {
    const rest = this.#segments.filter((segment) => !replaced.includes(segment))
    this.#segments = [...rest, by].toSorted((a, b) => a.base - b.base)
  }

  /** Deletes the oldest segments, which are sealed. */
  dropOldest(count: number): void {
    for (const segment of this.#segments.splice(0, Math.min(count, this.#segments.length - 1))) rmSync(segment.path)
    syncFolder(this.place.folder)
  }

  /** Waits for open appends. */
  async close(): Promise<CleanEnd> {
    this.#isClosed = true
    while (this.#flushing !== null) await this.#flushing
    await this.#file.close()
    for (const listener of this.#listeners) listener()
    return { base: this.newest.base, size: this.newest.size }
  }

  async #readSegment(segment: Segment, offset: number, maxBytes: number): Promise<Buffer | null> {
    try {
      const file = await openSegment(segment)
      try {
        return await segment.read(offset, maxBytes, file)
      } finally {
        await file.close()
      }
    } catch (error) {
      // Retention or compaction took the file between look-up and opening.
      if (codeOf(error) === 'ENOENT' && !this.#segments.includes(segment)) return null
      throw error
    }
  }

  async #flushAll(): Promise<void> {
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const group = this.#nextGroup()
      try {
        const places = await this.#write(group)
        group.forEach((append, i) => append.done(places[i] ?? 0))
        for (const listener of this.#listeners) listener()
      } catch (error) {
        // Those behind fail too: sent again, all keep their order.
        const all = [...group, ...this.#queue.splice(0)]
        const failure = await this.#repaired(error)
        for (const append of all) append.failed(failure)
      }
    }
    this.#flushing = null
  }

  #nextGroup(): Append[] {
    let bytes = 0
    let count = 0
    for (const { batches } of this.#queue) {
      if (count > 0 && bytes + batches.length > FLUSH_BYTES) break
      bytes += batches.length
      count++
    }
    return this.#queue.splice(0, count)
  }

  /** Writes and syncs a group; the base offset of each append in it. */
  async #write(group: readonly Append[]): Promise<number[]> {
    const bytes = group.length === 1 && group[0] ? group[0].batches : Buffer.concat(group.map(({ batches }) => batches))
    if (this.newest.size > 0 && this.newest.size + bytes.length > this.place.config.segmentBytes) {
      await this.#newSegment()
    }
    if (this.#isTorn) await this.#cutTail()
    const segment = this.newest
    const flush = (this.#flush + 1) & 0x7fffffff
    const marks = stampAll(bytes, { offset: this.#endOffset, at: segment.size, flush })
    const firsts = new Map(marks.map((mark) => [mark.at, mark.baseOffset]))
    await writeAll(this.#file, bytes, segment.size)
    await this.#file.datasync()
    for (const mark of marks) segment.noteBatch(mark)
    let at = segment.size
    segment.size += bytes.length
    this.#flush = flush
    this.#endOffset = (marks.at(-1)?.lastOffset ?? -1) + 1
    return group.map((append) => {
      const first = firsts.get(at) ?? 0
      at += append.batches.length
      return first
    })
  }

  async #newSegment(): Promise<void> {
    if (this.newest.size === 0) return
    const segment = new Segment(this.place.folder, this.#endOffset, 0)
    createFile(this.place.folder, segment.base)
    const file = await open(segment.path, 'r+')
    const before = this.#file
    this.#segments.push(segment)
    this.#file = file
    this.#flush = 0
    await before.close()
  }

  /** Cuts off what a failed write or sync may have left, so that the next begins where the last good one ended. */
  async #repaired(cause: unknown): Promise<unknown> {
    if (cause instanceof TypeError) return cause
    this.#isTorn = true
    await this.#cutTail().catch(() => undefined)
    const isFull = codeOf(cause) === 'ENOSPC' || codeOf(cause) === 'EDQUOT'
    return new RetriableError('log-write-failed', `${this.place.name}: ${this.newest.path} could not be written`, {
      cause,
      hint: isFull ? 'The disk is full: free some space.' : 'See whether the disk is in order.',
    })
  }

  async #cutTail(): Promise<void> {
    await this.#file.truncate(this.newest.size)
    this.#isTorn = false
  }

  /** Runs between two groups of appends. */
  async #exclusive(work: () => Promise<void>): Promise<void> {
    while (this.#flushing !== null) await this.#flushing
    const running = work().finally(() => {
      this.#flushing = this.#queue.length > 0 ? this.#flushAll() : null
    })
    this.#flushing = running.catch(() => undefined)
    await running
  }

  #gone(): RetriableError {
    return new RetriableError('log-closed', `${this.place.name}: the log is being closed`)
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, place: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, place + done)
    done += bytesWritten
  }
}

/** Gives the batches in `bytes` their offsets, in place. */
function stampAll(bytes: Buffer, start: { offset: number; at: number; flush: number }): BatchMark[] {
  const marks: BatchMark[] = []
  let { offset } = start
  for (let from = 0; from < bytes.length;) {
    stampOffset(bytes.subarray(from), offset)
    bytes.writeInt32BE(start.flush, from + AT.leaderEpoch)
    const mark = markOf(bytes, from, start.at + from)
    if (mark === null) throw new TypeError('What was to be appended is no record batch')
    marks.push(mark)
    offset = mark.lastOffset + 1
    from += mark.size
  }
  return marks
}
