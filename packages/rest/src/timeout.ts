// Waits that end: a herder that is stuck must not hold a request for ever.

/** The outcome of `work`, or the error that `late` makes when it takes longer than `ms`. */
export async function within<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), ms)
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}

/** Whether `work` ends well within `ms`. */
export function settled(work: Promise<unknown>, ms: number): Promise<boolean> {
  return within(work, ms, () => new Error('late')).then(
    () => true,
    () => false,
  )
}
