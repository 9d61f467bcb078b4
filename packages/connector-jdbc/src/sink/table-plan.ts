// What is compiled once for a table, a key schema and a value schema: how a record becomes a row, and how rows are written.
import type { Schema, SinkBatch } from '@rowbridge/api'
import { DataError } from '@rowbridge/api'
import type { Database, Table, Writer } from '@rowbridge/sql'
import { compileProjection, type Projection, type ProjectionOptions } from './binder.js'
import { columnNameIn } from './evolve.js'
import { compileKey, type KeyIdentity } from './key-identity.js'
import type { Shape, Step } from './last-writes.js'
import type { RecordColumn } from './primary-key.js'

export interface PlanOptions extends ProjectionOptions {
  readonly database: Database
  readonly table: Table
  /** The table as it is now: later records may have made it grow. */
  readonly latest: () => Table
  readonly columns: readonly RecordColumn[]
  readonly mode: 'insert' | 'upsert' | 'update' | 'ignore'
  /** Field that tells newer from older; empty: none. */
  readonly version: string
  /** Whether a row may lack columns: those that are absent, and with `skip` those that are null. */
  readonly lacks: 'none' | 'absent' | 'nulls'
}

/** A row with the plan that writes just the columns it has. */
export interface Placed {
  readonly plan: TablePlan
  readonly row: unknown[]
}

/** Sets of columns that are kept compiled. */
const KEPT_SETS = 1000

export class TablePlan implements Shape {
  readonly key: KeyIdentity
  readonly project: Projection
  readonly #options: PlanOptions
  readonly #names: ReadonlySet<string>
  readonly #writers = new Map<Step<TablePlan>['kind'], Writer>()
  readonly #narrower = new Map<string, TablePlan>()
  readonly #versionAt: number

  constructor(options: PlanOptions) {
    const { columns, table, version } = options
    this.#options = options
    this.project = compileProjection(columns, options)
    this.#names = new Set(tableNames(table, columns))
    this.#versionAt = version === '' ? -1 : columns.findIndex((column) => column.name === version)
    this.key = compileKey(columns.filter((column) => column.isKey))
  }

  get columns(): readonly RecordColumn[] {
    return this.#options.columns
  }

  get table(): Table {
    return this.#options.table
  }

  /** Whether every row has all columns. */
  get isWhole(): boolean {
    return this.#options.lacks === 'none'
  }

  row(batch: SinkBatch, i: number): unknown[] {
    return this.project(batch, i)
  }

  /** The row of record i, cut to the columns it has. */
  place(batch: SinkBatch, i: number): Placed {
    const row = this.project(batch, i)
    const { columns } = this.#options
    const skipsNull = this.#options.lacks === 'nulls'
    let mask = ''
    for (let c = 0; c < columns.length; c += 1) {
      const isLeft = row[c] === undefined || (skipsNull && row[c] === null && columns[c]?.isKey !== true)
      mask += isLeft ? '0' : '1'
    }
    if (!mask.includes('0')) return { plan: this, row }
    return { plan: this.#narrow(mask), row: row.filter((_, c) => mask[c] === '1') }
  }

  covers(other: TablePlan): boolean {
    if (other === this) return true
    for (const name of other.#names) if (!this.#names.has(name)) return false
    return true
  }

  coversTable(): boolean {
    return this.#options.latest().columns.every((column) => this.#names.has(column.name))
  }

  versionOf(row: readonly unknown[]): unknown {
    return this.#versionAt < 0 ? undefined : row[this.#versionAt]
  }

  /** The writer of a kind of step, compiled when first used. */
  writer(kind: Step<TablePlan>['kind']): Writer {
    const known = this.#writers.get(kind)
    if (known !== undefined) return known
    const { database, latest, columns, mode, version } = this.#options
    const table = latest()
    const writer = database.writer({
      mode: kind === 'delete' ? 'delete' : mode,
      table,
      columns: columns.map(({ name, schema, isKey }) => ({ name: columnNameIn(table, name) ?? name, schema, isKey })),
      ...(this.#versionAt < 0 ? {} : { version: columnNameIn(table, version) ?? version }),
    })
    this.#writers.set(kind, writer)
    return writer
  }

  /** Lets go of what was compiled for the table as it was. */
  forget(): void {
    this.#writers.clear()
    this.#narrower.clear()
  }

  #narrow(mask: string): TablePlan {
    const known = this.#narrower.get(mask)
    if (known !== undefined) return known
    if (this.#narrower.size >= KEPT_SETS) this.#narrower.clear()
    const columns = this.#options.columns.filter((_, c) => mask[c] === '1')
    const fresh = new TablePlan({ ...this.#options, columns })
    this.#narrower.set(mask, fresh)
    return fresh
  }
}

function tableNames(table: Table, columns: readonly RecordColumn[]): string[] {
  const names = columns.map((column) => columnNameIn(table, column.name) ?? column.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return names
  throw new DataError('column-twice', `Two fields of the record go into column ${table.id.table}.${twice}.`, {
    hint: 'Leave one of them out by fields.whitelist.',
  })
}

/** Values by key schema and value schema, either of which may be absent. */
export class BySchemas<T> {
  readonly #values = new Map<Schema | null, Map<Schema | null, T>>()

  get(key: Schema | null, value: Schema | null): T | undefined {
    return this.#values.get(key)?.get(value)
  }

  set(key: Schema | null, value: Schema | null, item: T): void {
    const inner = this.#values.get(key) ?? new Map<Schema | null, T>()
    this.#values.set(key, inner.set(value, item))
  }

  all(): readonly T[] {
    return [...this.#values.values()].flatMap((inner) => [...inner.values()])
  }
}
