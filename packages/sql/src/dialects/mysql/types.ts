// What MySQL and MariaDB keep, and what is created there.
import { DATE, date, DECIMAL, decimal, scaleOf, TIME, TIMESTAMP, type Schema } from '@rowbridge/api'
import { TIMESTAMP_DIGITS } from '../../database.js'
import { legacyDays } from '../../calendar.js'
import { daysOf } from '../../datetime.js'
import type { RawColumn, Reader, ReadSettings, ReadType, WriteType } from '../../dialect.js'
import { Misfit } from '../../misfit.js'
import {
  asIs,
  BOOLEAN,
  BYTES,
  DATE_TYPE,
  decimalOf,
  FLOAT32,
  FLOAT64,
  INT16,
  INT64,
  INT8,
  integerOf,
  narrow,
  readDecimal,
  STRING,
  TIME_TYPE,
  TIMESTAMP_TYPE,
} from '../../types.js'

function bigint(): Reader {
  return (raw) => (typeof raw === 'bigint' ? narrow(raw) : integerOf(String(raw)))
}

const BEYOND = 9223372036854775807n
const UNSIGNED_BIGINT = decimal(0, { precision: 20 })

function isDecimal({ params }: ReadSettings): boolean {
  return params['unsignedBigintAsDecimal'] === 'true'
}

function unsignedBigint(column: RawColumn, settings: ReadSettings): Reader {
  if (isDecimal(settings)) return String
  return (raw) => {
    const value = typeof raw === 'bigint' ? narrow(raw) : integerOf(String(raw))
    if (typeof value === 'number' || value <= BEYOND) return value
    const hint = 'Set connection.unsignedBigintAsDecimal to true to have all of them as Decimal.'
    throw new Misfit(column, raw, { schema: UNSIGNED_BIGINT, value: String(raw) }, hint)
  }
}

function year({ isLegacyCalendar }: ReadSettings): Reader {
  return (raw) => {
    const days = daysOf(Number(raw), 1, 1)
    return isLegacyCalendar ? legacyDays(days) : days
  }
}

/** The shortest number that is the same single: 0.1 for 0.10000000149011612. */
export function shortSingle(raw: unknown): number {
  const single = Math.fround(Number(raw))
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(single.toPrecision(digits))
    if (Math.fround(short) === single) return short
  }
  return Number(single.toPrecision(9))
}

function bitNumber(raw: unknown): number {
  const bytes = raw as Uint8Array
  return bytes[bytes.length - 1] ?? 0
}

function text(): Reader {
  return (raw) => (typeof raw === 'string' ? raw : Array.isArray(raw) ? raw.join(',') : String(raw))
}

/** Zero dates go as the text they are, unless the URL says that they are null or the first day of year 1. */
function zeroDates(type: ReadType): ReadType {
  const { read } = type
  if (read === undefined) return type
  return {
    ...type,
    read: (column, settings) => {
      const inner = read(column, settings)
      const first = roundsZeroDates(settings.params) ? FIRST_DAY : null
      if (inner === null || (first === null && !nullsZeroDates(settings.params))) return inner
      return (raw) => {
        const text = String(raw)
        if (!text.startsWith(ZERO_DAY)) return inner(raw)
        return first === null ? null : inner(`${first}${text.slice(ZERO_DAY.length)}`)
      }
    },
  }
}

const ZERO_DAY = '0000-00-00'
const FIRST_DAY = '0001-01-01'

function roundsZeroDates(params: Readonly<Record<string, string>>): boolean {
  return /^round$/i.test(params['zeroDateTimeBehavior'] ?? '')
}

export function nullsZeroDates(params: Readonly<Record<string, string>>): boolean {
  return /^convert_?to_?null$/i.test(params['zeroDateTimeBehavior'] ?? '')
}

function flagSchema(isBoolean: boolean): Schema {
  return isBoolean ? BOOLEAN : INT8
}

function isYearDate({ params }: ReadSettings): boolean {
  return params['yearIsDateType'] !== 'false'
}

