// The columns that a table or query hands out: named one by one in its statement, so that what is left out or masked never leaves the
// database, and looked at again so that a column added or dropped later is noticed as `*` would notice it.
import { ConfigError, StateError } from '@rowbridge/api'
import type { Column, Database, TableId } from '@rowbridge/sql'
import type { ColumnRules } from './column-rules.js'

export interface ChoiceOptions {
  readonly rules: ColumnRules
  /** Null for a query. */
  readonly table: TableId | null
  /** For messages. */
  readonly source: string
  /** What stands behind FROM. */
  readonly from: string
}

export class ColumnChoice {
  readonly #options: ChoiceOptions
  #known = ''
  #isDenied = false
  #select = ''
  /** Those whose values are read as they are. */
  #asTheyAre: readonly Column[] = []

  constructor(options: ChoiceOptions, columns: readonly Column[], database: Database) {
    this.#options = options
    this.#choose(columns, database)
  }

  /** A statement without conditions, for the columns as they were seen last. */
  get select(): string {
    return this.#select
  }

  get asTheyAre(): readonly Column[] {
    return this.#asTheyAre
  }

  /** Looks at the columns again, without reading a row; true when they are others than before. */
  async refresh(database: Database): Promise<boolean> {
    const columns = await this.#look(database)
    if (identityOf(columns) === this.#known) return false
    this.#choose(columns, database)
    return true
  }

  /** Who may read some columns only may not select all: the catalogue tells them then. */
  async #look(database: Database): Promise<readonly Column[]> {
    const { from, table } = this.#options
    if (!this.#isDenied) {
      try {
        const statement = { text: `SELECT * FROM ${from} WHERE 1=0`, parameters: [] }
        return (await database.read(statement, { schemaName: null })).columns
      } catch (error) {
        if (table === null || !isDenial(error)) throw error
        this.#isDenied = true
      }
    }
    const described = table === null ? null : await database.describe(table)
    if (described === null) throw new StateError('unknown-table', `${this.#options.source} does not exist any more.`)
    return described.columns
  }

  #choose(columns: readonly Column[], database: Database): void {
    const { rules, table, source, from } = this.#options
    const items: string[] = []
    const asTheyAre: Column[] = []
    for (const column of columns) {
      const treatment = rules.treat(table, column.name)
      if (treatment.kind === 'left out') continue
      const name = database.quoteName(column.name)
      if (treatment.kind === 'masked') {
        items.push(`${treatment.sql(name, column.schema?.type === 'bytes', database)} AS ${name}`)
      } else {
        items.push(name)
        asTheyAre.push(column)
      }
    }
    if (items.length === 0) throw noColumns(source)
    this.#known = identityOf(columns)
    this.#select = `SELECT ${items.join(',')} FROM ${from}`
    this.#asTheyAre = asTheyAre
  }
}

/** Refuses to find rows by a column, or to make a key of one, whose values may not leave the database. */
export function refuseHidden(
  rules: ColumnRules,
  column: string,
  use: { table: TableId | null; source: string; key: string },
) {
  const treatment = rules.treat(use.table, column)
  if (treatment.kind === 'as it is') return
  const what = treatment.kind === 'masked' ? 'masked' : 'left out'
  const message = `${use.source}.${column} is ${what} by ${treatment.by}, but ${use.key} needs its values.`
  throw new ConfigError(
    'hidden-column',
    [use.key, treatment.by].map((key) => ({ key, message })),
    {
      hint: `Take the column out of what ${treatment.by} says, or choose another one in ${use.key}.`,
    },
  )
}

function isDenial(error: unknown): boolean {
  return error instanceof StateError && error.code === 'permission-denied'
}

function noColumns(source: string): ConfigError {
  const message = `No column of ${source} is to be read.`
  const keys = ['columns.include.list', 'columns.exclude.list']
  return new ConfigError(
    'no-columns-left',
    keys.map((key) => ({ key, message })),
    {
      hint: 'Look at columns.include.list and columns.exclude.list, or leave the table out by its table filters.',
    },
  )
}

/** What the statement depends on: the names, and which of the columns hold bytes. */
function identityOf(columns: readonly Column[]): string {
  return JSON.stringify(columns.map((column) => [column.name, column.schema?.type === 'bytes']))
}
