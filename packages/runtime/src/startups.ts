// How often connectors and tasks were started on this worker, and how that went: figures under Kafka Connect's names.

export type Kind = 'connector' | 'task'

export class Startups {
  readonly #counts = new Map<string, number>()

  attempted(kind: Kind): void {
    this.#add(`${kind}-startup-attempts-total`)
  }

  ended(kind: Kind, isRunning: boolean): void {
    this.#add(`${kind}-startup-${isRunning ? 'success' : 'failure'}-total`)
  }

  #add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  /** Counts, and shares of them in percent as Java tells them: from 0 to 1. */
  report(): Record<string, number> {
    const figures: Record<string, number> = {}
    for (const kind of ['connector', 'task'] as const) {
      const [attempts = 0, successes = 0, failures = 0] = ['attempts', 'success', 'failure'].map((what) =>
        this.#counts.get(`${kind}-startup-${what}-total`),
      )
      const ended = successes + failures
      figures[`${kind}-startup-attempts-total`] = attempts
      figures[`${kind}-startup-success-total`] = successes
      figures[`${kind}-startup-failure-total`] = failures
      figures[`${kind}-startup-success-percentage`] = ended === 0 ? 0 : successes / ended
      figures[`${kind}-startup-failure-percentage`] = ended === 0 ? 0 : failures / ended
    }
    return figures
  }
}
