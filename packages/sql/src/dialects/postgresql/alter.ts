// Alters columns of PostgreSQL, and reads foreign keys.
import type { Alteration, TableId } from '../../database.js'
import type { ColumnChange, Session } from '../../dialect.js'
import { regclassOf } from './catalogue.js'

export function widen(_session: Session, change: ColumnChange): Promise<Alteration> {
  const { table, quoted, typeName, dropsNotNull } = change
  const type = change.type === 'longer' ? 'TEXT' : change.type
  const to = (wanted: string, from: string): string =>
    `ALTER COLUMN ${quoted} TYPE ${wanted} USING ${quoted}${from === 'boolean' && !/text/i.test(wanted) ? '::int' : ''}::${wanted}`
  const text = [
    ...(type === null ? [] : [to(type, typeName)]),
    ...(dropsNotNull ? [`ALTER COLUMN ${quoted} DROP NOT NULL`] : []),
  ]
  const inverse = [
    ...(type === null ? [] : [to(typeName, '')]),
    ...(dropsNotNull ? [`ALTER COLUMN ${quoted} SET NOT NULL`] : []),
  ]
  const head = `ALTER TABLE ${table} `
  return Promise.resolve({ text: head + text.join(', '), inverse: head + inverse.join(', ') })
}

const REFERENCES = `SELECT DISTINCT n.nspname, c.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'f' AND k.conrelid = to_regclass($1)`

export async function references(session: Session, id: TableId): Promise<readonly TableId[]> {
  const rows = await session.rows(REFERENCES, [regclassOf(id)])
  return rows.map(([schema, table]) => ({ catalog: null, schema: String(schema), table: String(table) }))
}
