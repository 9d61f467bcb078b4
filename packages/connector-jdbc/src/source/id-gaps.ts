// Values that sessions drew in advance and have not used yet, told by the gaps they leave. A session takes a block of values at a time and
// uses them in ascending order, so that below a value that is seen, its block has no more to come; a gap is what lies between a value and the
// next block of which one is seen. Rows that come into a gap are read late, and offsets stay below the lowest gap.
import type { Blocks } from '@rowbridge/sql'

/** Of more gaps the lowest are given up. */
const MOST_GAPS = 1000
/** Gaps further behind the newest value are given up. */
const FURTHEST = 100_000n

export interface Gap {
  from: bigint
  to: bigint
  /** Sessions that may have the values; null until they were looked for. */
  sessions: ReadonlySet<string> | null
}

export class IdGaps {
  readonly #length: bigint
  readonly #anchor: bigint
  readonly #reach: bigint
  /** In ascending order. */
  #gaps: Gap[] = []
  #newest: bigint

  constructor({ size, step, anchor, least }: Blocks, after: bigint) {
    this.#length = size * step
    this.#anchor = anchor
    this.#reach = FURTHEST * step
    this.#newest = after < least ? least - 1n : after
  }

  get gaps(): readonly Gap[] {
    return this.#gaps
  }

  /** The furthest value below which there is no gap. */
  floor(value: bigint): bigint {
    const [lowest] = this.#gaps
    return lowest === undefined || lowest.from > value ? value : lowest.from - 1n
  }

  /** Rows that were passed in order. */
  pass(values: readonly bigint[]): void {
    let newest = this.#newest
    for (const value of values) {
      const start = this.#startOf(value)
      if (start > newest + 1n) this.#gaps.push({ from: newest + 1n, to: start - 1n, sessions: null })
      if (value > newest) newest = value
    }
    this.#newest = newest
    this.#giveUp()
  }

  /** A row that came into a gap: what its session drew before it is known as well. */
  fill(value: bigint): void {
    const start = this.#startOf(value)
    this.#gaps = this.#gaps.flatMap((gap) => {
      if (value < gap.from || value > gap.to) return [gap]
      const before = { ...gap, to: start - 1n }
      const behind = { ...gap, from: value + 1n }
      return [before, behind].filter(({ from, to }) => from <= to)
    })
  }

  /** Takes in which sessions there are; gives the gaps that nobody can fill any more, to be read once more and closed. */
  meet(sessions: ReadonlySet<string>): readonly Gap[] {
    for (const gap of this.#gaps) {
      gap.sessions = gap.sessions === null ? sessions : new Set([...gap.sessions].filter((key) => sessions.has(key)))
    }
    return this.#gaps.filter((gap) => gap.sessions?.size === 0)
  }

  close(gaps: readonly Gap[]): void {
    this.#gaps = this.#gaps.filter((gap) => !gaps.some(({ from, to }) => gap.from >= from && gap.to <= to))
  }

  #startOf(value: bigint): bigint {
    const beyond = (value - this.#anchor) % this.#length
    return value - (beyond < 0n ? beyond + this.#length : beyond)
  }

  #giveUp(): void {
    const least = this.#newest - this.#reach
    if ((this.#gaps[0]?.from ?? least) < least) {
      this.#gaps = this.#gaps
        .filter(({ to }) => to >= least)
        .map((gap) => (gap.from < least ? { ...gap, from: least } : gap))
    }
    if (this.#gaps.length > MOST_GAPS) this.#gaps = this.#gaps.slice(-MOST_GAPS)
  }
}
