// A connection of better-sqlite3, which is synchronous: long loops give way, and waiting for a lock is left to timers.
import { createHash } from 'node:crypto'
import { setImmediate as giveWay, setTimeout as pause } from 'node:timers/promises'
import { shown } from '@rowbridge/api'
import type DatabaseDriver from 'better-sqlite3'
import { formatWall, parseWall } from '../../datetime.js'
import type { ConnectOptions, Parameter, RawColumn, RawResult, Session } from '../../dialect.js'
import { codeOf, type RowFailure } from '../../failures.js'
import { compilePageFill } from '../../page-fill.js'
import type { TargetUrl } from '../../url.js'
import type { Zone } from '../../zone.js'
import { columnOf, describe, parseDeclared } from './catalogue.js'
import { loadDriver } from './driver.js'

type Driver = DatabaseDriver.Database
type Prepared = DatabaseDriver.Statement
type Definition = DatabaseDriver.ColumnDefinition

/** SQL function that makes what a column says of a point in time comparable text. */
export const INSTANT_FUNCTION = 'rowbridge_instant'
/** SQL function for the SHA-256 of a value behind a salt. */
export const DIGEST_FUNCTION = 'rowbridge_digest'

const LOCK_WAIT_MS = 5000
const LOCK_PAUSE_MS = 20
const ROWS_PER_TURN = 500
const KEPT_STATEMENTS = 200

export async function connect(url: TargetUrl, options: ConnectOptions): Promise<Session> {
  const Database = await loadDriver()
  const db = new Database(url.path === '' ? ':memory:' : url.path.replace(/^file:/, ''), { timeout: 0 })
  try {
    const { zone } = options.settings
    db.function(INSTANT_FUNCTION, { deterministic: true, safeIntegers: true }, (raw: unknown) => comparable(raw, zone))
    db.function(DIGEST_FUNCTION, { deterministic: true, safeIntegers: true }, digest)
    db.pragma('foreign_keys = ON')
    await unlocked(() => db.pragma('schema_version'))
  } catch (error) {
    db.close()
    throw error
  }
  return new SqliteSession(db)
}

/** Text of the instant in UTC with nine digits, which sorts as time does. */
function comparable(raw: unknown, zone: Zone | null): string | null {
  if (raw === null) return null
  if (typeof raw === 'bigint') return formatWall(Number(raw), (((Number(raw) % 1000) + 1000) % 1000) * 1_000_000, 9)
  const wall = typeof raw === 'string' ? parseWall(raw) : null
  if (wall === null) throw new TypeError(`${shown(raw)} is no timestamp`)
  if (wall.offset !== null) return formatWall(wall.ms - wall.offset * 60_000, wall.nanos, 9)
  return formatWall(zone === null ? wall.ms : zone.toUtc(wall.ms), wall.nanos, 9)
}

/** Numbers are digested as their text. */
function digest(raw: unknown, saltHex: unknown): string | null {
  if (raw === null) return null
  const isNumber = typeof raw === 'bigint' || typeof raw === 'number'
  const bytes = isNumber ? raw.toString() : (raw as string | Uint8Array)
  return createHash('sha256').update(String(saltHex), 'hex').update(bytes).digest('hex')
}

/** Tries again while another connection holds the file, without holding the event loop. */
async function unlocked<T>(work: () => T): Promise<T> {
  const end = Date.now() + LOCK_WAIT_MS
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_BUSY') || Date.now() >= end) throw error
      await pause(LOCK_PAUSE_MS)
    }
  }
}

class SqliteSession implements Session {
  readonly #db: Driver
  readonly #statements = new Map<string, Prepared>()
  #columns = new Map<string, ReadonlyMap<string, RawColumn>>()
  #version: unknown = null

  constructor(db: Driver) {
    this.#db = db
  }

