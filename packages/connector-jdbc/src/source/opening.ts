// Makes sources of the tables that a task is given. One that is not there, as it may have been dropped a moment ago, does not keep the
// others from being read; it is looked for again.
import { ConfigError, describeError, type Log } from '@rowbridge/api'
import { splitNames } from './grouping.js'
import { queryOf } from './rules.js'
import { querySource, tableSource, type RowSource, type SourceOptions } from './row-source.js'

export class Opening {
  readonly #everyMs: number
  readonly #now: () => number
  #missing: readonly string[] = []
  #lookAt = 0

  /** `everyMs`: pause between two looks for what is missing. */
  constructor(everyMs: number, now: () => number = Date.now) {
    this.#everyMs = Math.max(everyMs, 1)
    this.#now = now
  }

  /** The query, or the tables of the comma list that are there; fails when none is. */
  async all(tables: string, options: SourceOptions): Promise<readonly RowSource[]> {
    if (queryOf(options.config) !== '') return [await querySource(options)]
    const names = splitNames(tables)
    const { sources, missing, error } = await open(names, options)
    if (sources.length === 0 && error !== null) throw error
    this.#missing = missing
    this.#lookAt = this.#now() + this.#everyMs
    if (error !== null) this.#tell(options.log, error)
    return sources
  }

  /** Of the tables that were missing, those that are there now. */
  async late(options: SourceOptions): Promise<readonly RowSource[]> {
    if (this.#missing.length === 0 || this.#now() < this.#lookAt) return []
    this.#lookAt = this.#now() + this.#everyMs
    const { sources, missing } = await open(this.#missing, options)
    this.#missing = missing
    return sources
  }

  /** Names of the tables that are not there. */
  get missing(): readonly string[] {
    return this.#missing
  }

  #tell(log: Log, error: ConfigError): void {
    log.warn(`Left out until they are there: ${this.#missing.join(', ')}. ${describeError(error)}`)
  }
}

async function open(names: readonly string[], options: SourceOptions) {
  const sources: RowSource[] = []
  const missing: string[] = []
  let error: ConfigError | null = null
  for (const name of names) {
    try {
      sources.push(await tableSource(options.database.parseTable(name), options))
    } catch (failure) {
      if (!(failure instanceof ConfigError) || failure.code !== 'no-table') throw failure
      missing.push(name)
      error ??= failure
    }
  }
  return { sources, missing, error }
}
