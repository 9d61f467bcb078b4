// PostgreSQL through pg. Everything travels as text; rows are written as one array per column.
import { DATE, date, DECIMAL, decimal, TIME, time, TIMESTAMP, timestamp, type Schema } from '@rowbridge/api'
import { literal, textLiteral } from '../ansi.js'
import { legacyMs } from '../calendar.js'
import { digitsNeeded, fastWallMs, formatWall, MS_PER_DAY, parseTimeMs } from '../datetime.js'
import {
  defineDialect,
  type RawColumn,
  type Reader,
  type ReadSettings,
  type ReadType,
  type WriteType,
} from '../dialect.js'
import { INFINITE, MINUS_INFINITE } from '../infinite.js'
import { Misfit } from '../misfit.js'
import {
  BOOLEAN,
  BYTES,
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  integerOf,
  numericOf,
  readDate,
  readDecimal,
  readInstant,
  readTimestamp,
  STRING,
  TIME_TYPE,
  unreadable,
} from '../types.js'
import { references, widen } from './postgresql/alter.js'
import { columnArrays } from './postgresql/bulk.js'
import { describe, tables } from './postgresql/catalogue.js'
import { commits, hasIndex, scans, tickMs } from './postgresql/commits.js'
import { classify } from './postgresql/errors.js'
import { connect } from './postgresql/session.js'

const toNumber = (): Reader => Number
const string: ReadType = { schema: STRING }

function bytea(): Reader {
  return (raw) => Buffer.from((raw as string).slice(2), 'hex')
}

const MONEY = decimal(2, { precision: 19 })

/** A double, as the Java driver has it, as long as that keeps every cent. */
function money(column: RawColumn): Reader {
  const read = amount(column)
  return (raw) => {
    const exact = read(raw)
    const double = Number(exact)
    if (Math.abs(double) < CENTS_OF_A_DOUBLE) return double
    throw new Misfit(
      column,
      raw,
      { schema: MONEY, value: exact },
      'Read it by a query that casts the column to numeric.',
    )
  }
}

/** Below it, no two amounts have the same double. */
const CENTS_OF_A_DOUBLE = 2 ** 46

/** Money as its text says, whatever signs the server's locale puts into it. */
function amount(column: RawColumn): (raw: unknown) => string {
  return (raw) => {
    const [, whole = '', fraction = ''] = /^(.*?)(?:[.,](\d{1,2})\D*)?$/.exec(String(raw)) ?? []
    const digits = whole.replace(/\D/g, '')
    if (digits === '') throw unreadable(column, raw, 'Read it by a query that casts the column to numeric.')
    return `${/^\(|-/.test(whole) ? '-' : ''}${digits}.${fraction.padEnd(2, '0')}`
  }
}

