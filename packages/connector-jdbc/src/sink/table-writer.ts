// One table that records go into: its plans by schema, and the writes of a put, folded and handed to the database in bulk.
import type { Log, Schema, SinkBatch } from '@rowbridge/api'
import { DataError, StateError } from '@rowbridge/api'
import { ANY, type Database, type Table, type TableId, type Zone } from '@rowbridge/sql'
import { breathe } from '../wait.js'
import type { SinkConfig } from './config.js'
import { blamed } from './blame.js'
import { ensureColumns, makeTable, refuseKind } from './evolve.js'
import { InOrder } from './in-order.js'
import { JsonShapes } from './json-shape.js'
import { LastWrites, type Step, type Writes } from './last-writes.js'
import { placeOf, type Records } from './location.js'
import { recordColumns, type RecordColumn } from './primary-key.js'
import { BySchemas, TablePlan } from './table-plan.js'
import { wantedColumns } from './wanted-columns.js'
import { Lengths, schemaNeeds, widenTable } from './widen.js'

export interface WriterOptions {
  readonly database: Database
  readonly config: SinkConfig
  readonly log: Log
  /** Zone that moves dates; null: none does. */
  readonly dateZone: Zone | null
}

/** Rows that are worked on before others have their turn. */
const STRETCH = 500

/** What writing steps came to. */
export interface Written {
  readonly rows: number
  /** Updates that found no row. */
  readonly unmatched: number
}

export class TableWriter {
  readonly id: TableId
  readonly #options: WriterOptions
  readonly #plans = new BySchemas<TablePlan>()
  readonly #shapes = new JsonShapes()
  #lengths: Lengths
  #table: Table | null = null
  #writes: Writes<TablePlan>
  #isKeyChecked = false
  #isMissTold = false

  constructor(id: TableId, options: WriterOptions) {
    this.id = id
    this.#options = options
    this.#writes = this.#emptyWrites()
    this.#lengths = new Lengths()
  }

  /** The batch with schemas, where it came without. */
  shaped(batch: SinkBatch): SinkBatch {
    return this.#shapes.of(batch)
  }

  /** Makes the plan for the records of the batch that have a value, and the table to fit them. */
  async prepare(batch: SinkBatch): Promise<void> {
    const { config } = this.#options
    const { schema } = batch.value
    if (schema === null) return
    const key = batch.key?.schema ?? null
    await this.#compile(key, schema)
    const plan = this.#plans.get(key, schema)
    if (!config['auto.evolve'] || config['evolve.mode'] !== 'widen' || plan === undefined) return
    await this.#makeRoom(batch, plan)
  }

  /** Makes the plan for the records without a value. Where there is no table and one may be made, there is nothing to delete. */
  async prepareDeletes(batch: SinkBatch): Promise<void> {
    const { database, config } = this.#options
    this.#table ??= await database.describe(this.id)
    if (this.#table === null && config['auto.create']) return
    await this.#compile(batch.key?.schema ?? null, null)
  }

  /** Forgets what a put that failed had left. */
  discard(): void {
    this.#writes = this.#emptyWrites()
  }

  /** Takes the records of a batch; the first is number `start` of the put. */
  async add(batch: SinkBatch, start: number): Promise<void> {
    const keySchema = batch.key?.schema ?? null
    const writes = this.#plans.get(keySchema, batch.value.schema)
    const deletes = this.#plans.get(keySchema, null)
    for (let from = 0; from < batch.length; from += STRETCH) {
      if (from > 0) await breathe()
      this.#addStretch({ batch, start, writes, deletes }, from, Math.min(from + STRETCH, batch.length))
    }
  }

  #addStretch(source: Source, from: number, to: number): void {
    const { batch, start, writes, deletes } = source
    for (let i = from; i < to; i += 1) {
      const isDelete = (batch.value.values[i] ?? null) === null
      const plan = isDelete ? deletes : writes
      if (plan === undefined) this.#expectNothing(batch, i)
      else if (isDelete) this.#writes.delete(plan, plan.row(batch, i), start + i)
      else if (plan.isWhole) this.#writes.write(plan, plan.row(batch, i), start + i)
      else {
        const { plan: narrow, row } = plan.place(batch, i)
        this.#writes.write(narrow, row, start + i)
      }
    }
  }

  /** Without a plan there may only be deletes from a table that does not exist. */
  #expectNothing(batch: SinkBatch, i: number): void {
    if (this.#table === null) return
    throw new StateError('no-plan', `${placeOf(batch, i)} was not prepared for table ${this.id.table}.`)
  }

  /** What was added, as steps to be written in that order. */
  steps(): readonly Step<TablePlan>[] {
    return this.#writes.finish()
  }

