// SQLite through better-sqlite3. Dates, times and decimals are kept as text, because its NUMERIC affinity rounds.
import { DATE, date, DECIMAL, scaleOf, TIME, time, TIMESTAMP, timestamp } from '@rowbridge/api'
import { deleteRow, insertRows, names, updateColumns, updateRow } from '../ansi.js'
import { oneByOne, type PlanColumn, type WritePlan } from '../bulk.js'
import { formatWall, MS_PER_DAY, nanosOf } from '../datetime.js'
import { defineDialect, type RawColumn, type Reader, type ReadSettings } from '../dialect.js'
import {
  BOOLEAN,
  BYTES,
  decimalOf,
  FLOAT64,
  INT64,
  narrow,
  readDate,
  readDecimal,
  readInstant,
  readTime,
  readTimestamp,
  STRING,
  unreadable,
} from '../types.js'
import { references, widen } from './sqlite/alter.js'
import { describe, tables } from './sqlite/catalogue.js'
import { commits, hasIndex, scans, tickMs } from './sqlite/commits.js'
import { classify } from './sqlite/errors.js'
import { connect, DIGEST_FUNCTION, INSTANT_FUNCTION } from './sqlite/session.js'

const MIXED = 'a value of another type: as what it is'
const MISMATCH = 'SQLite keeps any value in any column. Correct the row, or cast the column in a query.'

function integer(column: RawColumn): Reader {
  return (raw) => {
    if (typeof raw === 'bigint') return narrow(raw)
    if (typeof raw === 'number' && Number.isSafeInteger(raw)) return raw
    throw unreadable(column, raw, MISMATCH)
  }
}

function float(column: RawColumn): Reader {
  return (raw) => {
    if (typeof raw === 'number') return raw
    const number = Number(raw)
    if (typeof raw === 'bigint' && BigInt(number) === raw) return number
    throw unreadable(column, raw, MISMATCH)
  }
}

function text(column: RawColumn): Reader {
  return (raw) => {
    if (typeof raw === 'string') return raw
    if (raw instanceof Uint8Array) throw unreadable(column, raw, MISMATCH)
    return String(raw)
  }
}

function bytes(): Reader {
  return (raw) => (raw instanceof Uint8Array ? raw : Buffer.from(String(raw)))
}

function boolean(column: RawColumn): Reader {
  return (raw) => {
    const word = String(raw).toLowerCase()
    if (word === '1' || word === 'true') return true
    if (word === '0' || word === 'false') return false
    throw unreadable(column, raw, MISMATCH)
  }
}

/** A point in time that is kept as a number: an integer counts milliseconds since 1970, a real is a Julian day. */
function numberMs(raw: unknown): number | null {
  if (typeof raw === 'bigint') return Number(raw)
  return typeof raw === 'number' ? Math.round((raw - 2_440_587.5) * MS_PER_DAY) : null
}

function orText(read: Reader, ofMs: (ms: number) => number): Reader {
  return (raw) => {
    const ms = numberMs(raw)
    return ms === null ? read(raw) : ofMs(ms)
  }
}

function instant(column: RawColumn, { zone }: ReadSettings) {
  const read = readInstant(column, zone)
  return (raw: unknown) => {
    const ms = numberMs(raw)
    return ms === null ? read(raw) : { ms, nanos: nanosOf(ms) }
  }
}

function upsertRow(plan: WritePlan): string {
  const set = plan.others.map((column) => `${column.quoted} = excluded.${column.quoted}`).join(', ')
  const action = set === '' ? 'NOTHING' : `UPDATE SET ${set}${isNewer(plan.version)}`
  return `${insertRows(plan, 1)} ON CONFLICT (${names(plan.keys)}) DO ${action}`
}

function isNewer(version: PlanColumn | null): string {
  return version === null ? '' : ` WHERE ${version.quoted} IS NULL OR ${version.quoted} <= excluded.${version.quoted}`
}

function ignoreRow(plan: WritePlan): string {
  const target = plan.keys.length === 0 ? '' : ` (${names(plan.keys)})`
  return `${insertRows(plan, 1)} ON CONFLICT${target} DO NOTHING`
}

export default defineDialect({
  quote: '"`',
  qualifier: 'schema',
  phrases: 'better-sqlite3',
  addsManyColumns: false,
  begin: 'BEGIN IMMEDIATE',
  clock: "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now') AS now",
  where: "SELECT NULL, 'main'",
  reads: {
    integer: { schema: INT64, otherwise: MIXED, read: integer, instant },
    boolean: { schema: BOOLEAN, otherwise: MIXED, read: boolean },
    float: { schema: FLOAT64, otherwise: MIXED, read: float },
    decimal: { schema: decimalOf, otherwise: MIXED, read: (column) => readDecimal(column, decimalOf(column)) },
    text: { schema: STRING, otherwise: MIXED, read: text, instant },
    bytes: { schema: BYTES, read: bytes },
    date: {
      schema: date(),
      otherwise: MIXED,
      read: (column, settings) => orText(readDate(column, settings), (ms) => Math.floor(ms / MS_PER_DAY)),
    },
    time: {
      schema: time(),
      otherwise: MIXED,
      read: (column, { zone }) => orText(readTime(column, zone), (ms) => ((ms % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY),
    },
    timestamp: {
      schema: timestamp(),
      otherwise: MIXED,
      read: (column, settings) => orText(readTimestamp(column, settings), (ms) => ms),
      instant,
    },
    other: { schema: STRING, otherwise: MIXED, read: text, instant },
  },
  writes: {
    int8: { ddl: 'INTEGER' },
    int16: { ddl: 'INTEGER' },
    int32: { ddl: 'INTEGER' },
    int64: { ddl: 'INTEGER' },
    float32: { ddl: 'REAL' },
    float64: { ddl: 'REAL' },
    boolean: { ddl: 'BOOLEAN' },
    string: { ddl: 'TEXT' },
    bytes: { ddl: 'BLOB' },
    struct: { ddl: 'TEXT' },
    map: { ddl: 'TEXT' },
    array: { ddl: 'TEXT' },
    [DECIMAL]: { ddl: (schema) => `DECIMAL_TEXT(${scaleOf(schema) ?? 0})` },
    [DATE]: { ddl: 'DATE' },
    [TIME]: { ddl: 'TIME' },
    [TIMESTAMP]: { ddl: 'TIMESTAMP' },
  },
  literals: { [DECIMAL]: (value) => `'${String(value)}'` },
  digest: (expression, salt) => `${DIGEST_FUNCTION}(${expression},'${salt}')`,
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
  bulk: (plan, session) => {
    switch (plan.mode) {
      case 'insert':
        return oneByOne(session, plan.columns, insertRows(plan, 1))
      case 'upsert':
        return oneByOne(session, plan.columns, upsertRow(plan))
      case 'update':
        return oneByOne(session, updateColumns(plan), updateRow(plan))
      case 'ignore':
        return oneByOne(session, plan.columns, ignoreRow(plan))
      case 'delete':
        return oneByOne(session, plan.keys, deleteRow(plan))
    }
  },
  instantExpression: (expression) => `${INSTANT_FUNCTION}(${expression})`,
  criterion: (point) => formatWall(point.ms, point.nanos, 9),
})
