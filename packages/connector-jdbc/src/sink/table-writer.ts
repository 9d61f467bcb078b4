// One table that records go into: its plans by schema, and the writes of a put, folded and handed to the database in bulk.
import type { Log, Schema, SinkBatch } from '@rowbridge/api'
import { DataError, StateError } from '@rowbridge/api'
import type { Database, Table, TableId } from '@rowbridge/sql'
import { breathe } from '../wait.js'
import type { SinkConfig } from './config.js'
import { ensureTable } from './evolve.js'
import { InOrder } from './in-order.js'
import { LastWrites, type Step, type Writes } from './last-writes.js'
import { placeOf, type Records } from './location.js'
import { recordColumns, type RecordColumn } from './primary-key.js'
import { BySchemas, TablePlan } from './table-plan.js'

export interface WriterOptions {
  readonly database: Database
  readonly config: SinkConfig
  readonly log: Log
}

/** Rows that are worked on before others have their turn. */
const STRETCH = 500

export class TableWriter {
  readonly id: TableId
  readonly #options: WriterOptions
  readonly #plans = new BySchemas<TablePlan>()
  #table: Table | null = null
  #writes: Writes<TablePlan>
  #isKeyChecked = false

  constructor(id: TableId, options: WriterOptions) {
    this.id = id
    this.#options = options
    this.#writes = this.#emptyWrites()
  }

  /** Makes the plan for the records of the batch that have a value, and the table to fit them. */
  async prepare(batch: SinkBatch): Promise<void> {
    if (batch.value.schema !== null) await this.#compile(batch.key?.schema ?? null, batch.value.schema)
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
      const plan = (batch.value.values[i] ?? null) === null ? deletes : writes
      if (plan === undefined) this.#expectNothing(batch, i)
      else if (plan === deletes) this.#writes.delete(plan, plan.row(batch, i), start + i)
      else this.#writes.write(plan, plan.row(batch, i), start + i)
    }
  }

  /** Without a plan there may only be deletes from a table that does not exist. */
  #expectNothing(batch: SinkBatch, i: number): void {
    if (this.#table === null) return
    throw new StateError('no-plan', `${placeOf(batch, i)} was not prepared for table ${this.id.table}.`)
  }

  /** Writes what was added, inside the open transaction; tells how many rows that were. */
  async flush(records: Records): Promise<number> {
    let rows = 0
    for (const step of this.#writes.finish()) {
      await this.#write(step, records)
      rows += step.rows.length
    }
    return rows
  }

  async #write(step: Step<TablePlan>, records: Records): Promise<void> {
    const writer = step.shape.writer(step.kind)
    const size = Math.max(this.#options.config['batch.size'], 1)
    for (let from = 0; from < step.rows.length; from += size) {
      const rows = size >= step.rows.length ? step.rows : step.rows.slice(from, from + size)
      try {
        await writer.write(rows)
      } catch (error) {
        if (!(error instanceof DataError)) throw error
        throw records.located(error, error.index === null ? null : (step.records[from + error.index] ?? null))
      }
    }
  }

  async #compile(key: Schema | null, value: Schema | null): Promise<void> {
    if (this.#plans.get(key, value) !== undefined) return
    const { database, config, log } = this.#options
    const columns = recordColumns(config, { key, value })
    const fields = value?.fields.map((field) => field.name) ?? []
    const table = await ensureTable(this.id, { columns, fields }, { database, config, log })
    this.#warnKey(table, columns)
    this.#table = table
    const options = {
      database,
      table,
      columns,
      mode: config['insert.mode'],
      replacesNull: config['replace.null.with.default'],
    }
    this.#plans.set(key, value, new TablePlan({ ...options, latest: () => this.#table ?? table }))
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
    return mode === 'insert' ? new InOrder() : new LastWrites({ revives: mode === 'upsert' })
  }
}

interface Source {
  readonly batch: SinkBatch
  readonly start: number
  readonly writes: TablePlan | undefined
  readonly deletes: TablePlan | undefined
}
