// The tables that topics go into, as they were when last looked at, on one connection.
import { StateError, type Log } from '@rowbridge/api'
import type { Database, TableId } from '@rowbridge/sql'
import type { SinkConfig } from './config.js'
import { TableWriter } from './table-writer.js'

export interface TablesOptions {
  readonly database: Database
  readonly config: SinkConfig
  readonly log: Log
}

export class Tables {
  readonly database: Database
  readonly #options: TablesOptions
  readonly #since = Date.now()
  readonly #byTopic = new Map<string, TableWriter>()
  readonly #byName = new Map<string, TableWriter>()

  constructor(options: TablesOptions) {
    this.database = options.database
    this.#options = options
  }

  isYoungerThan(ms: number): boolean {
    return Date.now() - this.#since < ms
  }

  /** The writer of a topic's table. Topics may share a table; they then share its writer, and their records keep their order. */
  async writer(topic: string): Promise<TableWriter> {
    const known = this.#byTopic.get(topic)
    if (known !== undefined) return known
    const id = await this.#tableOf(topic)
    const name = this.database.quoteTable(id)
    const writer = this.#byName.get(name) ?? new TableWriter(id, this.#options)
    this.#byName.set(name, writer)
    this.#byTopic.set(topic, writer)
    return writer
  }

  known(topic: string): TableWriter {
    const writer = this.#byTopic.get(topic)
    if (writer !== undefined) return writer
    throw new StateError('no-table', `Topic ${topic} was given no table.`)
  }

  async #tableOf(topic: string): Promise<TableId> {
    const name = this.#options.config['table.name.format'].replaceAll('${topic}', () => topic)
    const id = this.database.parseTable(name)
    const current = await this.database.current()
    return { catalog: id.catalog ?? current.catalog, schema: id.schema ?? current.schema, table: id.table }
  }
}
