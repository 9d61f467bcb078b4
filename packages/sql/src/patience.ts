// Keeps a statement from waiting for ever. A statement may take its time: only when it has been without an answer for a while is the
// server asked, over another connection, whether it still works on it. One that does not, or cannot be reached, is no longer waited for.
import { RetriableError } from '@rowbridge/api'
import type { Session } from './dialect.js'
import { classifyNetwork, messageOf, type Classify } from './failures.js'

export interface PatienceOptions {
  /** Without an answer for so long, a statement is stopped; 0: it may take as long as it does. */
  readonly limitMs: number
  /** Without an answer for so long, the server is asked; 0: it is not. */
  readonly checkMs: number
}

/** What a statement that is told to stop may take to do so before its connection is broken off. */
const STOP_MS = 500
/** What a result that is left before its end may take to be closed. */
const END_MS = 2000
/** Checks of one statement come less and less often. */
const LONGEST_CHECK_MS = 60_000
/** An answer may just be on its way when the server is asked. */
const SECOND_LOOK_MS = 1000

export interface Waiting {
  readonly session: Session
  readonly classify: Classify
  readonly options: PatienceOptions
  /** Told when the connection was broken off. */
  readonly broken: () => void
}

/** The result of `work`, a statement that the session runs; ends with the signal. A connection that is given up is broken off. */
export async function waitPatiently<T>(work: () => Promise<T>, waiting: Waiting, signal?: AbortSignal): Promise<T> {
  const { session, options } = waiting
  if (signal?.aborted === true) throw abortedError(signal.reason)
  if (session.breakOff === undefined) return work()
  return new Promise<T>((resolve, reject) => {
    const over = new AbortController()
    const giveUp = (error: RetriableError) => {
      if (over.signal.aborted) return
      end()
      waiting.broken()
      session.breakOff?.()
      reject(error)
    }
    const onAbort = () => void stopped(session, over.signal).then(() => giveUp(abortedError(signal?.reason)))
    let reason: RetriableError | null = null
    const late = () => {
      const error = lateError(options.limitMs)
      reason = error
      void stopped(session, over.signal).then(() => giveUp(error))
    }
    const limit = options.limitMs > 0 ? setTimeout(late, options.limitMs) : undefined
    const end = () => {
      over.abort()
      clearTimeout(limit)
      signal?.removeEventListener('abort', onAbort)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    if (options.checkMs > 0) checkFrom(options.checkMs, waiting, { over: over.signal, giveUp })
    work()
      .finally(end)
      .then(resolve, (error: unknown) =>
        reject(signal?.aborted === true ? abortedError(error) : (reason ?? (error as Error))),
      )
  })
}

interface Check {
  readonly over: AbortSignal
  readonly giveUp: (error: RetriableError) => void
}

/** Asks after `afterMs`, and again after ever longer pauses, until the statement is over or given up. */
function checkFrom(afterMs: number, waiting: Waiting, check: Check): void {
  const timer = setTimeout(() => void ask(), afterMs)
  timer.unref()
  check.over.addEventListener('abort', () => clearTimeout(timer), { once: true })
  const ask = async () => {
    const problem = await problemOf(waiting, check.over)
    if (problem !== null) check.giveUp(silentError(afterMs, problem))
    else if (!check.over.aborted) checkFrom(Math.min(afterMs * 2, Math.max(LONGEST_CHECK_MS, afterMs)), waiting, check)
  }
}

/** What speaks against waiting any longer, or null. */
async function problemOf({ session, classify, options }: Waiting, over: AbortSignal): Promise<string | null> {
  const isGone = async () => (await session.isAtWork?.(options.checkMs)) === false
  try {
    if (!(await isGone())) return null
    await pause(SECOND_LOOK_MS, over)
    return !over.aborted && (await isGone()) ? 'The server does not work on it, its answer is lost.' : null
  } catch (error) {
    // A server that refuses, as with too many connections, is there.
    const verdict = classifyNetwork(error) ?? classify(error)
    const isAway = verdict?.code === 'connection-lost' || verdict?.code === 'database-unreachable'
    return isAway || verdict?.code === 'server-starting' ? `A second connection fails, too: ${messageOf(error)}` : null
  }
}

/** Asks the server to stop the statement; resolves when it is over, or has had its time. */
async function stopped(session: Session, over: AbortSignal): Promise<void> {
  session.cancel().catch(() => undefined)
  await pause(STOP_MS, over)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    signal.addEventListener('abort', end, { once: true })
  })
}

/** Whether an end comes before it is given up; an end that fails does not count. */
export async function endsSoon(ending: Promise<unknown>): Promise<boolean> {
  const over = new AbortController()
  const isEnded = ending.then(
    () => true,
    () => false,
  )
  const first = await Promise.race([isEnded, pause(END_MS, over.signal).then(() => false)])
  over.abort()
  return first
}

function abortedError(cause: unknown): RetriableError {
  return new RetriableError('aborted', 'The statement was stopped', { cause })
}

function lateError(limitMs: number): RetriableError {
  return new RetriableError('statement-timeout', `The database gave no answer within ${limitMs} ms`, {
    hint: 'query.timeout.ms says how long a statement may take.',
  })
}

function silentError(ms: number, problem: string): RetriableError {
  return new RetriableError('connection-lost', `No answer for ${ms} ms. ${problem}`, {
    hint: 'connection.check.ms says after how long the server is asked.',
  })
}
