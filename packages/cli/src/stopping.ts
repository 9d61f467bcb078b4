// When a worker is to stop: a first signal asks, a second one forces; an error that nobody caught stops it, too.
import { EventEmitter, once } from 'node:events'
import { describeError, type Log } from '@rowbridge/api'

/** After an error nobody may be there to send a second signal. */
const DRAIN_MS = 30_000
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const

export interface Stopping {
  /** Resolves with the exit code when the process is to end. */
  readonly requested: Promise<number>
  isRequested(): boolean
  /** Gives the signals back. */
  release(): void
}

export function stoppingOf(log: Log): Stopping {
  let isRequested = false
  const events = new EventEmitter()
  const requested = once(events, 'stop').then(([code]) => Number(code))
  const onSignal = (signal: keyof typeof SIGNALS) => {
    if (isRequested) process.exit(SIGNALS[signal])
    isRequested = true
    log.info(`${signal}: finishing what is under way; a second ${signal} ends at once`)
    events.emit('stop', 0)
  }
  const onError = (error: unknown) => {
    log.error(`An error that nothing handled stops the worker: ${describeError(error)}`, {
      trace: error instanceof Error ? error.stack : undefined,
    })
    isRequested = true
    setTimeout(() => process.exit(1), DRAIN_MS).unref()
    events.emit('stop', 1)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
  process.on('uncaughtException', onError).on('unhandledRejection', onError)
  const release = () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal)
    process.off('uncaughtException', onError).off('unhandledRejection', onError)
  }
  return { requested, isRequested: () => isRequested, release }
}
