// Figures of one task: counters and gauges under Kafka Connect's names, and rates of the counters over the last half minute.
import type { Metrics } from '@rowbridge/api'
import type { Clock } from './clock.js'

const WINDOW_MS = 30_000
/** Before the name of a stage: milliseconds spent in it. */
export const STAGE_TIME = 'stage-time-ms-'

export class TaskMetrics implements Metrics {
  readonly #clock: Clock
  readonly #values = new Map<string, number>()
  readonly #rates: ReadonlyMap<string, string>
  #samples: { readonly at: number; readonly totals: ReadonlyMap<string, number> }[] = []
  readonly #averages = new Map<string, { sum: number; count: number }>()

  /** `rates`: name of a rate by the name of its counter. */
  constructor(clock: Clock, rates: Readonly<Record<string, string>> = {}) {
    this.#clock = clock
    this.#rates = new Map(Object.entries(rates))
  }

  add(name: string, by: number): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + by)
  }

  set(name: string, value: number): void {
    this.#values.set(name, value)
  }

  /** One duration or size more for `<name>-max…` and `<name>-avg…`; `unit` is `-time-ms` for durations. */
  observe(name: string, value: number, unit = ''): void {
    const average = this.#averages.get(name) ?? { sum: 0, count: 0 }
    average.sum += value
    average.count += 1
    this.#averages.set(name, average)
    this.#values.set(`${name}-avg${unit}`, average.sum / average.count)
    this.#values.set(`${name}-max${unit}`, Math.max(value, this.#values.get(`${name}-max${unit}`) ?? 0))
  }

  /** A quantity that goes up and down: as it is now, and its greatest and average value. */
  level(name: string, value: number): void {
    this.set(name, value)
    this.observe(name, value)
  }

  /** Adds the time that the work takes to that of its stage. */
  async timed<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const start = this.#clock.now()
    try {
      return await work()
    } finally {
      this.add(`${STAGE_TIME}${stage}`, this.#clock.now() - start)
    }
  }

  /** All figures as plain data. */
  report(): Record<string, number> {
    const now = this.#clock.now()
    const totals = new Map([...this.#rates.keys()].map((name) => [name, this.#values.get(name) ?? 0]))
    this.#samples = [...this.#samples.filter(({ at }) => now - at <= WINDOW_MS), { at: now, totals }]
    const eldest = this.#samples[0]
    const figures = Object.fromEntries(this.#values)
    if (eldest === undefined || eldest.at === now) return figures
    for (const [name, rate] of this.#rates) {
      const grown = (totals.get(name) ?? 0) - (eldest.totals.get(name) ?? 0)
      figures[rate] = (grown * 1000) / (now - eldest.at)
    }
    return figures
  }
}
