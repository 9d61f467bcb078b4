// SQLite alters no types: a column gets another one by a column that takes its place.
import type { Alteration, TableId } from '../../database.js'
import type { ColumnChange, Session } from '../../dialect.js'

const ASIDE = '"__rowbridge_widened"'

export function widen(_session: Session, change: ColumnChange): Promise<Alteration | null> {
  const { table, quoted, typeName, isNullable, dropsNotNull, isPrimaryKey } = change
  // A key column cannot be dropped, and SQLite knows no lengths.
  if (isPrimaryKey || change.type === 'longer') return Promise.resolve(null)
  const replacedBy = (definition: string): string =>
    [
      `ALTER TABLE ${table} ADD COLUMN ${ASIDE} ${definition}`,
      `UPDATE ${table} SET ${ASIDE} = ${quoted}`,
      `ALTER TABLE ${table} DROP COLUMN ${quoted}`,
      `ALTER TABLE ${table} RENAME COLUMN ${ASIDE} TO ${quoted}`,
    ].join('; ')
  if (change.type !== null && !isNullable && !dropsNotNull) return Promise.resolve(null)
  return Promise.resolve({ text: replacedBy(change.type ?? typeName), inverse: replacedBy(typeName) })
}

export async function references(session: Session, id: TableId): Promise<readonly TableId[]> {
  const rows = await session.rows('SELECT DISTINCT "table" FROM pragma_foreign_key_list(?)', [id.table])
  return rows.map(([table]) => ({ catalog: null, schema: id.schema, table: String(table) }))
}
