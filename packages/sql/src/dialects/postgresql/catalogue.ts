// Reads PostgreSQL's catalogue: tables, their columns, and what a result set leaves out about its columns.
import { quoteName } from '../../ansi.js'
import type { TableFilter, TableId } from '../../database.js'
import type { DescribedTable, RawColumn, Session } from '../../dialect.js'
import type { Target } from '../../target.js'

/** Types that other types are read as. */
const ALIASES: Readonly<Record<string, string>> = { regclass: 'other' }

interface Facts {
  readonly name: string
  /** Name in pg_type, of the base type where it is a domain. */
  readonly type: string
  readonly typeName: string
  readonly typmod: number
  readonly isNullable: boolean
  readonly isPrimaryKey: boolean
  readonly isAutoIncrement: boolean
}

/** Precision and scale, or digits, that a type's modifier says. */
export function rawColumnOf(facts: Facts): RawColumn {
  const { name, typeName, typmod, isNullable, isPrimaryKey, isAutoIncrement } = facts
  const type = ALIASES[facts.type] ?? facts.type
  const size = sizeOf(type, typmod)
  return { name, type, typeName, ...size, isNullable, isPrimaryKey, isAutoIncrement }
}

function sizeOf(type: string, typmod: number): { readonly precision: number | null; readonly scale: number | null } {
  if (typmod < 0) return { precision: null, scale: null }
  if (type === 'bit' || type === 'varbit') return { precision: typmod, scale: null }
  if (type !== 'numeric') return { precision: null, scale: null }
  return { precision: ((typmod - 4) >> 16) & 0xffff, scale: (((typmod - 4) & 0x7ff) ^ 0x400) - 0x400 }
}

const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int2: [-32768n, 32767n],
  int4: [-2147483648n, 2147483647n],
  int8: [-(2n ** 63n), 2n ** 63n - 1n],
  oid: [0n, 4294967295n],
}

const SPECIAL_NUMBERS = /^(?:NaN|-?Infinity)$/i
const INFINITIES = /^-?infinity$/i

function targetFor(type: string, typmod: number, cast: string, isArray: boolean): Target {
  const bounds = INTEGERS[type]
  if (isArray) return { kind: 'other', cast, isArray, refusesNul: true }
  if (bounds !== undefined) return { kind: 'integer', min: bounds[0], max: bounds[1], cast }
  const length = typmod < 0 ? {} : { length: typmod - 4 }
  const fraction = typmod < 0 ? 6 : typmod
  switch (type) {
    case 'numeric': {
      const { precision, scale } = sizeOf(type, typmod)
      const specialWords = SPECIAL_NUMBERS
      if (precision === null || scale === null) return { kind: 'decimal', specialWords, cast }
      return { kind: 'decimal', precision, scale, specialWords, cast }
    }
    case 'float4':
      return { kind: 'float', precision: 24, cast }
    case 'float8':
      return { kind: 'float', cast }
    case 'bool':
      return { kind: 'boolean', cast }
    case 'text':
    case 'name':
    case 'xml':
      return { kind: 'text', refusesNul: true, cast }
    case 'varchar':
    case 'bpchar':
      return { kind: 'text', ...length, refusesNul: true, cast }
    case 'bytea':
      return { kind: 'bytes', cast }
    case 'bit':
    case 'varbit':
      return { kind: 'bits', ...(typmod < 0 ? {} : { length: typmod }), isBitText: true, cast }
    case 'date':
      return { kind: 'date', specialWords: INFINITIES, cast }
    case 'time':
      return { kind: 'time', fraction, cast }
    case 'timestamp':
      return { kind: 'timestamp', fraction, specialWords: INFINITIES, cast }
    case 'timestamptz':
      return { kind: 'timestamp', fraction, isZoned: true, specialWords: INFINITIES, cast }
    case 'json':
    case 'jsonb':
      return { kind: 'other', refusesNul: true, cast, isJson: true }
    default:
      return { kind: 'other', refusesNul: true, cast }
  }
}

const PRIMARY = `EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey))`
const AUTO = `(a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%')`

