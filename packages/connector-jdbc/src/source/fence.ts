// Holds marks until nobody can write below them any more. A mark is a bound that was seen, and with it everybody who had something open
// then; once all of these have ended, what is not visible below the bound was rolled back, and will never be. Marks overlap: a new one
// need not wait for the one before it.
import type { Holder, Moment } from '@rowbridge/sql'
import type { Hold } from './hold-log.js'
import type { Position } from './offset.js'

/** More marks would not make rows come sooner. */
const MOST_MARKS = 32

interface Mark {
  readonly bound: Position
  readonly seenAt: number
  /** Those who are waited for; null until they were looked for. */
  waiting: Map<string, Holder> | null
}

/** A row that is written and not committed. */
export interface UncommittedRow extends Holder {
  readonly position: Position
}

export interface FenceOptions {
  /** How long after a bound was seen those who are on their way to it show. */
  readonly leaseMs: number
  /** 0: without limit. */
  readonly maxWaitMs: number
  readonly onPassed: (hold: Hold) => void
}

export class Fence {
  readonly #options: FenceOptions
  readonly #marks: Mark[] = []
  /** Keys of those who were waited for long enough. */
  #passed: ReadonlySet<string> = new Set()

  constructor(options: FenceOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#marks.length === 0
  }

  /** The bound of the newest mark. */
  get newest(): Position | null {
    return this.#marks.at(-1)?.bound ?? null
  }

  /** Whether a look is worth while at this time. */
  isDue(now: number): boolean {
    const [first] = this.#marks
    return first !== undefined && now - first.seenAt >= this.#options.leaseMs
  }

  add(bound: Position, now: number): void {
    if (this.#marks.length < MOST_MARKS) this.#marks.push({ bound, seenAt: now, waiting: null })
  }

  /** Takes in who is there at a moment after `now`, and rows that are not committed; gives the furthest bound that is safe now. */
  settle(moment: Moment, rows: readonly UncommittedRow[], now: number): Position | null {
    this.#passed = new Set([...moment.holders, ...rows].map(({ key }) => key).filter((key) => this.#passed.has(key)))
    const counted = moment.holders.filter(({ key }) => !this.#passed.has(key))
    const present = new Map(counted.map((holder) => [holder.key, holder] as const))
    let settled = -1
    this.#marks.forEach((mark, i) => {
      if (now - mark.seenAt < this.#options.leaseMs) return
      mark.waiting = new Map([
        ...(mark.waiting === null ? present : stillThere(mark.waiting, present)),
        ...this.#below(mark, rows),
      ])
      if (mark.waiting.size === 0 || this.#isPassed(mark, now)) settled = i
    })
    const bound = this.#marks[settled]?.bound ?? null
    this.#marks.splice(0, settled + 1)
    return bound
  }

  /** What the oldest mark waits for. */
  hold(): Hold | null {
    const [first] = this.#marks
    if (first?.waiting === null || first === undefined) return null
    return { since: first.seenAt, holders: [...first.waiting.values()] }
  }

  /** A row below a mark belongs to a transaction that may have more of them to come, whenever it was first seen. */
  #below({ bound }: Mark, rows: readonly UncommittedRow[]): (readonly [string, Holder])[] {
    const below = rows.filter(({ key, position }) => !this.#passed.has(key) && isWithin(position, bound))
    return below.map((row) => [row.key, row] as const)
  }

  #isPassed(mark: Mark, now: number): boolean {
    const { maxWaitMs, onPassed } = this.#options
    if (maxWaitMs === 0 || now - mark.seenAt < maxWaitMs) return false
    const holders = [...(mark.waiting?.values() ?? [])].filter(({ key }) => !this.#passed.has(key))
    if (holders.length > 0) onPassed({ since: mark.seenAt, holders })
    this.#passed = new Set([...this.#passed, ...holders.map(({ key }) => key)])
    return true
  }
}

function stillThere(waiting: ReadonlyMap<string, Holder>, present: ReadonlyMap<string, Holder>): Map<string, Holder> {
  return new Map([...present].filter(([key, holder]) => waiting.has(key) || holder.isSuccessor))
}

function isWithin({ timestamp, incrementing }: Position, bound: Position): boolean {
  if (bound.timestamp !== null) return timestamp === null || timestamp.ms < bound.timestamp.ms
  return incrementing === null || bound.incrementing === null || incrementing <= bound.incrementing
}
