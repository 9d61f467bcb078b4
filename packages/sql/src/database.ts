// What connectors see of a database: an open connection that lists, describes, reads pages and writes in bulk.
// Values are those of the Connect types everywhere; what a driver calls them ends in the dialect file.
import type { Schema } from '@rowbridge/api'
import type { CommitWatch, WatchScope } from './commits.js'

/** Parts that are absent are null. `catalog` is MySQL's database, `schema` PostgreSQL's. */
export interface TableId {
  readonly catalog: string | null
  readonly schema: string | null
  readonly table: string
}

/** A column as a result set or the catalogue describes it. */
export interface Column {
  readonly name: string
  /** The database's own word for the type, for messages. */
  readonly typeName: string
  /** What its values become; null when the type cannot be read. */
  readonly schema: Schema | null
  /** False only when the database says NOT NULL. */
  readonly isNullable: boolean
  readonly isPrimaryKey: boolean
  readonly isAutoIncrement: boolean
  /** True: the column is there, and `SELECT *` leaves it out. */
  readonly isInvisible?: boolean
}

export interface Table {
  readonly id: TableId
  readonly kind: 'table' | 'view' | 'partitioned table'
  readonly columns: readonly Column[]
  /** Names in key order. */
  readonly primaryKey: readonly string[]
}

/** A point in time as a database keeps it: `nanos` is the whole fraction of the second, 0 … 999,999,999. */
export interface Instant {
  /** Milliseconds since 1970-01-01T00:00:00Z, the fraction included. */
  readonly ms: number
  readonly nanos: number
}

/** SQL text with `?` for each parameter, in order. Parameters are Connect values; an Instant binds as a timestamp. */
export interface Statement {
  readonly text: string
  readonly parameters: readonly (string | number | bigint | Instant)[]
}

/** A value of a row that the schema of its column has no room for. */
export interface Misfitting {
  /** Index in the row. */
  readonly field: number
  /** What the field is in the schema of this row alone. */
  readonly schema: Schema
  /** What was found, for the log. */
  readonly message: string
}

/** Rows of one result set, values in column order. Columns whose `schema` is null are left out of both. */
export interface Page {
  readonly columns: readonly Column[]
  /** Struct of the columns, interned: the same object while the columns stay the same. */
  readonly schema: Schema
  readonly rows: unknown[][]
  /** For each name in `ReadOptions.instants`, the exact instants of the rows. */
  readonly instants: readonly (readonly (Instant | null)[])[]
  /** The same for `ReadOptions.moments`; null too where a value is no instant. */
  readonly moments: readonly (readonly (Instant | null)[])[]
  /** By row; null when every value fits. `schemaOfRow` tells the schema of such a row. */
  readonly misfits: ReadonlyMap<number, readonly Misfitting[]> | null
}

export interface ReadOptions {
  /** Name that the struct schema gets: the bare table name, or null in query mode. */
  readonly schemaName: string | null
  /** Timestamp columns whose full precision is wanted beside the milliseconds of the row. */
  readonly instants?: readonly string[]
  /** Timestamp columns of which the same is wanted as far as their values have it; of `instants` every one must be readable. */
  readonly moments?: readonly string[]
  readonly signal?: AbortSignal
}

/** How column types become schemas, where Kafka Connect lets the user choose. */
export interface TypeOptions {
  readonly numericMapping?: 'none' | 'precision_only' | 'best_fit' | 'best_fit_eager_double'
  /** Zone in which wall-clock columns are to be read, an IANA name; UTC unless said. */
  readonly timeZone?: string
  /** `legacy`: dates before 1582-10-15 are counted by the Julian calendar, as Java does; `proleptic`, unless said: by ISO 8601. */
  readonly calendar?: 'legacy' | 'proleptic'
}

export type IsolationLevel = 'READ UNCOMMITTED' | 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE'

export interface DatabaseOptions {
  /** A `jdbc:` URL. */
  readonly url: string
  readonly user: string | null
  readonly password: string | null
  /** Properties for the driver, the prefix `connection.` removed. */
  readonly driverProps?: Readonly<Record<string, string>>
  /** Registered name that forces a dialect (`PostgreSqlDatabaseDialect`, or `postgresql`); empty: by URL. */
  readonly dialectName?: string
  readonly quoteIdentifiers?: 'always' | 'never'
  readonly types?: TypeOptions
  /** Shown in the server's list of sessions. */
  readonly applicationName?: string
  /** Level for all that is read; the server's own unless said. */
  readonly isolation?: IsolationLevel
  /** How long a statement may go without an answer; 0: as long as it takes. Unset, what `socketTimeout` says. */
  readonly queryTimeoutMs?: number
  /** After how long without an answer the server is asked whether it still works on a statement; 0: never. 10,000 unless said. */
  readonly checkMs?: number
  /** Ends the opening, and every read of the connection. A read that is ended may leave the connection broken. */
  readonly signal?: AbortSignal
}

export interface TableFilter {
  /** Kinds wanted, as JDBC calls them: `TABLE`, `VIEW`, `PARTITIONED TABLE`. */
  readonly types: readonly string[]
  readonly catalog: string | null
  /** LIKE pattern. */
  readonly schemaPattern: string | null
}

/** Name of the schema of values that are what `JSON.parse` gives: each is bound by what it is. */
export const ANY = 'rowbridge.any'

/** Parameter of a Timestamp schema in a ColumnSpec: how many digits after the second the column is to keep; 3 unless said. */
export const TIMESTAMP_DIGITS = 'rowbridge.timestamp.digits'

