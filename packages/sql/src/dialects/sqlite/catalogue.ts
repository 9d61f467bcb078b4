// Reads SQLite's catalogue and its declared column types.
import type { TableFilter, TableId } from '../../database.js'
import type { DescribedTable, RawColumn, Session } from '../../dialect.js'
import type { Target } from '../../target.js'

interface Declared {
  readonly type: string
  readonly precision: number | null
  readonly scale: number | null
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^BOOL/, 'boolean'],
  [/^(?:DECIMAL|NUMERIC|NUMBER|DEC)/, 'decimal'],
  [/^(?:DATETIME|TIMESTAMP)/, 'timestamp'],
  [/^DATE/, 'date'],
  [/^TIME/, 'time'],
  [/INT/, 'integer'],
  [/CHAR|CLOB|TEXT/, 'text'],
  [/BLOB|BINARY/, 'bytes'],
  [/REAL|FLOA|DOUB/, 'float'],
]

/** Key into `reads` and the size of a declared type. */
export function parseDeclared(typeName: string): Declared {
  const word = typeName.trim().toUpperCase()
  const type = WORDS.find(([pattern]) => pattern.test(word))?.[1] ?? 'other'
  const [first, second] = (/\(([^)]*)\)/.exec(word)?.[1] ?? '').split(',').map((part) => part.trim())
  if (type !== 'decimal') return { type, precision: null, scale: null }
  if (first === undefined || first === '') return { type: 'float', precision: null, scale: null }
  if (word.startsWith('DECIMAL_TEXT')) return { type, precision: null, scale: Number(first) }
  return { type, precision: Number(first), scale: Number(second ?? 0) }
}

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n

function targetFor(typeName: string): Target {
  const declared = parseDeclared(typeName)
  const word = typeName.trim().toUpperCase()
  switch (declared.type) {
    case 'integer':
    case 'boolean':
      return { kind: 'integer', min: INT64_MIN, max: INT64_MAX }
    case 'decimal':
      return {
        kind: 'decimal',
        ...(declared.precision === null ? {} : { precision: declared.precision }),
        ...(declared.scale === null ? {} : { scale: declared.scale }),
        isNumericAffinity: !word.startsWith('DECIMAL_TEXT'),
      }
    case 'float':
      return /^(?:DECIMAL|NUMERIC|NUMBER|DEC)/.test(word)
        ? { kind: 'decimal', isNumericAffinity: true }
        : { kind: 'float', specials: 'infinity' }
    case 'text':
      return { kind: 'text' }
    case 'bytes':
      return { kind: 'bytes' }
    case 'date':
    case 'time':
    case 'timestamp':
      return { kind: declared.type }
    default:
      return word === '' ? { kind: 'other' } : { kind: 'text', isNumericAffinity: true }
  }
}

const COLUMNS = `SELECT c.name, c.type, c."notnull", c.pk, t.wr,
  (SELECT count(*) FROM pragma_table_xinfo(t.name, t.schema) k WHERE k.pk > 0) AS keys, t.type, t.name
  FROM pragma_table_list t JOIN pragma_table_xinfo(t.name, t.schema) c
  WHERE t.name = ? COLLATE NOCASE AND t.schema = ? COLLATE NOCASE AND c.hidden <> 1 ORDER BY c.cid`

export async function describe(session: Session, id: TableId): Promise<DescribedTable | null> {
  const rows = await session.rows(COLUMNS, [id.table, id.schema ?? 'main'])
  if (rows.length === 0) return null
  const keys = rows.filter((row) => Number(row[3]) > 0).toSorted((a, b) => Number(a[3]) - Number(b[3]))
  const columns = rows.map((row) => {
    const raw = columnOf(row)
    return { raw, target: targetFor(raw.typeName) }
  })
  return {
    id: { catalog: null, schema: id.schema, table: rows[0]?.[7] as string },
    kind: rows[0]?.[6] === 'view' ? 'view' : 'table',
    columns,
    primaryKey: keys.map((row) => String(row[0])),
  }
}

/** A row of COLUMNS. The only key column of type INTEGER is the row's own number: never null, and given by SQLite. */
export function columnOf(row: readonly unknown[]): RawColumn {
  const [name, typeName, notNull, pk, withoutRowid, keys] = row
  const isPrimaryKey = Number(pk) > 0
  const isRowNumber =
    isPrimaryKey && Number(keys) === 1 && Number(withoutRowid) === 0 && String(typeName).toUpperCase() === 'INTEGER'
  return {
    name: String(name),
    ...parseDeclared(String(typeName)),
    typeName: String(typeName),
    isNullable: Number(notNull) === 0 && !isRowNumber,
    isPrimaryKey,
    isAutoIncrement: isRowNumber,
  }
}

const TABLES = `SELECT schema, name, type FROM pragma_table_list
  WHERE type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND schema LIKE ? ESCAPE '\\'
  ORDER BY schema, name`

export async function tables(session: Session, filter: TableFilter): Promise<readonly TableId[]> {
  const wanted = new Set(filter.types.map((type) => type.toUpperCase()))
  const rows = await session.rows(TABLES, [filter.schemaPattern ?? 'main'])
  return rows
    .filter((row) => wanted.has(row[2] === 'view' ? 'VIEW' : 'TABLE'))
    .map((row) => ({ catalog: null, schema: null, table: String(row[1]) }))
}