  async read(text: string, parameters: readonly Parameter[]): Promise<RawResult> {
    const statement = await this.#reader(text)
    const rows = await unlocked(() => statement.all(...parameters) as unknown[][])
    return { columns: await this.#columnsOf(statement, rows), rows }
  }

  async rows(text: string, parameters: readonly Parameter[]): Promise<readonly (readonly unknown[])[]> {
    const statement = await this.#reader(text)
    return unlocked(() => statement.all(...parameters) as unknown[][])
  }

  async *stream(text: string, parameters: readonly Parameter[], pageSize: () => number): AsyncIterable<RawResult> {
    const statement = await this.#reader(text)
    await this.#columnsOf(statement, [])
    const definitions = statement.columns()
    let rows: unknown[][] = []
    let columns: readonly RawColumn[] | null = null
    const isFull = compilePageFill(pageSize)
    for (const row of statement.iterate(...parameters)) {
      rows.push(row as unknown[])
      if (!isFull(row as unknown[])) continue
      columns ??= this.#knownColumns(definitions, rows)
      yield { columns, rows }
      rows = []
    }
    if (rows.length > 0 || columns === null) yield { columns: columns ?? this.#knownColumns(definitions, rows), rows }
  }

  async run(text: string): Promise<void> {
    await unlocked(() => this.#db.exec(text))
  }

  execute(text: string, parameters: readonly Parameter[]): Promise<number> {
    return this.executeEach(text, [parameters])
  }

  async executeEach(text: string, rows: readonly (readonly Parameter[])[]): Promise<number> {
    const statement = this.#prepare(text)
    let r = 0
    let touched = 0
    try {
      for (; r < rows.length; r++) {
        if (r > 0 && r % ROWS_PER_TURN === 0) await giveWay()
        touched += (statement.run(rows[r]) as { readonly changes: number }).changes
      }
      return touched
    } catch (error) {
      throw Object.assign(error as Error, { rowIndex: r } satisfies RowFailure)
    }
  }

  cancel(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#db.close()
    return Promise.resolve()
  }

  #prepare(text: string): Prepared {
    const known = this.#statements.get(text)
    if (known !== undefined) return known
    if (this.#statements.size >= KEPT_STATEMENTS) this.#statements.clear()
    const fresh = this.#db.prepare(text)
    this.#statements.set(text, fresh)
    return fresh
  }

  /** A statement that gives rows as arrays and integers as bigint, compiled against the tables as they are now. */
  async #reader(text: string): Promise<Prepared> {
    const version = await unlocked(() => this.#db.pragma('schema_version', { simple: true }))
    if (version !== this.#version) {
      this.#version = version
      this.#statements.clear()
      this.#columns = new Map()
      // Only a statement that runs makes the connection take over what another one has altered.
      await unlocked(() => this.#db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').all())
    }
    return this.#prepare(text).raw(true).safeIntegers(true)
  }

  async #columnsOf(statement: Prepared, rows: readonly unknown[][]): Promise<readonly RawColumn[]> {
    const definitions = statement.columns()
    for (const { table, database } of definitions) {
      if (table === null || database === null || this.#columns.has(`${database}.${table}`)) continue
      const described = await describe(this, { catalog: null, schema: database, table })
      const byName = new Map(described?.columns.map(({ raw }) => [raw.name, raw] as const))
      this.#columns.set(`${database}.${table}`, byName)
    }
    return this.#knownColumns(definitions, rows)
  }

  #knownColumns(definitions: readonly Definition[], rows: readonly unknown[][]): readonly RawColumn[] {
    return definitions.map(({ name, column, table, database, type }, i) => {
      const origin = this.#columns.get(`${database}.${table}`)?.get(column ?? '')
      if (origin !== undefined && (type ?? '') !== '') return { ...origin, name }
      return {
        ...columnOf([name, type ?? '', 0, 0, 0, 0]),
        ...(type === null || type === '' ? typeOfValues(rows, i) : {}),
      }
    })
  }
}

/** An expression has no declared type: the first value that is not null tells. */
function typeOfValues(rows: readonly unknown[][], column: number): Pick<RawColumn, 'type' | 'typeName'> {
  const value = rows.find((row) => row[column] !== null)?.[column]
  const typeName =
    typeof value === 'bigint'
      ? 'INTEGER'
      : typeof value === 'number'
        ? 'REAL'
        : value instanceof Uint8Array
          ? 'BLOB'
          : 'TEXT'
  return { type: parseDeclared(typeName).type, typeName }
}