/** A column to create or add. */
export interface ColumnSpec {
  readonly name: string
  /** Optional: NULL; with a default: DEFAULT; else NOT NULL. */
  readonly schema: Schema
  readonly isPrimaryKey: boolean
}

/** What a column that is there is to hold. */
export interface ColumnNeed {
  /** As the table spells it. */
  readonly name: string
  readonly schema: Schema
  /** Most characters of a text, or bytes of a byte string; 0: unknown. */
  readonly length: number
  /** Most bytes of a text; 0: unknown. */
  readonly bytes: number
  readonly isKey: boolean
}

/** A statement that changes a table, and the one that undoes it. */
export interface Alteration {
  readonly text: string
  readonly inverse: string
}

export interface WriterSpec {
  /** `ignore` inserts and leaves alone what is there. */
  readonly mode: 'insert' | 'upsert' | 'update' | 'delete' | 'ignore'
  readonly table: Table
  /** Key columns first. The names are those of the table, the schemas those of the records. */
  readonly columns: readonly { readonly name: string; readonly schema: Schema; readonly isKey: boolean }[]
  /** Column that tells newer from older: an upsert or update with a smaller value leaves the row as it is. */
  readonly version?: string
}

/** Writes rows of one shape with as few round trips as the database likes best. Compiled once per spec. */
export interface Writer {
  /**
   * Rows in the order of `WriterSpec.columns`, inside the open transaction. No two rows of an upsert or delete share a key.
   * Resolves to how many rows the server says it touched. Throws DataError (a value that does not fit; `index` of the row where the server tells), RetriableError, StateError.
   */
  write(rows: readonly (readonly unknown[])[]): Promise<number>
}

/** One connection. Methods are called one after the other, never at once. */
export interface Database {
  /** The dialect's file name: `sqlite`, `mariadb`, `mysql`, `postgresql`. */
  readonly dialect: string
  /** Catalog and schema in which an unqualified name is looked for. */
  current(): Promise<{ readonly catalog: string | null; readonly schema: string | null }>
  /** The database's clock, cut to milliseconds. */
  now(): Promise<Instant>
  /** In the server's order by name, so that two calls give the same list. */
  tables(filter: TableFilter): Promise<readonly TableId[]>
  /** Null when there is no such table or view. */
  describe(id: TableId): Promise<Table | null>
  /** Reads the whole result; callers bound it with `limit`. */
  read(statement: Statement, options: ReadOptions): Promise<Page>
  /** Reads in pages of `pageSize` rows, asked for each page, through a cursor of the server, for results without a bound. */
  stream(
    statement: Statement,
    options: ReadOptions & { readonly pageSize: number | (() => number) },
  ): AsyncIterable<Page>
  /** `t`, `s.t` or `c.s.t` in the quotes of the dialect, or bare where quoting is off. */
  quoteTable(id: TableId): string
  quoteName(name: string): string
  /** Text as a literal of a statement. */
  quoteText(text: string): string
  /**
   * The expression's SHA-256, computed by the database, as 64 hexadecimal digits: of the salt's bytes, then those of the
   * value or of its text. Null stays null. Equal in all databases for equal texts.
   */
  digest(expression: string, options: { readonly salt: string; readonly isBytes: boolean }): string
  /** Parts of a possibly quoted, multi-part name; throws ConfigError. */
  parseTable(name: string): TableId
  /**
   * The expression of a timestamp column, or several, as it must stand beside an Instant parameter and in ORDER BY.
   * Most databases compare it as it is; one without a type for time does not.
   */
  instantExpression(expression: string): string
  /** How long the clock stands still for a column of that type: rows of one tick may be written until it is over. */
  tickMs(typeName: string): number
  /** What tells of transactions that may still write into what is read. */
  watch(scope: WatchScope): Promise<CommitWatch>
  /** Whether an index of the table begins with the column; null where that cannot be told. */
  hasIndex(id: TableId, column: string): Promise<boolean | null>
  /** The lines of the plan that read all of a table which is not small. */
  scans(statement: Statement): Promise<readonly string[]>
  /** The statement, bounded to `rows` rows. */
  limit(text: string, rows: number): string
  /** False when someone else made it first. */
  createTable(id: TableId, columns: readonly ColumnSpec[]): Promise<boolean>
  addColumns(id: TableId, columns: readonly ColumnSpec[]): Promise<void>
  /** What must be altered so that the columns of the table that have those names hold all that is needed; nothing narrows. */
  widenings(table: Table, needs: readonly ColumnNeed[]): Promise<readonly Alteration[]>
  alter(alteration: Alteration): Promise<void>
  /** Does the work while no other connection does any for that table, as far as the database can tell them apart. */
  alone<T>(id: TableId, work: () => Promise<T>): Promise<T>
  /** Tables that the foreign keys of a table point to. */
  references(id: TableId): Promise<readonly TableId[]>
  /** The name as the database keeps it, where it cuts names of tables. */
  fitTable(id: TableId): TableId
  writer(spec: WriterSpec): Writer
  /** A statement that changes rows; resolves to how many it found. Prepared once by its text. */
  change(statement: Statement): Promise<number>
  /** Commits what `work` did, or rolls all of it back and throws. */
  transaction<T>(work: () => Promise<T>): Promise<T>
  /** Whether the connection still answers. */
  isAlive(): Promise<boolean>
  close(): Promise<void>
}
