// Tells who holds up the reading: first after half a minute, then after pauses that grow, and once when it is over.
import type { Holder } from '@rowbridge/sql'
import type { Log } from '@rowbridge/api'

const FIRST_MS = 30_000
const LONGEST_MS = 3_600_000
/** The most holders that one message names. */
const NAMED = 3

export interface Hold {
  /** When it was first seen. */
  readonly since: number
  readonly holders: readonly Pick<Holder, 'who' | 'ageMs'>[]
}

export class HoldLog {
  readonly #log: Log
  readonly #name: string
  #nextMs = FIRST_MS

  constructor(log: Log, name: string) {
    this.#log = log
    this.#name = name
  }

  /** Whether a message is due. */
  isDue({ since }: Hold, now: number): boolean {
    return now - since >= this.#nextMs
  }

  /** Milliseconds that the oldest hold lasts. */
  note(hold: Hold | null, now: number): number {
    if (hold === null) {
      if (this.#nextMs > FIRST_MS) this.#log.info(`${this.#name}: no transaction holds up the reading any more.`)
      this.#nextMs = FIRST_MS
      return 0
    }
    const waited = now - hold.since
    if (this.isDue(hold, now)) {
      this.#nextMs = Math.min(waited * 2, waited + LONGEST_MS)
      this.#log.warn(`${this.#name}: new rows are held back for ${seconds(waited)} by ${namesOf(hold)}. ${ADVICE}`)
    }
    return waited
  }

  passed(hold: Hold, now: number): void {
    const waited = seconds(now - hold.since)
    this.#log.warn(
      `${this.#name}: going on after ${waited} without waiting for ${namesOf(hold)}, as commit.safe.max.wait.ms says. Rows it commits now can be missed.`,
    )
  }
}

const ADVICE =
  'They are read once it has ended: commit it or end its session. commit.safe.max.wait.ms limits the wait, at the price of the rows that it commits later.'

function namesOf({ holders }: Hold): string {
  const oldest = holders.toSorted((a, b) => (b.ageMs ?? 0) - (a.ageMs ?? 0))
  const named = oldest
    .slice(0, NAMED)
    .map(({ who, ageMs }) => (ageMs === null ? who : `${who}, open for ${seconds(ageMs)}`))
  const more = oldest.length - named.length
  const text = named.join('; ') || 'a transaction that is not committed'
  return more > 0 ? `${text}; and ${more} more` : text
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1000)} s`
}
