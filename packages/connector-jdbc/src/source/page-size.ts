// How many rows a page is to have. The first one is short, as nobody knows how large rows are. Short pages grow as long as their rows are
// small. Longer ones grow where finding the first row of a page costs more than reading the rest, because no index fits the cursor, as
// long as that makes a row cheaper. Where rows turn out to be large, pages shrink.

/** Rows of a first page. */
const FIRST_ROWS = 25
/** How much longer a page gets until it has the least rows it should have. */
const GROWTH = 4
/** Pages shorter than this are worth making longer however fast they are: each costs a round trip. */
const SHORT_ROWS = 1000
/** No page is to be larger than this, and no batch. */
export const MOST_BYTES = 8_000_000
/** A page read faster than this is not worth making larger. */
const SLOW_MS = 100
const MOST_TIMES = 32
/** What a row of a page twice as large may cost of what it cost before. */
const WORTH = 0.75
/** Rows of a page whose size is looked at. */
const SAMPLE = 20

export class PageSize {
  readonly #least: number
  readonly #most: number
  #rows: number
  /** Milliseconds a row cost at the size before. */
  #costBefore = Infinity
  #isSettled = false

  constructor(least: number, most = Infinity) {
    this.#least = Math.min(least, most)
    this.#rows = Math.min(this.#least, FIRST_ROWS)
    this.#most = Math.min(least * MOST_TIMES, most)
  }

  get rows(): number {
    return this.#rows
  }

  /** Tells what a full page of this size cost, and how many bytes a row of it has. */
  note(ms: number, bytesOfRow: number): void {
    const most = Math.max(1, Math.floor(MOST_BYTES / Math.max(bytesOfRow, 1)))
    if (this.#rows > most) this.#rows = most
    else if (this.#rows < this.#least) this.#rows = Math.min(this.#rows * GROWTH, this.#least, most)
    else if (!this.#isSettled && this.#rows * 2 <= most) this.#grow(ms)
  }

  #grow(ms: number): void {
    if (this.#rows * 2 <= Math.min(SHORT_ROWS, this.#most)) this.#rows *= 2
    else if (ms >= SLOW_MS) this.#noteSlow(ms / this.#rows)
  }

  #noteSlow(cost: number): void {
    if (cost > this.#costBefore * WORTH) {
      this.#isSettled = true
      this.#rows /= 2
    } else if (this.#rows * 2 <= this.#most) {
      this.#costBefore = cost
      this.#rows *= 2
    }
  }
}

/** About how many bytes a row has, told by some that lie evenly in the page. */
export function bytesOfRow(rows: readonly (readonly unknown[])[]): number {
  const step = Math.max(1, Math.floor(rows.length / SAMPLE))
  let bytes = 0
  let count = 0
  for (let r = 0; r < rows.length; r += step) {
    for (const value of rows[r] ?? []) bytes += sizeOf(value)
    count += 1
  }
  return count === 0 ? 0 : bytes / count
}

function sizeOf(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 8
}
