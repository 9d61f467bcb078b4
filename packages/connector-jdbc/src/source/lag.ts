// How far the topics are behind their tables. In time: since the last run that came to its end began, for such a run has read
// all that could be seen then; told without asking the database. In rows: counted from time to time while a run is long.
import type { Metrics } from '@rowbridge/api'

/** What is read run after run. */
export interface InRuns {
  readonly isInRun: boolean
}

interface Progress {
  /** When the run that is on began. */
  begun: number
  /** When the last complete run began; at first, when the reader was first heard of. */
  complete: number
  /** Rows after the position, when they were last counted; null: not known. */
  left: number | null
  countedAt: number
}

/** A run that is shorter is over before its rows are worth counting; and how often they are counted after that. */
const COUNT_MS = 30_000

export class SourceLag<R extends InRuns> {
  readonly #metrics: Metrics
  readonly #now: () => number
  readonly #progress = new WeakMap<R, Progress>()

  constructor(metrics: Metrics, now: () => number = () => Date.now()) {
    this.#metrics = metrics
    this.#now = now
  }

  /** Before each read of one. */
  reads(reader: R): void {
    const now = this.#now()
    const known = this.#progress.get(reader)
    if (known === undefined) this.#progress.set(reader, { begun: now, complete: now, left: null, countedAt: now })
    else if (!reader.isInRun) Object.assign(known, { begun: now, countedAt: now })
  }

  /** At the end of a run. */
  ended(reader: R): void {
    const known = this.#progress.get(reader)
    if (known !== undefined) Object.assign(known, { complete: known.begun, left: 0 })
  }

  /** Whether it is time to count the rows that are left. */
  wantsCount(reader: R): boolean {
    const known = this.#progress.get(reader)
    return known !== undefined && this.#now() - known.countedAt >= COUNT_MS
  }

  counted(reader: R, left: number | null): void {
    const known = this.#progress.get(reader)
    if (known !== undefined) Object.assign(known, { left, countedAt: this.#now() })
  }

  /** Time of the reader that is furthest behind, and the rows of all, as soon as they are known. */
  tell(readers: readonly R[]): void {
    const now = this.#now()
    const all = readers.map((reader) => this.#progress.get(reader))
    const behind = all.map((progress) => (progress === undefined ? 0 : now - progress.complete))
    this.#metrics.set('source-lag-seconds', Math.max(0, ...behind) / 1000)
    let rows = 0
    for (const progress of all) {
      if (progress === undefined || progress.left === null) return
      rows += progress.left
    }
    this.#metrics.set('source-lag-rows', rows)
  }
}
