// Alters columns of MySQL and MariaDB. MODIFY forgets whatever of a column it is not told again: so it is told the line that
// SHOW CREATE TABLE has, with the type put in its place.
import { quoteName } from '../../ansi.js'
import type { Alteration, TableId } from '../../database.js'
import type { ColumnChange, Session } from '../../dialect.js'

export async function widen(session: Session, change: ColumnChange): Promise<Alteration | null> {
  const definition = await definitionOf(session, change)
  if (definition === null) return null
  const head = `ALTER TABLE ${change.table} MODIFY `
  const name = quoteName(change.name, '`')
  const attributes = definition.slice(name.length + 1 + change.typeName.length)
  const type = change.type === 'longer' ? longer(change.typeName, change.length) : (change.type ?? change.typeName)
  const kept = change.dropsNotNull ? attributes.replace(' NOT NULL', ' NULL') : attributes
  return {
    text: `${head}${name} ${type}${kept}`,
    inverse: `${head}${definition}`,
  }
}

/** The line of the column: its quoted name, type and attributes. */
async function definitionOf(session: Session, { table, name, typeName }: ColumnChange): Promise<string | null> {
  const [[, text] = []] = await session.rows(`SHOW CREATE TABLE ${table}`, [])
  const start = `${quoteName(name, '`')} ${typeName}`
  const line = String(text)
    .split('\n')
    .map((part) => part.trim())
    .find((part) => part.startsWith(start))
  return line === undefined ? null : line.replace(/,$/, '')
}

/** Characters of a VARCHAR that a row still has room for. */
const MOST_CHARACTERS = 4096

function longer(typeName: string, length: number): string {
  const isBytes = /binary|blob/i.test(typeName)
  const size = 2 ** Math.ceil(Math.log2(length))
  const isShort = size <= MOST_CHARACTERS && /char|binary/i.test(typeName)
  if (isShort) return `${isBytes ? 'varbinary' : 'varchar'}(${size})`
  return isBytes ? 'longblob' : 'longtext'
}

const REFERENCES = `SELECT DISTINCT REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME FROM information_schema.KEY_COLUMN_USAGE
  WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? AND REFERENCED_TABLE_NAME IS NOT NULL`

export async function references(session: Session, id: TableId): Promise<readonly TableId[]> {
  const rows = await session.rows(REFERENCES, [id.catalog, id.table])
  return rows.map(([catalog, table]) => ({ catalog: String(catalog), schema: null, table: String(table) }))
}
