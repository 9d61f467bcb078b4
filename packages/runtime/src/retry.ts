// The same work again after a RetriableError, with growing pauses.
import { RetriableError, type Log, type Metrics } from '@rowbridge/api'
import { backoffMs, type Clock } from './clock.js'

export interface RetryOptions {
  readonly clock: Clock
  /** Ends the waiting; the last error is then thrown. */
  readonly signal: AbortSignal
  /** Time after the first try from which no further one is made; Infinity: for ever. */
  readonly timeoutMs: number
  readonly firstMs: number
  readonly mostMs: number
  readonly metrics: Metrics
  readonly log: Log
  /** What is tried, as the start of a sentence. */
  readonly what: () => string
}

/** Whatever is thrown in the end is what the work threw. */
export async function retry<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  const { clock, signal, timeoutMs, firstMs, mostMs, metrics, log, what } = options
  const start = clock.now()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      const left = timeoutMs - (clock.now() - start)
      if (!(error instanceof RetriableError) || left <= 0 || signal.aborted) throw error
      const wait = Math.min(backoffMs(attempt, firstMs, mostMs), left)
      metrics.add('total-retries', 1)
      log.warn(`${what()} failed; the same again in ${wait} ms`, { attempt, error })
      await clock.sleep(wait, signal)
      if (signal.aborted) throw error
    }
  }
}
