// Which log lines are told: a level per logger, by dotted names as Java's loggers have them, changeable at any time.
import type { Log } from '@rowbridge/api'

export const LOG_LEVEL_NAMES = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE', 'ALL'] as const
export type LogLevelName = (typeof LOG_LEVEL_NAMES)[number]

export const ROOT_LOGGER = 'root'

export interface LoggerLevel {
  readonly level: LogLevelName
  /** Milliseconds since 1970 of the last change; null when it was never changed. */
  readonly lastModified: number | null
}

/** How far down the list of levels one has to be for a line to be told. */
const NEEDED: Readonly<Record<keyof Log, number>> = {
  error: LOG_LEVEL_NAMES.indexOf('ERROR'),
  warn: LOG_LEVEL_NAMES.indexOf('WARN'),
  info: LOG_LEVEL_NAMES.indexOf('INFO'),
  debug: LOG_LEVEL_NAMES.indexOf('DEBUG'),
}

export function isLogLevelName(text: string): text is LogLevelName {
  return (LOG_LEVEL_NAMES as readonly string[]).includes(text)
}

export class LogLevels {
  readonly #set = new Map<string, LoggerLevel>()
  /** Every logger that was used or set, with the rank of its effective level. */
  readonly #ranks = new Map<string, number>()

  constructor(root: LogLevelName) {
    this.#set.set(ROOT_LOGGER, { level: root, lastModified: null })
  }

  isTold(logger: string, severity: keyof Log): boolean {
    return (this.#ranks.get(logger) ?? this.#rankOf(logger)) >= NEEDED[severity]
  }

  #rankOf(logger: string): number {
    const rank = LOG_LEVEL_NAMES.indexOf(this.#effective(logger))
    this.#ranks.set(logger, rank)
    return rank
  }

  /** Its own level, else that of the nearest logger above. */
  #effective(logger: string): LogLevelName {
    for (let name = logger; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
      const own = this.#set.get(name)
      if (own !== undefined) return own.level
    }
    return this.#set.get(ROOT_LOGGER)?.level ?? 'INFO'
  }

  /** Null for a logger that was neither used nor set. */
  find(name: string): LoggerLevel | null {
    const logger = canonical(name)
    const own = this.#set.get(logger)
    if (own !== undefined) return own
    return this.#ranks.has(logger) ? { level: this.#effective(logger), lastModified: null } : null
  }

  /** The loggers with a level of their own, sorted by name. */
  all(): readonly (readonly [string, LoggerLevel])[] {
    return [...this.#set].toSorted(([a], [b]) => (a < b ? -1 : 1))
  }

  /** Sets the level of a logger and of all below it; their names, sorted. The level a logger has already is no change. */
  set(name: string, level: LogLevelName, now: number): readonly string[] {
    const logger = canonical(name)
    const known = [...this.#set.keys(), ...this.#ranks.keys()].filter((other) => isWithin(other, logger))
    const names = [...new Set([logger, ...known])].toSorted()
    for (const one of names) {
      if (this.#set.get(one)?.level !== level) this.#set.set(one, { level, lastModified: now })
    }
    for (const one of this.#ranks.keys()) this.#rankOf(one)
    return names
  }
}

function canonical(name: string): string {
  return name.toLowerCase() === ROOT_LOGGER ? ROOT_LOGGER : name
}

function isWithin(logger: string, above: string): boolean {
  return logger !== ROOT_LOGGER && (above === ROOT_LOGGER || logger.startsWith(`${above}.`))
}
