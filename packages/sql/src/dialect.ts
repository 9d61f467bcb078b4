// What a dialect is: tables of types, a way to connect, catalogue queries and whole statements. One file under dialects/ each.
import type { Schema } from '@rowbridge/api'
import type { Alteration, Instant, IsolationLevel, TableFilter, TableId } from './database.js'
import type { BulkWriter, WritePlan } from './bulk.js'
import type { Blocks, Guarantee, Holder, Moment, WatchScope } from './commits.js'
import type { Classify } from './failures.js'
import type { Target } from './target.js'
import type { TargetUrl } from './url.js'
import type { Zone } from './zone.js'

/** What goes to a driver. */
export type Parameter = string | number | bigint | boolean | Uint8Array | null

/** A column as the driver's result set, or the catalogue, describes it. */
export interface RawColumn {
  readonly name: string
  /** Key into `Dialect.reads`. */
  readonly type: string
  /** The database's own word, with its length or precision, for messages. */
  readonly typeName: string
  readonly precision: number | null
  readonly scale: number | null
  readonly isNullable: boolean
  readonly isPrimaryKey: boolean
  readonly isAutoIncrement: boolean
  readonly isInvisible?: boolean
}

export interface RawResult {
  readonly columns: readonly RawColumn[]
  /** Arrays in column order, owned by the receiver. */
  readonly rows: unknown[][]
}

/** How wall clocks and days are to be understood. */
export interface TimeSettings {
  /** Zone of wall-clock columns; null: UTC. */
  readonly zone: Zone | null
  /** Whether days before 1582-10-15 are counted by the Julian calendar. */
  readonly isLegacyCalendar: boolean
}

/** What readers of a connection depend on. */
export interface ReadSettings extends TimeSettings {
  readonly numericMapping: 'none' | 'precision_only' | 'best_fit' | 'best_fit_eager_double'
  /** Parameters of the URL and properties for the driver. */
  readonly params: Readonly<Record<string, string>>
}

/** Turns a raw value that is not null into one of Connect's. Throws a Misfit for one that the schema has no room for. */
export type Reader = (raw: unknown) => unknown

/** How a database type is read. Functions are called once per shape of a result. */
export interface ReadType {
  readonly schema: Schema | ((column: RawColumn, settings: ReadSettings) => Schema)
  /** For the printed page: which values do not fit the schema, and what they go as. */
  readonly otherwise?: string
  /** Absent, or null for a column: the raw value is the value. */
  readonly read?: (column: RawColumn, settings: ReadSettings) => Reader | null
  /** For types that mean a point in time: the exact one. */
  readonly instant?: (column: RawColumn, settings: ReadSettings) => (raw: unknown) => Instant
}

/** How a Connect type is written: the column type to create for it. */
export interface WriteType {
  readonly ddl: string | ((schema: Schema) => string)
  /** For a column of the primary key, where that differs; `keys` is how many columns the key has. */
  readonly key?: (schema: Schema, keys: number) => string
}

/** A driver's connection. Methods are called one after the other, but for `cancel`. */
export interface Session {
  /** `?` of the statement stands for the parameters in order. */
  read(text: string, parameters: readonly Parameter[]): Promise<RawResult>
  /** Raw rows alone, for catalogue queries. */
  rows(text: string, parameters: readonly Parameter[]): Promise<readonly (readonly unknown[])[]>
  stream(text: string, parameters: readonly Parameter[], pageSize: () => number): AsyncIterable<RawResult>
  /** A statement without parameters and result. */
  run(text: string): Promise<void>
  /** A statement that is prepared once and kept; gives how many rows it touched. */
  execute(text: string, parameters: readonly Parameter[]): Promise<number>
  /** The same statement for each row. Resolves when all are done; `index` of the first that failed goes with the error. */
  executeEach(text: string, rows: readonly (readonly Parameter[])[]): Promise<number>
  /** Stops the statement that runs. */
  cancel(): Promise<void>
  /**
   * Whether the server works on a statement of this session, asked over a second connection, and true where it cannot be told.
   * Rejects when the server cannot be reached within the time. Absent where there is no server.
   */
  isAtWork?(timeoutMs: number): Promise<boolean>
  /** Ends the connection at once, whatever it waits for. Absent where nothing can hang. */
  breakOff?(): void
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly user: string | null
  readonly password: string | null
  readonly applicationName: string
  readonly settings: ReadSettings
  readonly timeoutMs: number
}

export interface DescribedColumn {
  readonly raw: RawColumn
  readonly target: Target
}

export interface DescribedTable {
  readonly id: TableId
  readonly kind: 'table' | 'view' | 'partitioned table'
  readonly columns: readonly DescribedColumn[]
  readonly primaryKey: readonly string[]
}

