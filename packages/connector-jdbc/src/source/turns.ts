// Whose turn it is: of those that may read now, the one that waited longest. One in the middle of a run may read at once, one at the end
// of a run after the pause.

interface Place<T> {
  readonly one: T
  /** Not before this time. */
  dueAt: number
  /** Counts turns, so that equal times have an order. */
  lastTurn: number
}

export class Turns<T> {
  readonly #pauseMs: number
  readonly #now: () => number
  readonly #places: Place<T>[] = []
  readonly all: T[] = []
  #kept: T | null = null
  #turn = 0

  constructor(pauseMs: number, now: () => number = Date.now) {
    this.#pauseMs = pauseMs
    this.#now = now
  }

  add(one: T): void {
    this.#places.push({ one, dueAt: 0, lastTurn: 0 })
    this.all.push(one)
  }

  /** The one to read from next; null when none is due. */
  take(): T | null {
    const kept = this.#kept
    this.#kept = null
    if (kept !== null) return kept
    const now = this.#now()
    let next: Place<T> | null = null
    for (const place of this.#places) {
      if (place.dueAt <= now && (next === null || place.lastTurn < next.lastTurn)) next = place
    }
    if (next === null) return null
    this.#turn += 1
    next.lastTurn = this.#turn
    return next.one
  }

  /** The next turn is this one's again. */
  keep(one: T): void {
    this.#kept = one
  }

  /** The next run begins after the usual pause, or after one of its own that is shorter. */
  endRun(one: T, pauseMs: number | null = null): void {
    this.rest(one, Math.min(this.#pauseMs, pauseMs ?? Infinity))
  }

  /** It has no turn for so long. */
  rest(one: T, ms: number): void {
    const place = this.#places.find((candidate) => candidate.one === one)
    if (place !== undefined) place.dueAt = this.#now() + ms
  }

  /** It has no further turn. */
  remove(one: T): void {
    const place = this.#places.findIndex((candidate) => candidate.one === one)
    if (place >= 0) this.#places.splice(place, 1)
  }

  /** Whether nobody has a turn any more. */
  get isOver(): boolean {
    return this.#places.length === 0
  }

  /** When the next turn can be, in milliseconds since 1970. */
  nextTurn(): number {
    return this.#kept === null ? Math.min(...this.#places.map((place) => place.dueAt)) : 0
  }
}
