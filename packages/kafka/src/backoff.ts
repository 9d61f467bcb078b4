// Trying again after what may mend by itself: growing pauses, a warning now and then with the age, an end when told to stop.
import { RetriableError, type Log } from '@rowbridge/api'

export interface RetrySettings {
  readonly backoffMs: number
  readonly maxBackoffMs: number
  readonly log: Log
}

export interface RetryOptions {
  /** What is tried, for the log. */
  readonly what: string
  readonly signal: AbortSignal
  /** Infinity: as long as it takes. */
  readonly limitMs: number
}

const WARN_EVERY_MS = 10_000
/** What mends within this time is not worth a warning. */
const PASSING_MS = 1000

/** The pause before try number `attempt`, counted from 1. */
export function pauseOf(attempt: number, { backoffMs, maxBackoffMs }: RetrySettings): number {
  const whole = Math.min(maxBackoffMs, backoffMs * 2 ** Math.min(attempt - 1, 20))
  return whole * (0.8 + Math.random() * 0.4)
}

/** Warns of something that lasts, every ten seconds with its age. */
export class Ailing {
  readonly #log: Log
  #since = 0
  #told = 0

  constructor(log: Log) {
    this.#log = log
  }

  /** Milliseconds since it began. */
  get age(): number {
    return this.#since === 0 ? 0 : Date.now() - this.#since
  }

  tell(message: string): void {
    const now = Date.now()
    if (this.#since === 0) this.#since = now
    const age = now - this.#since
    if (age < PASSING_MS) return this.#log.debug(`${message}; trying again`)
    if (now - this.#told < WARN_EVERY_MS) return
    this.#told = now
    this.#log.warn(`${message}; trying again since ${Math.round(age / 1000)} s`)
  }

  mended(message: string): void {
    if (this.#told !== 0) this.#log.info(message)
    this.#since = 0
    this.#told = 0
  }
}

/** Runs `task` until it does not fail with a RetriableError, or the limit passed, or the signal came. */
export async function retrying<T>(task: () => Promise<T>, settings: RetrySettings, options: RetryOptions): Promise<T> {
  const ailing = new Ailing(settings.log)
  for (let attempt = 1; ; attempt++) {
    try {
      const result = await task()
      ailing.mended(`${options.what}: works again`)
      return result
    } catch (error) {
      if (!(error instanceof RetriableError) || options.signal.aborted) throw error
      ailing.tell(`${options.what}: ${error.message}`)
      if (ailing.age >= options.limitMs) throw error
      await pause(pauseOf(attempt, settings), options.signal)
    }
  }
}

/** Waits; a signal ends it early, without an error. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
