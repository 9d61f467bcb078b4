// Work over a second connection of the same kind, as when the first one is busy: it has its time and not more.

interface Way<C> {
  readonly dial: (timeoutMs: number) => Promise<C>
  readonly hangUp: (connection: C) => unknown
}

/** Fails with `ETIMEDOUT` when connecting and working together take longer. */
export async function aside<C, T>(way: Way<C>, timeoutMs: number, work: (connection: C) => Promise<T>): Promise<T> {
  const dialled = way.dial(timeoutMs)
  const result = dialled.then(work)
  const hangUp = (connection: C) => void way.hangUp(connection)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const error = Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' })
    timer = setTimeout(() => reject(error), timeoutMs)
    timer.unref()
  })
  try {
    return await Promise.race([result, late])
  } finally {
    clearTimeout(timer)
    result.catch(() => undefined)
    dialled.then(hangUp, () => undefined)
  }
}