  /** Writes one step, inside the open transaction. */
  async write(step: Step<TablePlan>, records: Records): Promise<Written> {
    const writer = step.shape.writer(step.kind)
    const size = Math.max(this.#options.config['batch.size'], 1)
    let touched = 0
    for (let from = 0; from < step.rows.length; from += size) {
      const rows = size >= step.rows.length ? step.rows : step.rows.slice(from, from + size)
      try {
        touched += await writer.write(rows)
      } catch (error) {
        if (!(error instanceof DataError)) throw error
        throw this.#located(error, { step, from, count: rows.length }, records)
      }
    }
    return { rows: step.rows.length, unmatched: this.#missed(step, touched) }
  }

  /** The error with its record and its values, where it is known which one it was. */
  #located(error: DataError, at: { step: Step<TablePlan>; from: number; count: number }, records: Records): DataError {
    const { step, from, count } = at
    const index = error.index ?? (count === 1 ? 0 : null)
    const row = index === null ? undefined : step.rows[from + index]
    if (index === null || row === undefined) return records.located(error, null)
    const table = this.#options.database.quoteTable(this.id)
    const known = blamed(error, { table, columns: step.shape.columns, row })
    return records.located(known, step.records[from + index] ?? null)
  }

  #missed(step: Step<TablePlan>, touched: number): number {
    const { config, database, log } = this.#options
    if (config['insert.mode'] !== 'update' || step.kind === 'delete' || config['version.column'] !== '') return 0
    const missed = Math.max(0, step.rows.length - touched)
    if (missed > 0 && !this.#isMissTold) {
      this.#isMissTold = true
      log.warn(
        `${database.quoteTable(this.id)}: ${missed} of ${step.rows.length} updates found no row and changed nothing; further ones are counted as sink-record-unmatched-total. insert.mode=upsert would add the rows.`,
      )
    }
    return missed
  }

  async #compile(key: Schema | null, value: Schema | null): Promise<void> {
    if (this.#plans.get(key, value) !== undefined) return
    const { database, config, dateZone } = this.#options
    const existing = this.#table ?? (await database.describe(this.id))
    const all = recordColumns(config, { key, value }, existing?.primaryKey)
    const columns = wantedColumns(all, existing, config)
    const fields = value?.fields.map((field) => field.name) ?? []
    const table = await this.#fit(existing, columns, fields)
    this.#warnKey(table, columns)
    this.#take(table)
    const isBare = columns.some(({ schema }) => schema.name === ANY)
    const options = {
      database,
      table,
      columns,
      dateZone,
      mode: config['insert.mode'],
      replacesNull: config['replace.null.with.default'],
      version: versionIn(config, columns, value),
      lacks: config['null.mode'] === 'skip' ? 'nulls' : isBare ? 'absent' : 'none',
    } as const
    this.#plans.set(key, value, new TablePlan({ ...options, latest: () => this.#table ?? table }))
  }

  /** The table with all that the columns need. */
  async #fit(existing: Table | null, columns: readonly RecordColumn[], fields: readonly string[]): Promise<Table> {
    const { config } = this.#options
    const first = existing ?? (await makeTable(this.id, { columns, fields }, this.#options))
    refuseKind(first, this.#options)
    const table = await ensureColumns(first, columns, this.#options)
    if (!config['auto.evolve'] || config['evolve.mode'] !== 'widen') return table
    return widenTable(table, schemaNeeds(table, columns), this.#options)
  }

  /** Lengthens columns for the texts and byte strings of the batch. */
  async #makeRoom(batch: SinkBatch, plan: TablePlan): Promise<void> {
    const needs = this.#lengths.of(batch, plan)
    if (needs.length === 0 || this.#table === null) return
    const table = await widenTable(this.#table, needs, this.#options)
    this.#take(table)
  }

  #take(table: Table): void {
    if (table === this.#table) return
    this.#table = table
    for (const plan of this.#plans.all()) plan.forget()
  }

  #warnKey(table: Table, columns: readonly RecordColumn[]): void {
    const { config, log, database } = this.#options
    if (this.#isKeyChecked || config['insert.mode'] !== 'upsert') return
    this.#isKeyChecked = true
    const keys = columns.filter((column) => column.isKey).map((column) => column.name.toLowerCase())
    const primary = table.primaryKey.map((name) => name.toLowerCase())
    if (keys.length === primary.length && keys.every((name) => primary.includes(name))) return
    const is = primary.length === 0 ? 'has no primary key' : `has the primary key ${table.primaryKey.join(', ')}`
    log.warn(
      `${database.quoteTable(table.id)} ${is}, and rows are upserted by ${keys.join(', ')}: without a unique index on just these columns rows may come twice.`,
    )
  }

  #emptyWrites(): Writes<TablePlan> {
    const mode = this.#options.config['insert.mode']
    return mode === 'insert' || mode === 'ignore' ? new InOrder() : new LastWrites({ revives: mode === 'upsert' })
  }
}

interface Source {
  readonly batch: SinkBatch
  readonly start: number
  readonly writes: TablePlan | undefined
  readonly deletes: TablePlan | undefined
}

/** The version's field, which every record with a value must have. */
function versionIn(config: SinkConfig, columns: readonly RecordColumn[], value: Schema | null): string {
  const name = config['version.column']
  if (name === '' || value === null || columns.some((column) => column.name === name && !column.isKey)) return name
  throw new DataError('no-version', `The record has no field ${name}, which version.column names.`, {
    hint: 'It must be a field of the value, written to a column, and no part of the key.',
  })
}