/** `13:14:15+02` as the time of day in UTC. */
function timeWithZone(column: RawColumn): Reader {
  return (raw) => {
    const match = /^(.*?)([+-])(\d{2})(?::(\d{2}))?(?::(\d{2}))?$/.exec(raw as string)
    const ms = match === null ? NaN : parseTimeMs(match[1] ?? '')
    if (match === null || Number.isNaN(ms)) throw unreadable(column, raw, 'Cast the column to time.')
    const offset = Number(match[3]) * 3600 + Number(match[4] ?? 0) * 60 + Number(match[5] ?? 0)
    const utc = ms - (match[2] === '-' ? -offset : offset) * 1000
    return ((utc % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY
  }
}

function point(column: RawColumn, settings: ReadSettings): Reader {
  const read = readTimestamp(column, settings)
  return (raw) => {
    const text = raw as string
    const ms = text.endsWith('+00') ? fastWallMs(text.slice(0, -3)) : NaN
    if (!Number.isNaN(ms)) return settings.isLegacyCalendar ? legacyMs(ms) : ms
    if (text === 'infinity') return INFINITE
    return text === '-infinity' ? MINUS_INFINITE : read(text)
  }
}

const FAR_MS = 8.64e15

function instant(column: RawColumn, { zone }: ReadSettings) {
  const read = readInstant(column, zone)
  return (raw: unknown) => {
    if (raw === 'infinity') return { ms: FAR_MS, nanos: 0 }
    return raw === '-infinity' ? { ms: -FAR_MS, nanos: 0 } : read(raw)
  }
}

const timestampType: ReadType = {
  schema: timestamp(),
  otherwise: 'the infinities: 9223372036825200000 and -9223372036832400000',
  read: point,
  instant,
}
const numeric: ReadType = {
  schema: numericOf,
  otherwise: 'NaN, the infinities, more than 127 digits after the point: string',
  read: (column, settings) => readDecimal(column, numericOf(column, settings)),
}

function bitSchema({ type, precision }: RawColumn): Schema {
  return type === 'bit' && precision === 1 ? BOOLEAN : STRING
}

const writes: Readonly<Record<string, WriteType>> = {
  int8: { ddl: 'SMALLINT' },
  int16: { ddl: 'SMALLINT' },
  int32: { ddl: 'INT' },
  int64: { ddl: 'BIGINT' },
  float32: { ddl: 'REAL' },
  float64: { ddl: 'DOUBLE PRECISION' },
  boolean: { ddl: 'BOOLEAN' },
  string: { ddl: 'TEXT' },
  bytes: { ddl: 'BYTEA' },
  struct: { ddl: 'JSONB' },
  map: { ddl: 'JSONB' },
  [DECIMAL]: { ddl: 'DECIMAL' },
  [DATE]: { ddl: 'DATE' },
  [TIME]: { ddl: 'TIME' },
  [TIMESTAMP]: { ddl: 'TIMESTAMP' },
}

/** `TEXT[]` and the like; nested arrays have the type of their elements. */
function arrayDdl(schema: Schema): string {
  let element = schema.valueSchema
  while (element !== null && element.type === 'array') element = element.valueSchema
  if (element === null || element.type === 'struct' || element.type === 'map') return 'JSONB'
  const type = writes[element.name ?? ''] ?? writes[element.type]
  return `${typeof type?.ddl === 'string' ? type.ddl : 'TEXT'}[]`
}

function arrayLiteral(value: unknown): string {
  if (!Array.isArray(value)) return 'NULL'
  const items = value.map((item: unknown) => {
    if (item === null) return 'NULL'
    return typeof item === 'string' ? textLiteral(item) : literal(STRING, item, null)
  })
  return `ARRAY[${items.join(',')}]`
}

function two(n: number): string {
  return String(Math.floor(n)).padStart(2, '0')
}

export default defineDialect({
  quote: '"',
  nameBytes: 63,
  qualifier: 'schema',
  timeoutUnitMs: 1000,
  phrases: 'pg',
  clock: 'SELECT CURRENT_TIMESTAMP AS now',
  where: 'SELECT current_database()::text, current_schema()::text',
  reads: {
    bool: { schema: BOOLEAN, read: () => (raw) => raw === 't' },
    int2: { schema: INT16, read: toNumber },
    int4: { schema: INT32, read: toNumber },
    int8: { schema: INT64, read: () => (raw) => integerOf(raw as string) },
    oid: { schema: INT64, read: toNumber },
    float4: { schema: FLOAT32, read: toNumber },
    float8: { schema: FLOAT64, read: toNumber },
    numeric,
    money: { schema: FLOAT64, otherwise: 'what a double rounds: Decimal of scale 2', read: money },
    text: string,
    varchar: string,
    bpchar: string,
    char: string,
    name: string,
    json: string,
    jsonb: string,
    uuid: string,
    xml: string,
    bytea: { schema: BYTES, read: bytea },
    bit: { schema: bitSchema, read: (column) => (bitSchema(column) === BOOLEAN ? (raw) => raw === '1' : null) },
    varbit: string,
    date: { schema: date(), otherwise: 'the infinities: string', read: readDate },
    time: TIME_TYPE,
    timetz: { schema: time(), read: timeWithZone },
    timestamp: timestampType,
    timestamptz: timestampType,
    other: string,
  },
  writes: { ...writes, array: { ddl: arrayDdl } },
  literals: {
    boolean: (value) => (value === true ? 'TRUE' : 'FALSE'),
    bytes: (value) => `'\\x${Buffer.from(value as Uint8Array).toString('hex')}'`,
    array: arrayLiteral,
  },
  digest: (expression, salt, isBytes) => {
    const bytes = isBytes ? expression : `convert_to(${expression}::text,'UTF8')`
    return `encode(sha256(${salt === '' ? bytes : `decode('${salt}','hex') || ${bytes}`}),'hex')`
  },
  isolate: (level) => `SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL ${level}`,
  connect,
  commits,
  hasIndex,
  scans,
  tickMs,
  widen,
  references,
  tables,
  describe,
  classify,
  bulk: (plan, session) => columnArrays(plan, session),
  fold: (name) => name.toLowerCase(),
  criterion: (moment, zone) => {
    const ms = zone === null ? moment.ms : zone.toWall(moment.ms)
    const offset = (ms - moment.ms) / 60_000
    const sign = offset < 0 ? '-' : '+'
    const shown = `${sign}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`
    return `${formatWall(ms, moment.nanos, digitsNeeded(moment.nanos))}${shown}`
  },
})
