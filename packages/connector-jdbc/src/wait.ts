// Pauses that end when the one who waits is told to stop.

/** Resolves after `ms` milliseconds, or at once when `signal` is aborted. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}

/** True when the promise, which must not reject, settles within `ms`; false when time or the signal ends the waiting. */
export function settles(promise: Promise<unknown>, ms: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isSettled: boolean) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
      resolve(isSettled)
    }
    const giveUp = () => end(false)
    const timer = setTimeout(giveUp, Math.max(ms, 1))
    if (signal?.aborted === true) giveUp()
    else signal?.addEventListener('abort', giveUp, { once: true })
    void promise.then(() => end(true))
  })
}

/** Lets timers and sockets have their turn in the middle of a long loop. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
