// How old a row may be that is in a table but not in its topic: the time since the last run that came to its end began, for
// such a run has read all that could be seen then. Told without asking the database anything.
import type { Metrics } from '@rowbridge/api'

/** What is read run after run. */
export interface InRuns {
  readonly isInRun: boolean
}

export class SourceLag<R extends InRuns> {
  readonly #metrics: Metrics
  readonly #now: () => number
  /** When the run that is on began. */
  readonly #begun = new WeakMap<R, number>()
  /** When the last complete run began; at first, when the reader was first heard of. */
  readonly #complete = new WeakMap<R, number>()

  constructor(metrics: Metrics, now: () => number = Date.now) {
    this.#metrics = metrics
    this.#now = now
  }

  /** Before each read of one. */
  reads(reader: R): void {
    if (!reader.isInRun || !this.#begun.has(reader)) this.#begun.set(reader, this.#now())
  }

  /** At the end of a run. */
  ended(reader: R): void {
    const begun = this.#begun.get(reader)
    if (begun !== undefined) this.#complete.set(reader, begun)
  }

  /** Of the reader that is furthest behind. */
  tell(readers: readonly R[]): void {
    const now = this.#now()
    let most = 0
    for (const reader of readers) {
      const since = this.#complete.get(reader) ?? this.#begun.get(reader) ?? now
      if (!this.#complete.has(reader)) this.#complete.set(reader, since)
      most = Math.max(most, now - since)
    }
    this.#metrics.set('source-lag-seconds', most / 1000)
  }
}