/** The booleans that one driver of the Java pair makes of one-bit columns, and the other of none. */
export function readsOf(isBoolean: (settings: ReadSettings) => boolean): Readonly<Record<string, ReadType>> {
  const oneBit = (settings: ReadSettings): boolean =>
    settings.params['tinyInt1isBit'] !== 'false' && isBoolean(settings)
  return {
    tinyint: asIs('int8'),
    'tinyint unsigned': asIs('int16'),
    'tinyint(1)': {
      schema: (_column, settings) => flagSchema(oneBit(settings)),
      read: (_column, settings) => (oneBit(settings) ? (raw) => raw !== 0 : null),
    },
    smallint: asIs('int16'),
    'smallint unsigned': asIs('int32'),
    mediumint: asIs('int32'),
    'mediumint unsigned': asIs('int64'),
    int: asIs('int32'),
    'int unsigned': asIs('int64'),
    bigint: { schema: INT64, read: bigint },
    'bigint unsigned': {
      schema: (_column, settings) => (isDecimal(settings) ? UNSIGNED_BIGINT : INT64),
      otherwise: 'beyond 9223372036854775807: Decimal of scale 0',
      read: unsignedBigint,
    },
    'bit(1)': {
      schema: (_column, settings) => flagSchema(isBoolean(settings)),
      read: (_column, settings) => (isBoolean(settings) ? (raw) => bitNumber(raw) !== 0 : bitNumber),
    },
    'bit(8)': {
      schema: (_column, settings) => (isBoolean(settings) ? INT8 : BYTES),
      read: (_column, settings) => (isBoolean(settings) ? (raw) => (bitNumber(raw) << 24) >> 24 : null),
    },
    bit: asIs('bytes'),
    decimal: { schema: decimalOf, read: (column) => readDecimal(column, decimalOf(column)) },
    float: { schema: FLOAT32, read: () => shortSingle },
    double: { schema: FLOAT64 },
    text: { schema: STRING, read: text },
    json: asIs('string'),
    bytes: asIs('bytes'),
    geometry: asIs('bytes'),
    date: zeroDates(DATE_TYPE),
    time: TIME_TYPE,
    datetime: zeroDates(TIMESTAMP_TYPE),
    timestamp: zeroDates(TIMESTAMP_TYPE),
    year: {
      schema: (_column, settings) => (isYearDate(settings) ? date() : INT16),
      read: (_column, settings) => (isYearDate(settings) ? year(settings) : null),
    },
    other: { schema: STRING, read: text },
  }
}

/** Bytes that an index may hold in one key. */
const KEY_BYTES = 3072
/** Digits after the point of a DECIMAL on every server. */
const MOST_SCALE = 30
const TEXT = 'LONGTEXT CHARACTER SET utf8mb4'

/** Compared by code points: two keys that differ in case are two rows. */
function keyText(keys: number): string {
  return `VARCHAR(${Math.floor(KEY_BYTES / 4 / keys)}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`
}

function isLong(schema: Schema): boolean {
  return (scaleOf(schema) ?? 0) > MOST_SCALE
}

function decimalDdl(schema: Schema): string {
  return isLong(schema) ? TEXT : `DECIMAL(65,${Math.max(0, scaleOf(schema) ?? 0)})`
}

export const writes: Readonly<Record<string, WriteType>> = {
  int8: { ddl: 'TINYINT' },
  int16: { ddl: 'SMALLINT' },
  int32: { ddl: 'INT' },
  int64: { ddl: 'BIGINT' },
  float32: { ddl: 'FLOAT' },
  float64: { ddl: 'DOUBLE' },
  boolean: { ddl: 'TINYINT' },
  string: { ddl: TEXT, key: (_schema, keys) => keyText(keys) },
  bytes: { ddl: 'LONGBLOB', key: (_schema, keys) => `VARBINARY(${Math.floor(KEY_BYTES / keys)})` },
  [DECIMAL]: { ddl: decimalDdl, key: (schema, keys) => (isLong(schema) ? keyText(keys) : decimalDdl(schema)) },
  struct: { ddl: 'JSON' },
  map: { ddl: 'JSON' },
  array: { ddl: 'JSON' },
  [DATE]: { ddl: 'DATE' },
  [TIME]: { ddl: 'TIME(3)' },
  [TIMESTAMP]: { ddl: (schema) => `DATETIME(${Math.min(6, Number(schema.parameters?.[TIMESTAMP_DIGITS] ?? 3))})` },
}

/** Text as a literal: the backslash escapes. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

/** In parentheses: long texts and byte strings take a default only as an expression. */
export const literals = {
  string: (value: unknown): string => `(${quoted(String(value))})`,
  bytes: (value: unknown): string => `(x'${Buffer.from(value as Uint8Array).toString('hex')}')`,
} as const
