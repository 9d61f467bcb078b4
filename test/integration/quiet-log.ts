// A log for tests: keeps warnings and errors, prints nothing.
import type { Log } from '@rowbridge/api'

export interface QuietLog extends Log {
  readonly lines: readonly string[]
}

export function quietLog(): QuietLog {
  const lines: string[] = []
  const keep = (message: string) => void lines.push(message)
  return { lines, debug: () => undefined, info: () => undefined, warn: keep, error: keep }
}