const COLUMNS = `SELECT a.attname, COALESCE(b.typname, t.typname), format_type(a.atttypid, a.atttypmod),
  CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END, a.attnotnull OR t.typnotnull, ${PRIMARY}, COALESCE(${AUTO}, false),
  format_type(a.atttypid, -1), t.typcategory, c.relkind, n.nspname, c.relname,
  (SELECT array_position(i.indkey::int2[], a.attnum) FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY a.attnum`

const KINDS: Readonly<Record<string, DescribedTable['kind']>> = { r: 'table', f: 'table', p: 'partitioned table' }

export function regclassOf(id: TableId): string {
  return id.schema === null ? quoteName(id.table, '"') : `${quoteName(id.schema, '"')}.${quoteName(id.table, '"')}`
}

/** Categories of types: arrays, which would become one array of more dimensions, and composites, which would become columns. */
const COMES_APART = new Set(['A', 'C'])

export async function describe(session: Session, id: TableId): Promise<DescribedTable | null> {
  const rows = await session.rows(COLUMNS, [regclassOf(id)])
  const first = rows[0]
  if (first === undefined) return null
  const keys = rows.filter((row) => row[12] !== null).toSorted((a, b) => Number(a[12]) - Number(b[12]))
  return {
    id: { catalog: id.catalog, schema: id.schema === null ? null : String(first[10]), table: String(first[11]) },
    kind: KINDS[String(first[9])] ?? 'view',
    columns: rows.map((row) => {
      const facts = factsOf(row)
      const raw = rawColumnOf(facts)
      const target = targetFor(raw.type, facts.typmod, String(row[7]), row[8] === 'A')
      return {
        raw,
        target: COMES_APART.has(String(row[8])) || raw.type === 'box' ? { ...target, isText: true } : target,
      }
    }),
    primaryKey: keys.map((row) => String(row[0])),
  }
}

/** The first seven fields of a row of the catalogue. */
function factsOf(row: readonly unknown[]): Facts {
  return {
    name: String(row[0]),
    type: String(row[1]),
    typeName: String(row[2]),
    typmod: Number(row[3]),
    isNullable: row[4] !== 't',
    isPrimaryKey: row[5] === 't',
    isAutoIncrement: row[6] === 't',
  }
}

const TYPES = `SELECT oid, typname FROM pg_type WHERE oid = ANY ($1::oid[])`

/** Names of types by their numbers. */
export async function typeNames(session: Session, oids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const rows = await session.rows(TYPES, [`{${oids.join(',')}}`])
  return new Map(rows.map(([oid, name]) => [Number(oid), String(name)] as const))
}

const ORIGINS = `SELECT a.attrelid, a.attnum, a.attnotnull, ${PRIMARY}, COALESCE(${AUTO}, false)
  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped`

export interface Origin {
  readonly isNullable: boolean
  readonly isPrimaryKey: boolean
  readonly isAutoIncrement: boolean
}

/** Facts about the columns of tables, by `table number.column number`. */
export async function origins(session: Session, tables: readonly number[]): Promise<ReadonlyMap<string, Origin>> {
  const rows = await session.rows(ORIGINS, [`{${tables.join(',')}}`])
  return new Map(
    rows.map((row) => [
      `${String(row[0])}.${String(row[1])}`,
      { isNullable: row[2] !== 't', isPrimaryKey: row[3] === 't', isAutoIncrement: row[4] === 't' },
    ]),
  )
}

const TABLES = `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = ANY ($1::"char"[]) AND n.nspname LIKE $2 AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND ($3 IN ('', current_database())) ORDER BY n.nspname, c.relname`

const RELKINDS: Readonly<Record<string, string>> = {
  TABLE: 'r',
  VIEW: 'v',
  'PARTITIONED TABLE': 'p',
  'MATERIALIZED VIEW': 'm',
  'FOREIGN TABLE': 'f',
}

export async function tables(session: Session, filter: TableFilter): Promise<readonly TableId[]> {
  const kinds = filter.types.flatMap((type) => RELKINDS[type.trim().toUpperCase()] ?? [])
  const rows = await session.rows(TABLES, [`{${kinds.join(',')}}`, filter.schemaPattern ?? '%', filter.catalog ?? ''])
  return rows.map(([schema, table]) => ({ catalog: null, schema: String(schema), table: String(table) }))
}
