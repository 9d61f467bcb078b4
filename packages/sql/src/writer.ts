// Compiles a WriterSpec: binders for the target columns, then the dialect's way of making round trips of rows.
import { DataError } from '@rowbridge/api'
import { compileBinder } from './bind.js'
import type { BulkWriter, PlanColumn, WritePlan } from './bulk.js'
import type { Column, WriterSpec } from './database.js'
import type { Dialect, Session, TimeSettings } from './dialect.js'
import { shownTable } from './table.js'
import { targetOf } from './target.js'

export interface WriterParts {
  readonly dialect: Dialect
  readonly session: Session
  readonly times: TimeSettings
  readonly quoteName: (name: string) => string
  /** The quoted table. */
  readonly table: string
}

const NOTHING: BulkWriter = { write: (rows) => Promise.resolve(rows.length) }

export function compileWriter(spec: WriterSpec, parts: WriterParts): BulkWriter {
  const plan = planOf(spec, parts)
  if (spec.mode === 'update' && plan.others.length === 0) return NOTHING
  if (spec.mode === 'delete' || spec.mode === 'upsert') requireKeys(spec, plan)
  const bulk = parts.dialect.bulk(plan, parts.session)
  return spec.mode === 'update' ? lastOfEachKey(plan, bulk) : bulk
}

function planOf(spec: WriterSpec, parts: WriterParts): WritePlan {
  const columns = spec.columns
    .map((column, index) => ({ ...column, index }))
    .filter((column) => column.isKey || spec.mode !== 'delete')
    .map(({ name, schema, isKey, index }): PlanColumn => {
      const column = columnNamed(spec.table.columns, name)
      const target = targetOf(column)
      const where = `${shownTable(spec.table.id)}.${name}`
      const bound = { where, typeName: column?.typeName ?? 'unknown', schema, target }
      const quoted = parts.quoteName(column?.name ?? name)
      return { name, quoted, isKey, index, schema, target, bind: compileBinder(bound, parts.times) }
    })
  return {
    mode: spec.mode,
    table: parts.table,
    columns,
    keys: columns.filter((column) => column.isKey),
    others: columns.filter((column) => !column.isKey),
    version: columns.find((column) => !column.isKey && column.name === spec.version) ?? null,
  }
}

/** By the very name, else regardless of case. */
function columnNamed(columns: readonly Column[], name: string): Column | undefined {
  const folded = name.toLowerCase()
  return columns.find((c) => c.name === name) ?? columns.find((c) => c.name.toLowerCase() === folded)
}

function requireKeys(spec: WriterSpec, plan: WritePlan): void {
  if (plan.keys.length > 0) return
  throw new DataError('no-key', `${shownTable(spec.table.id)}: ${spec.mode} needs key columns`, {
    hint: 'Set pk.mode, and pk.fields where it asks for them.',
  })
}

/** An update in bulk may meet a row once only; of several updates of one row the last is what stays. */
function lastOfEachKey(plan: WritePlan, bulk: BulkWriter): BulkWriter {
  const places = plan.keys.map((key) => key.index)
  const keyOf = (row: readonly unknown[]): string => places.map((place) => keyText(row[place])).join('\u0000')
  return {
    write(rows) {
      const last = new Map(rows.map((row) => [keyOf(row), row]))
      return bulk.write(last.size === rows.length ? rows : [...last.values()])
    },
  }
}

function keyText(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : `${typeof value}:${String(value)}`
}
