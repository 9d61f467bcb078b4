// What the parts of the suite for dialects share: the database to be tested, and rows for it.
import type { Schema } from '@rowbridge/api'
import type { Column, ColumnSpec, Database, DatabaseOptions, Page, Table, WriterSpec } from '@rowbridge/sql'

/** A database to be tested, and what is to be expected of it. */
export interface DialectHouse {
  /** How the dialect is opened; more may be said per connection. */
  readonly options: DatabaseOptions
  /** Runs one statement past all code under test. */
  readonly query: (sql: string) => Promise<unknown>
  /** The name the dialect gives itself. */
  readonly dialect: string
  readonly facts: DialectFacts
  readonly close: () => Promise<void>
}

/** In what databases differ, and may. */
export interface DialectFacts {
  /** Whether booleans come back as 1 and 0. */
  readonly hasNumericBooleans: boolean
  /** Whether NaN and the infinities can be kept. */
  readonly keepsSpecialFloats: boolean
  /** False: it becomes 0 within the database. */
  readonly keepsNegativeZero: boolean
  readonly keepsNul: boolean
  /** Names that the database itself refuses. */
  readonly refusedNames: readonly string[]
  /** Digits after the second of a timestamp column that `instants` made. */
  readonly instantDigits: number
  /** Column types for the tests on tables that others made. */
  readonly words: Readonly<
    Record<'short' | 'small' | 'decimal' | 'seconds' | 'day' | 'instants' | 'label' | 'whole', string>
  >
  /** A statement that runs for many seconds; absent: statements cannot be stopped. */
  readonly slow?: string
  /** The query that tells a session's number, and the statement that ends it; absent: there are no sessions. */
  readonly session?: { readonly number: string; readonly end: (number: string) => string }
}

/** What the parts of the suite are given; `house` may be asked once tests run. */
export interface DialectSuite {
  readonly house: () => DialectHouse
  /** The connection of the suite. */
  readonly db: () => Database
  /** A further connection, closed when the test ends. */
  readonly open: (options?: Partial<DatabaseOptions>) => Promise<Database>
  /** A table of such columns with a name of its own. */
  readonly table: (columns: readonly ColumnSpec[]) => Promise<Table>
  /** The rows of a table in key order. */
  readonly rows: (table: Table) => Promise<Page>
}

export function described(table: Table | null): Table {
  if (table === null) throw new Error('The table is not there')
  return table
}

export function key(name: string, schema: Schema): ColumnSpec {
  return { name, schema, isPrimaryKey: true }
}

export function column(name: string, schema: Schema): ColumnSpec {
  return { name, schema, isPrimaryKey: false }
}

/** Writes rows of all these columns in a transaction. */
export async function writeRows(
  db: Database,
  { table, columns, mode = 'insert' }: Destination,
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  const spec = columns.map(({ name, schema, isPrimaryKey }) => ({ name, schema, isKey: isPrimaryKey }))
  const writer = db.writer({ mode, table, columns: spec })
  await db.transaction(() => writer.write(rows))
}

export interface Destination {
  readonly table: Table
  readonly columns: readonly ColumnSpec[]
  readonly mode?: WriterSpec['mode']
}

export function columnNamed(columns: readonly Column[], name: string): Column {
  const found = columns.find((each) => each.name === name)
  if (found === undefined) throw new Error(`There is no column ${name}`)
  return found
}
