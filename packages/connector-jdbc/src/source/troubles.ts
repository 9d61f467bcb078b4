// Tells what keeps a task from its reading, without tiring anyone: once when it begins, now and then while it lasts, once when it is
// over. Log, figures and the task's status say the same.
import { adviceOf, describeError, type SourceTaskContext } from '@rowbridge/api'

const LONGEST_PAUSE_MS = 10_000
/** Trouble that lasts is told again. */
const AGAIN_MS = 60_000

interface Outage {
  readonly since: number
  readonly code: string
  tries: number
  toldAt: number
}

export class Troubles {
  readonly #context: SourceTaskContext
  readonly #now: () => number
  readonly #aside = new Map<string, string>()
  #outage: Outage | null = null

  constructor(context: SourceTaskContext, now: () => number = Date.now) {
    this.#context = context
    this.#now = now
    context.metrics.set('source-database-available', 1)
    context.metrics.set('source-tables-set-aside', 0)
  }

  /** How often reading has failed since it last worked. */
  get tries(): number {
    return this.#outage?.tries ?? 0
  }

  /** Reading failed in a way that may pass; gives the pause before the next try, in milliseconds. */
  failed(what: string, error: unknown): number {
    const { log, metrics } = this.#context
    const now = this.#now()
    const code = String((error as { code?: unknown } | null)?.code)
    const isNew = this.#outage?.code !== code
    const outage: Outage = isNew
      ? { since: this.#outage?.since ?? now, code, tries: this.tries, toldAt: now }
      : (this.#outage ?? { since: now, code, tries: 0, toldAt: now })
    outage.tries += 1
    this.#outage = outage
    const pause = Math.min(100 * 2 ** Math.min(outage.tries, 10), LONGEST_PAUSE_MS)
    metrics.add('total-retries', 1)
    metrics.set('source-database-available', 0)
    if (isNew) {
      log.warn(`Reading ${what} failed; it is tried again until it works: ${describeError(error)}`)
      this.#tell(`Reading ${what} fails since ${new Date(outage.since).toISOString()}: ${adviceOf(error)}`)
    } else if (now - outage.toldAt >= AGAIN_MS) {
      outage.toldAt = now
      const seconds = Math.round((now - outage.since) / 1000)
      log.warn(`Reading ${what} fails since ${seconds} s; next is try ${outage.tries + 1}: ${describeError(error)}`)
    } else {
      log.debug(`Reading ${what} failed, try ${outage.tries}; the next is in ${pause} ms: ${describeError(error)}`)
    }
    return pause
  }

  /** Reading works. */
  worked(what: string): void {
    if (this.#outage !== null) this.#over(this.#outage)
    if (this.#aside.delete(what)) {
      this.#context.log.info(`${what} can be read again.`)
      this.#tellAside()
    }
  }

  /** One table cannot be read, while others can. */
  setAside(what: string, error: unknown): void {
    const problem = adviceOf(error)
    if (this.#aside.get(what) === problem) return
    this.#aside.set(what, problem)
    this.#context.log.warn(`${what} is left out until it can be read; other tables go on: ${describeError(error)}`)
    this.#tellAside()
  }

  /** What was said of a table that is none of ours any more. */
  forget(what: string): void {
    if (this.#aside.delete(what)) this.#tellAside()
  }

  get aside(): ReadonlyMap<string, string> {
    return this.#aside
  }

  #over({ since, tries }: Outage): void {
    const { log, metrics } = this.#context
    this.#outage = null
    metrics.set('source-database-available', 1)
    const seconds = ((this.#now() - since) / 1000).toFixed(1)
    log.info(`Reading goes on, after ${seconds} s and ${tries} ${tries === 1 ? 'try' : 'tries'} that failed.`)
    this.#tell(null)
  }

  #tellAside(): void {
    this.#context.metrics.set('source-tables-set-aside', this.#aside.size)
    if (this.#outage === null) this.#tell(null)
  }

  #tell(outage: string | null): void {
    const all = [...(outage === null ? [] : [outage]), ...[...this.#aside].map(([what, why]) => `${what}: ${why}`)]
    this.#context.troubled?.(all.length === 0 ? null : all.join('\n'))
  }
}
