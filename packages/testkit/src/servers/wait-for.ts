// Waiting for a condition, in place of sleeping for a while and hoping.
import { setTimeout as pause } from 'node:timers/promises'

export interface Waiting {
  /** Gives up after this long; 30,000 without it. */
  readonly timeoutMs?: number
  /** Pause between two looks; 50 without it. */
  readonly everyMs?: number
  /** Ends the waiting early, with the signal's reason. */
  readonly signal?: AbortSignal
}

/** Looks until `look` gives something other than null, undefined or false, and gives that. Errors of `look` count as "not yet". */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  { timeoutMs = 30_000, everyMs = 50, signal }: Waiting = {},
): Promise<Exclude<T, null | undefined | false>> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const { value, error } = await attempt(look)
    if (value !== null && value !== undefined && value !== false) return value as Exclude<T, null | undefined | false>
    signal?.throwIfAborted()
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeoutMs} ms in vain for: ${what}${last(error)}`, { cause: error })
    }
    await pause(everyMs)
  }
}

async function attempt<T>(look: () => T | Promise<T>): Promise<{ value?: T; error?: unknown }> {
  try {
    return { value: await look() }
  } catch (error) {
    return { error }
  }
}

function last(error: unknown): string {
  if (error === undefined) return ''
  return ` (at last: ${error instanceof Error ? error.message : JSON.stringify(error)})`
}
