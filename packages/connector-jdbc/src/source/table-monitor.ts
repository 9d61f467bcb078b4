// Looks from time to time at which tables there are, and says when the set has changed.
import { describeError, RetriableError, StateError, type Log } from '@rowbridge/api'
import type { Database, TableId } from '@rowbridge/sql'
import type { Session } from '../session.js'
import { wait } from '../wait.js'
import type { SourceConfig } from './config.js'
import { chooseTables, fullName, missingTables } from './table-filter.js'

export interface MonitorOptions {
  readonly config: SourceConfig
  readonly session: Session
  readonly log: Log
  readonly signal: AbortSignal
  /** The set of tables is another one than it was, or is known now where it was asked for before. */
  readonly onChange: () => void
  /** The tables cannot be listed, and will not be. */
  readonly onFailure: (error: unknown) => void
}

/** Pause between two looks while there is nothing to read. */
const NOTHING_MS = 5000

export class TableMonitor {
  readonly #options: MonitorOptions
  #tables: readonly TableId[] | null = null
  #listed: Promise<void> = Promise.resolve()
  #loop: Promise<void> = Promise.resolve()
  #isTroubled = false
  /** Whether somebody was told that the tables are not known. */
  #isAwaited = false
  #hasFailed = false

  constructor(options: MonitorOptions) {
    this.#options = options
  }

  /** Looks until the tables are known, and keeps looking where that is wanted. */
  start(isToWatch: boolean): void {
    this.#listed = this.#look()
    this.#loop = this.#listed.then(() => this.#watch(isToWatch))
  }

  /** The tables to read; null when they could not be listed in `limitMs` milliseconds. */
  async tables(limitMs: number): Promise<readonly TableId[] | null> {
    const limit = new AbortController()
    await Promise.race([this.#listed, wait(limitMs, AbortSignal.any([limit.signal, this.#options.signal]))])
    limit.abort()
    this.#isAwaited = this.#tables === null
    return this.#tables
  }

  /** Resolves when the monitor no longer uses its connection; its signal must be aborted. */
  async stopped(): Promise<void> {
    await this.#loop
  }

  async #watch(isForEver: boolean): Promise<void> {
    const { config, signal } = this.#options
    const usual = Math.max(config['table.poll.interval.ms'], 1)
    const isToLook = () => !this.#hasFailed && (isForEver || this.#tables === null)
    while (isToLook()) {
      const isNothing = this.#tables === null || this.#tables.length === 0
      await wait(isNothing ? Math.min(usual, NOTHING_MS) : usual, signal)
      if (signal.aborted) return
      await this.#look()
    }
  }

  async #look(): Promise<void> {
    const { config, session, log, signal, onChange } = this.#options
    try {
      const { tables, missing } = await chosenTables(await session.database(), config)
      if (this.#isTroubled) log.info('The tables can be listed again.')
      this.#isTroubled = false
      const previous = this.#tables
      this.#tables = tables
      if (previous !== null && isSameSet(previous, tables)) return
      for (const { name, nearest } of missing) {
        const hint = nearest === null ? '' : ` Did you mean ${nearest}?`
        log.warn(`There is no table ${name}, which table.whitelist names; it is read once it is there.${hint}`)
      }
      if (previous === null && !this.#isAwaited) return
      this.#isAwaited = false
      log.info(
        `${previous === null ? 'The tables to read are known now' : 'The tables to read have changed'}: ${tables.map(fullName).join(', ') || 'none'}.`,
      )
      onChange()
    } catch (error) {
      if (!signal.aborted) await this.#bear(error)
    }
  }

  /** While the tables cannot be listed, those that were found last are read. */
  async #bear(error: unknown): Promise<void> {
    const { session, log, onFailure } = this.#options
    const isListed = this.#tables !== null
    if (!(error instanceof RetriableError) && !(isListed && error instanceof StateError && session.isOpen)) {
      this.#hasFailed = true
      return onFailure(error)
    }
    if (!this.#isTroubled) {
      log.warn(`The tables cannot be listed at the moment; those known are read: ${describeError(error)}`)
    }
    this.#isTroubled = true
    await session.check()
  }
}

/** The tables that a configuration chooses of those the database has now, and those that it names in vain. */
export async function chosenTables(database: Database, config: SourceConfig) {
  const all = await database.tables({
    types: config['table.types'].map((type) => type.toUpperCase()),
    catalog: config['catalog.pattern'],
    schemaPattern: config['schema.pattern'],
  })
  const quote = (id: TableId) => database.quoteTable(id)
  return { tables: chooseTables(all, config, quote), missing: missingTables(all, config, quote) }
}

function isSameSet(a: readonly TableId[], b: readonly TableId[]): boolean {
  const names = new Set(a.map(fullName))
  return a.length === b.length && b.every((id) => names.has(fullName(id)))
}
