// SQLite alters no types: a column gets another one by a column that takes its place.
import type { Alteration, TableId } from '../../database.js'
import type { ColumnChange, Session } from '../../dialect.js'

const ASIDE = '"__rowbridge_widened"'

const FACTS = `SELECT c.dflt_value, s.sql FROM pragma_table_xinfo(?) c, sqlite_schema s
  WHERE c.name = ? AND s.type = 'table' AND s.name = ? COLLATE NOCASE`

export async function widen(session: Session, change: ColumnChange): Promise<Alteration | null> {
  const { table, quoted, typeName, isNullable, dropsNotNull, isPrimaryKey } = change
  // A key column cannot be dropped, and SQLite knows no lengths.
  if (isPrimaryKey || change.type === 'longer') return null
  // A column that must not be null cannot be added, and one with a collation would lose it.
  if (!isNullable && !dropsNotNull) return null
  const [[initial, sql] = []] = await session.rows(FACTS, [change.id.table, change.name, change.id.table])
  if (/\bcollate\b/i.test(String(sql))) return null
  const kept = typeof initial === 'string' ? ` DEFAULT (${initial})` : ''
  const replacedBy = (type: string): string =>
    [
      `ALTER TABLE ${table} ADD COLUMN ${ASIDE} ${type}${kept}`,
      `UPDATE ${table} SET ${ASIDE} = ${quoted}`,
      `ALTER TABLE ${table} DROP COLUMN ${quoted}`,
      `ALTER TABLE ${table} RENAME COLUMN ${ASIDE} TO ${quoted}`,
    ].join('; ')
  return { text: replacedBy(change.type ?? typeName), inverse: replacedBy(typeName) }
}

export async function references(session: Session, id: TableId): Promise<readonly TableId[]> {
  const rows = await session.rows('SELECT DISTINCT "table" FROM pragma_foreign_key_list(?)', [id.table])
  return rows.map(([table]) => ({ catalog: null, schema: id.schema, table: String(table) }))
}
