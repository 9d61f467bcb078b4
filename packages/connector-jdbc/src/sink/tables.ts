// The tables that topics go into, as they were when last looked at, on one connection.
import { ConfigError, StateError, type Log } from '@rowbridge/api'
import type { Database, TableId, Zone } from '@rowbridge/sql'
import type { Destinations } from './destinations.js'
import { ForeignKeys } from './flush.js'
import { TableWriter } from './table-writer.js'

export interface TablesOptions {
  readonly database: Database
  readonly destinations: Destinations
  readonly log: Log
  readonly dateZone: Zone | null
}

export class Tables {
  readonly database: Database
  readonly foreignKeys: ForeignKeys
  readonly #options: TablesOptions
  readonly #since = Date.now()
  #current: ReturnType<Database['current']> | null = null
  readonly #fullNames = new Map<string, string>()
  readonly #byTopic = new Map<string, TableWriter>()
  readonly #byName = new Map<string, TableWriter>()

  constructor(options: TablesOptions) {
    this.database = options.database
    this.#options = options
    this.foreignKeys = new ForeignKeys(options.database)
  }

  isYoungerThan(ms: number): boolean {
    return Date.now() - this.#since < ms
  }

  /** The writer of a topic's table. Topics may share a table; they then share its writer, and their records keep their order. */
  async writer(topic: string): Promise<TableWriter> {
    const known = this.#byTopic.get(topic)
    if (known !== undefined) return known
    const { destinations } = this.#options
    const { table, config } = destinations.of(topic)
    const id = await this.#tableOf(topic, table)
    const name = this.database.quoteTable(id)
    const writer = this.#byName.get(name) ?? new TableWriter(id, { ...this.#options, config })
    this.#byName.set(name, writer)
    this.#byTopic.set(topic, writer)
    return writer
  }

  known(topic: string): TableWriter {
    const writer = this.#byTopic.get(topic)
    if (writer !== undefined) return writer
    throw new StateError('no-table', `Topic ${topic} was given no table.`)
  }

  /** Missing parts are those of the connection. A name that is too long is cut, as the database would; two are not cut to one. */
  async #tableOf(topic: string, name: string): Promise<TableId> {
    const id = this.database.parseTable(name)
    const fit = this.database.fitTable(id)
    this.#current ??= this.database.current()
    const current = await this.#current
    const found = { catalog: fit.catalog ?? current.catalog, schema: fit.schema ?? current.schema, table: fit.table }
    const quoted = this.database.quoteTable(found)
    const full = this.#fullNames.get(quoted) ?? id.table
    this.#fullNames.set(quoted, full)
    if (full === id.table) return found
    const message = `Topic ${topic} goes into table ${id.table}, which the database cuts to ${fit.table}, as it does ${full}.`
    throw new ConfigError('tables-cut-to-one', [{ key: 'table.name.format', message }], {
      hint: 'Give the topics shorter tables by topics.to.tables.mapping.',
    })
  }
}
