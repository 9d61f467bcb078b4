// The statements that widen the columns of a table, as far as values need it and the dialect can.
import type { Schema } from '@rowbridge/api'
import type { Alteration, ColumnNeed, Table } from './database.js'
import type { Dialect, Session } from './dialect.js'
import { targetOf } from './target.js'
import { widened } from './widen.js'

export interface WideningParts {
  readonly dialect: Dialect
  readonly session: Session
  /** The column type of a schema. */
  readonly typeOf: (schema: Schema, name: string) => string
  readonly quoteName: (name: string) => string
  readonly table: Table
  /** The quoted table. */
  readonly quoted: string
  readonly needs: readonly ColumnNeed[]
}

export async function findWidenings(parts: WideningParts): Promise<readonly Alteration[]> {
  const found: Alteration[] = []
  for (const need of parts.needs) {
    const alteration = await wideningOf(need, parts)
    if (alteration !== null) found.push(alteration)
  }
  return found
}

async function wideningOf(need: ColumnNeed, parts: WideningParts): Promise<Alteration | null> {
  const { dialect, session, table, quoted, quoteName } = parts
  const column = table.columns.find(({ name }) => name === need.name)
  if (column === undefined) return null
  const wider = await typeFor(need, parts)
  const dropsNotNull = need.schema.optional && !column.isNullable && !column.isPrimaryKey && !need.isKey
  if (wider === null && !dropsNotNull) return null
  return dialect.widen(session, {
    id: table.id,
    table: quoted,
    name: need.name,
    quoted: quoteName(need.name),
    typeName: column.typeName,
    isNullable: column.isNullable,
    isPrimaryKey: column.isPrimaryKey,
    type: wider === null || wider === 'longer' ? wider : parts.typeOf(wider, need.name),
    length: need.length,
    dropsNotNull,
  })
}

async function typeFor(need: ColumnNeed, { session, table, quoted, quoteName }: WideningParts) {
  const target = targetOf(table.columns.find(({ name }) => name === need.name))
  const isAsked = target.kind === 'integer' && (need.schema.type === 'float32' || need.schema.type === 'float64')
  if (!isAsked) return widened(target, need, false)
  const name = quoteName(need.name)
  const beyond = `SELECT 1 FROM ${quoted} WHERE ${name} > 9007199254740992 OR ${name} < -9007199254740992 LIMIT 1`
  return widened(target, need, (await session.rows(beyond, [])).length === 0)
}
