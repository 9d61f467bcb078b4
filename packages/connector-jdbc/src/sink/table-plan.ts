// What is compiled once for a table, a key schema and a value schema: how a record becomes a row, and how rows are written.
import type { Schema, SinkBatch } from '@rowbridge/api'
import { DataError } from '@rowbridge/api'
import type { Database, Table, Writer } from '@rowbridge/sql'
import { compileProjection, type Projection } from './binder.js'
import { columnNameIn } from './evolve.js'
import { compileKey, type KeyIdentity } from './key-identity.js'
import type { Shape, Step } from './last-writes.js'
import type { RecordColumn } from './primary-key.js'

export interface PlanOptions {
  readonly database: Database
  readonly table: Table
  /** The table as it is now: later records may have made it grow. */
  readonly latest: () => Table
  readonly columns: readonly RecordColumn[]
  readonly mode: 'insert' | 'upsert' | 'update'
  readonly replacesNull: boolean
}

export class TablePlan implements Shape {
  readonly key: KeyIdentity
  readonly #options: PlanOptions
  readonly #project: Projection
  readonly #names: ReadonlySet<string>
  readonly #writers = new Map<Step<TablePlan>['kind'], Writer>()

  constructor(options: PlanOptions) {
    const { columns, table, replacesNull } = options
    this.#options = options
    this.#project = compileProjection(columns, replacesNull)
    this.#names = new Set(tableNames(table, columns))
    this.key = compileKey(columns.filter((column) => column.isKey))
  }

  row(batch: SinkBatch, i: number): unknown[] {
    return this.#project(batch, i)
  }

  covers(other: TablePlan): boolean {
    if (other === this) return true
    for (const name of other.#names) if (!this.#names.has(name)) return false
    return true
  }

  coversTable(): boolean {
    return this.#options.latest().columns.every((column) => this.#names.has(column.name))
  }

  /** The writer of a kind of step, compiled when first used. */
  writer(kind: Step<TablePlan>['kind']): Writer {
    const known = this.#writers.get(kind)
    if (known !== undefined) return known
    const { database, table, columns, mode } = this.#options
    const writer = database.writer({
      mode: kind === 'delete' ? 'delete' : mode,
      table,
      columns: columns.map(({ name, schema, isKey }) => ({ name: columnNameIn(table, name) ?? name, schema, isKey })),
    })
    this.#writers.set(kind, writer)
    return writer
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

  clear(): void {
    this.#values.clear()
  }
}
