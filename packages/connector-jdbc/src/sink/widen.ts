// Gives columns that are there more room where records need it, and says how each change is undone.
import { describeError, type Log, type Schema, type SinkBatch } from '@rowbridge/api'
import { ANY, type ColumnNeed, type Database, type Table } from '@rowbridge/sql'
import { columnNameIn } from './evolve.js'
import { inferredSchema } from './json-shape.js'
import type { RecordColumn } from './primary-key.js'
import type { TablePlan } from './table-plan.js'

export interface WidenOptions {
  readonly database: Database
  readonly log: Log
}

/** The table with the columns widened. What fails is left to the write, which says what does not fit. */
export async function widenTable(
  table: Table,
  needs: readonly ColumnNeed[],
  { database, log }: WidenOptions,
): Promise<Table> {
  const alterations = table.kind === 'table' ? await database.widenings(table, needs) : []
  if (alterations.length === 0) return table
  for (const alteration of alterations) {
    try {
      await database.alter(alteration)
      log.info(`Widened by: ${alteration.text}. This undoes it: ${alteration.inverse}`)
    } catch (error) {
      log.warn(`A column could not be widened by: ${alteration.text}: ${describeError(error)}`)
    }
  }
  return (await database.describe(table.id)) ?? table
}

/** What the schemas of the records ask of the columns that are there. */
export function schemaNeeds(table: Table, columns: readonly RecordColumn[]): readonly ColumnNeed[] {
  return columns.flatMap((column) => {
    const schema = neededSchema(column.schema)
    const name = schema === null || column.made !== undefined ? null : columnNameIn(table, column.name)
    return schema === null || name === null ? [] : [{ name, schema, length: 0, bytes: 0, isKey: column.isKey }]
  })
}

function neededSchema(schema: Schema): Schema | null {
  return schema.name === ANY ? inferredSchema(schema) : schema
}

interface Size {
  length: number
  bytes: number
}

/** The longest texts and byte strings so far, by plan. */
export class Lengths {
  readonly #byPlan = new WeakMap<TablePlan, Size[]>()

  /** What columns must hold because of this batch and did not have to hold before. */
  of(batch: SinkBatch, plan: TablePlan): readonly ColumnNeed[] {
    const { columns, table } = plan
    const before = this.#byPlan.get(plan) ?? columns.map(() => ({ ...NOTHING }))
    const after = before.map((size) => ({ ...size }))
    for (let i = 0; i < batch.length; i += 1) {
      if ((batch.value.values[i] ?? null) === null) continue
      const row = plan.row(batch, i)
      for (let c = 0; c < columns.length; c += 1) measure(row[c], after[c])
    }
    this.#byPlan.set(plan, after)
    return columns.flatMap((column, c) => {
      const { length, bytes } = after[c] ?? NOTHING
      if (length <= (before[c]?.length ?? 0) && bytes <= (before[c]?.bytes ?? 0)) return []
      const schema = neededSchema(column.schema)
      const name = columnNameIn(table, column.name)
      return schema === null || name === null ? [] : [{ name, schema, length, bytes, isKey: column.isKey }]
    })
  }
}

const NOTHING: Size = { length: 0, bytes: 0 }

function measure(value: unknown, most: Size = { ...NOTHING }): void {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return
  most.length = Math.max(most.length, value.length)
  most.bytes = Math.max(most.bytes, typeof value === 'string' ? Buffer.byteLength(value) : value.length)
}
