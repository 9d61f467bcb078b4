// Reads the catalogue of MySQL and MariaDB.
import type { TableFilter, TableId } from '../../database.js'
import type { DescribedTable, RawColumn, Session } from '../../dialect.js'
import type { Target } from '../../target.js'
import { typeKey } from './fields.js'

/** Each question about one table alone: the server answers a join of these views by looking at all tables there are. */
const ONE_TABLE = 'TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?'
const COLUMNS = `SELECT c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_TYPE, c.IS_NULLABLE, c.COLUMN_KEY, c.EXTRA,
  c.NUMERIC_PRECISION, c.NUMERIC_SCALE, c.CHARACTER_MAXIMUM_LENGTH, c.CHARACTER_OCTET_LENGTH, c.DATETIME_PRECISION,
  c.TABLE_NAME FROM information_schema.COLUMNS c WHERE ${ONE_TABLE} ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`
const KIND = `SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE ${ONE_TABLE}`
const KEY = `SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE
  WHERE ${ONE_TABLE} AND CONSTRAINT_NAME = 'PRIMARY' ORDER BY ORDINAL_POSITION`

export async function describe(session: Session, id: TableId): Promise<DescribedTable | null> {
  const found = await session.rows(COLUMNS, [id.catalog, id.table])
  // The catalogue compares names without case: of several tables the one of that very name.
  const isExact = found.some((row) => row[11] === id.table)
  const rows = isExact ? found.filter((row) => row[11] === id.table) : found
  const first = rows[0]
  if (first === undefined) return null
  const table = String(first[11])
  const ofTable = ([name]: readonly unknown[]) => name === table
  const kind = (await session.rows(KIND, [id.catalog, id.table])).find(ofTable)
  const keys = (await session.rows(KEY, [id.catalog, id.table])).filter(ofTable)
  return {
    id: { catalog: id.catalog, schema: null, table },
    kind: String(kind?.[1]).includes('VIEW') ? 'view' : 'table',
    columns: rows.map((row) => ({ raw: rawOf(row), target: targetFor(row) })),
    primaryKey: keys.map(([, column]) => String(column)),
  }
}

const BYTES = new Set(['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'])
const GEOMETRIES = new Set([
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geometrycollection',
  'geomcollection',
])
const SAME = new Set([
  'tinyint',
  'smallint',
  'mediumint',
  'int',
  'bigint',
  'decimal',
  'float',
  'double',
  'date',
  'time',
  'datetime',
  'timestamp',
  'year',
  'bit',
  'json',
])

function wordOf(dataType: string): string {
  if (SAME.has(dataType)) return dataType
  if (BYTES.has(dataType)) return 'bytes'
  return GEOMETRIES.has(dataType) ? 'geometry' : 'text'
}

function rawOf(row: readonly unknown[]): RawColumn {
  const typeName = String(row[2])
  const word = wordOf(String(row[1]).toLowerCase())
  const width = Number(/\((\d+)/.exec(typeName)?.[1] ?? 0)
  return {
    name: String(row[0]),
    type: typeKey(word, typeName.includes('unsigned'), width),
    typeName,
    precision: word === 'decimal' ? Number(row[6]) : null,
    scale: word === 'decimal' ? Number(row[7]) : null,
    isNullable: row[3] === 'YES',
    isPrimaryKey: row[4] === 'PRI',
    isAutoIncrement: String(row[5]).includes('auto_increment'),
    ...(String(row[5]).includes('INVISIBLE') ? { isInvisible: true } : {}),
  }
}

const BITS: Readonly<Record<string, bigint>> = { tinyint: 8n, smallint: 16n, mediumint: 24n, int: 32n, bigint: 64n }

function integerTarget(bits: bigint, isUnsigned: boolean): Target {
  return isUnsigned
    ? { kind: 'integer', min: 0n, max: 2n ** bits - 1n }
    : { kind: 'integer', min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n }
}

/** Dates without a month or a day; the server takes them where its sql_mode allows. */
const ZERO_DATES = /^\d{4}-(?:00-\d{2}|\d{2}-00)(?: \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?)?$/

function targetFor(row: readonly unknown[]): Target {
  const dataType = String(row[1]).toLowerCase()
  const typeName = String(row[2])
  const bits = BITS[dataType]
  if (bits !== undefined) return integerTarget(bits, typeName.includes('unsigned'))
  const fraction = Number(row[10] ?? 0)
  switch (dataType) {
    case 'year':
      return { kind: 'year', min: 0n, max: 2155n }
    case 'decimal':
      return { kind: 'decimal', precision: Number(row[6]), scale: Number(row[7]) }
    case 'float':
      return { kind: 'float', precision: 24, specials: 'none' }
    case 'double':
      return { kind: 'float', specials: 'none' }
    case 'date':
      return { kind: 'date', specialWords: ZERO_DATES, hasYearZero: true }
    case 'time':
    case 'datetime':
    case 'timestamp':
      return dataType === 'time'
        ? { kind: 'time', fraction }
        : { kind: 'timestamp', fraction, specialWords: ZERO_DATES, hasYearZero: true }
    case 'json':
      return { kind: 'other', isJson: true }
    case 'bit':
      return { kind: 'bits', length: Number(row[6]) }
    case 'char':
    case 'varchar':
      return { kind: 'text', length: Number(row[8]) }
    case 'tinytext':
    case 'text':
    case 'mediumtext':
    case 'longtext':
      return { kind: 'text', byteLength: Number(row[9]) }
    default:
      return BYTES.has(dataType) ? { kind: 'bytes', length: Number(row[9]) } : { kind: 'other' }
  }
}

const TABLES = `SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES
  WHERE TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')
  AND (TABLE_SCHEMA = COALESCE(?, DATABASE()) OR COALESCE(?, DATABASE()) IS NULL)
  ORDER BY TABLE_SCHEMA, TABLE_NAME`

const KINDS: Readonly<Record<string, string>> = {
  'BASE TABLE': 'TABLE',
  'SYSTEM VERSIONED': 'TABLE',
  'SYSTEM VIEW': 'SYSTEM VIEW',
}

export async function tables(session: Session, filter: TableFilter): Promise<readonly TableId[]> {
  const wanted = new Set(filter.types.map((type) => type.trim().toUpperCase()))
  const catalog = filter.catalog === '' ? null : filter.catalog
  const rows = await session.rows(TABLES, [catalog, catalog])
  return rows
    .filter((row) => wanted.has(KINDS[String(row[2])] ?? String(row[2])))
    .map((row) => ({ catalog: String(row[0]), schema: null, table: String(row[1]) }))
}