/** What a dialect knows of transactions that are open; see `CommitWatch`. */
export interface Commits {
  readonly guarantee: Guarantee
  readonly because: string
  readonly look: (() => Promise<Moment>) | null
  readonly leaseMs: number
  /** How to read what is not committed. */
  readonly uncommitted: DirtyReads | null
  readonly blocks: Blocks | null
  /** The transactions that are open longest, for messages; null where they are not seen. */
  readonly oldest: (() => Promise<readonly Holder[]>) | null
}

export interface DirtyReads {
  /** Statement that makes the next one see what is not committed. */
  readonly before: string
  fingerprint(columns: readonly string[]): string
  /** See `Uncommitted`. */
  readonly writers: (() => Promise<ReadonlySet<string> | null>) | null
}

/** A column that is to be altered. */
export interface ColumnChange {
  readonly id: TableId
  /** Quoted. */
  readonly table: string
  readonly name: string
  readonly quoted: string
  /** The type it has. */
  readonly typeName: string
  readonly isNullable: boolean
  readonly isPrimaryKey: boolean
  /** The new type in the database's words; null: it stays. `longer`: the same with room for `length`. */
  readonly type: string | null
  readonly length: number
  /** Whether NOT NULL is to go. */
  readonly dropsNotNull: boolean
}

/** The part of a dialect that `defineDialect` completes from the ANSI defaults. */
export interface DialectParts {
  /** Quote mark of names. */
  readonly quote: string
  /** Longest name in bytes, where a longer one is cut without a word. */
  readonly nameBytes?: number
  /** What a two-part name means. */
  readonly qualifier: 'schema' | 'catalog'
  /** Name of the statement builder in the phrase book. */
  readonly phrases: string
  readonly reads: Readonly<Record<string, ReadType>>
  /** By logical name, else by type. */
  readonly writes: Readonly<Record<string, WriteType>>
  /** Statement that tells the clock, as one timestamp column. */
  readonly clock: string
  /** Statement that tells catalog and schema as two text columns. */
  readonly where: string
  connect(url: TargetUrl, options: ConnectOptions): Promise<Session>
  /** Absent: the dialect cannot tell. */
  readonly commits?: (session: Session, scope: WatchScope) => Promise<Commits>
  /** Milliseconds between two values of a clock in a column of the type; 1 unless said. */
  readonly tickMs?: (typeName: string) => number
  /** Whether an index begins with the column. */
  readonly hasIndex?: (session: Session, id: TableId, column: string) => Promise<boolean>
  /** Lines of the plan in which a statement reads all of a table that is not small; empty: none. */
  readonly scans?: (session: Session, text: string, parameters: readonly Parameter[]) => Promise<readonly string[]>
  tables(session: Session, filter: TableFilter): Promise<readonly TableId[]>
  describe(session: Session, id: TableId): Promise<DescribedTable | null>
  references(session: Session, id: TableId): Promise<readonly TableId[]>
  /** How a column gets another type, or may be null; null where it cannot. */
  widen(session: Session, change: ColumnChange): Promise<Alteration | null>
  /** Compiles how rows become round trips. */
  readonly bulk: (plan: WritePlan, session: Session) => BulkWriter
  readonly classify: Classify
  /** The table part of an unquoted name where quoting is off. */
  readonly fold?: (name: string) => string
  /** How a point in time is compared with a column. */
  readonly criterion?: (instant: Instant, zone: Zone | null) => Parameter
  readonly instantExpression?: (expression: string) => string
  /** Literal of a default value that the ANSI form does not fit. */
  readonly literals?: Readonly<Record<string, (value: unknown, zone: Zone | null) => string>>
  /** Text as a literal, where the ANSI form does not fit. */
  readonly quoteText?: (text: string) => string
  /** SHA-256 of a salt, given in hexadecimal digits, and the value; see `Database.digest`. */
  readonly digest?: (expression: string, saltHex: string, isBytes: boolean) => string
  /** Statement that sets the isolation level of a session; absent where there is but the strictest. */
  readonly isolate?: (level: IsolationLevel) => string
  /** Whether one ALTER TABLE adds several columns. */
  readonly addsManyColumns?: boolean
  /** Decides which statement starts a transaction. */
  readonly begin?: string
  /** Milliseconds of the unit in which `connectTimeout` and `socketTimeout` of a URL are given; 1 unless said. */
  readonly timeoutUnitMs?: number
}

export interface Dialect extends DialectParts {
  /** The file's name, the URL's word. */
  readonly name: string
}

/** A dialect from its parts; the name is given by who loads the file. */
export function defineDialect(parts: DialectParts): DialectParts {
  return parts
}
