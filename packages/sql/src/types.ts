// The schemas and readers that dialects share in their tables of types.
import { date, decimal, primitive, time, timestamp, type PrimitiveType, type Schema } from '@rowbridge/api'
import { legacyDays, legacyMs } from './calendar.js'
import type { Instant } from './database.js'
import { fastDays, fastWallMs, MS_PER_DAY, nanosOf, parseTimeMs, parseWall, type Wall } from './datetime.js'
import { plainDecimal, rescale } from './decimal.js'
import type { RawColumn, Reader, ReadSettings, ReadType, TimeSettings } from './dialect.js'
import { asItIs, Misfit } from './misfit.js'
import type { Zone } from './zone.js'

export const INT8 = primitive('int8')
export const INT16 = primitive('int16')
export const INT32 = primitive('int32')
export const INT64 = primitive('int64')
export const FLOAT32 = primitive('float32')
export const FLOAT64 = primitive('float64')
export const BOOLEAN = primitive('boolean')
export const STRING = primitive('string')
export const BYTES = primitive('bytes')

/** Digits after the point of a decimal whose column bounds them not. */
export const UNBOUNDED_SCALE = 127

/** A type whose values the driver hands over as they are to be. */
export function asIs(type: PrimitiveType): ReadType {
  return { schema: primitive(type) }
}

/** What a reader throws where the value is to be carried as it is. */
export function unreadable(column: RawColumn, raw: unknown, hint: string): Misfit {
  return new Misfit(column, raw, asItIs(raw), hint)
}

/** A bigint as a number while it is safe. */
export function narrow(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

/** An integer's text as a number while it is safe. */
export function integerOf(text: string): number | bigint {
  return text.length < 16 ? Number(text) : narrow(BigInt(text))
}

/** Schema of a decimal column: a scale below 0 is written out, so that no digits are left to guess. */
export function decimalOf(column: RawColumn): Schema {
  const { precision, scale } = sizeOf(column)
  return decimal(scale ?? UNBOUNDED_SCALE, { precision: precision ?? 0 })
}

function sizeOf(column: RawColumn): { readonly precision: number | null; readonly scale: number | null } {
  const { precision, scale } = column
  return scale !== null && scale < 0 && precision !== null
    ? { precision: precision - scale, scale: 0 }
    : { precision, scale }
}

/** Schema of a decimal column under the setting that may make it a plain number. */
export function numericOf(column: RawColumn, { numericMapping: mapping }: ReadSettings): Schema {
  const { precision, scale } = sizeOf(column)
  if (mapping === 'none' || precision === null || scale === null) return decimalOf(column)
  if (scale === 0) return precision <= 18 ? integerSchema(precision) : decimalOf(column)
  if (mapping === 'best_fit_eager_double') return FLOAT64
  return mapping === 'best_fit' && precision <= 18 ? FLOAT64 : decimalOf(column)
}

function integerSchema(precision: number): Schema {
  if (precision > 9) return INT64
  if (precision > 4) return INT32
  return precision > 2 ? INT16 : INT8
}

/** Reads a decimal's text, or a number's, into what its schema says. */
export function readDecimal(column: RawColumn, schema: Schema): Reader {
  if (schema.type === 'float64') return Number
  if (schema.type !== 'bytes') return (raw) => wholeNumber(column, raw)
  const scale = Number(schema.parameters?.['scale'])
  const tail = scale === 0 ? null : scale
  return (raw) => {
    const text = String(raw)
    // Zeros that only fill a column's width are taken away below.
    const isBare = text.charCodeAt(0) !== 48 || text.length === scale + 2
    if (tail !== null && isBare && text.charCodeAt(text.length - tail - 1) === 46) return text
    const plain = plainDecimal(text)
    const scaled = plain === null ? null : rescale(plain, scale)
    if (scaled !== null) return scaled
    throw unreadable(
      column,
      raw,
      `A Decimal of scale ${scale} cannot hold it. Leave the row out by a query, or cast the column.`,
    )
  }
}

function wholeNumber(column: RawColumn, raw: unknown): number | bigint {
  const text = String(raw)
  const whole = /^-?\d+$/.test(text) ? integerOf(text) : NaN
  if (Number.isNaN(whole)) throw unreadable(column, raw, 'Leave the row out by a query, or cast the column to text.')
  return whole
}

const POINT_HINT = 'Leave the row out by a query, or cast the column to text.'

function wallOf(column: RawColumn, raw: unknown): Wall {
  const wall = parseWall(String(raw))
  if (wall !== null) return wall
  throw unreadable(column, raw, POINT_HINT)
}

function toUtcMs(wall: Wall, ms: number, zone: Zone | null): number {
  if (wall.offset !== null) return ms - wall.offset * 60_000
  return zone === null ? ms : zone.toUtc(ms)
}

/** Text of a date as days. */
export function readDate(column: RawColumn, { isLegacyCalendar }: TimeSettings): Reader {
  const read = (raw: unknown): number => {
    const days = fastDays(raw as string)
    return Number.isNaN(days) ? Math.floor(wallOf(column, raw).ms / MS_PER_DAY) : days
  }
  return isLegacyCalendar ? (raw) => legacyDays(read(raw)) : read
}

/** Text of a timestamp as milliseconds, the wall clock read in `zone`. */
export function readTimestamp(column: RawColumn, { zone, isLegacyCalendar }: TimeSettings): Reader {
  return (raw) => {
    const ms = fastWallMs(raw as string)
    if (Number.isNaN(ms)) return longTimestamp(wallOf(column, raw), zone, isLegacyCalendar)
    const own = isLegacyCalendar ? legacyMs(ms) : ms
    return zone === null ? own : zone.toUtc(own)
  }
}

/** Far from today the milliseconds are beyond what a number counts by one. */
function longTimestamp(wall: Wall, zone: Zone | null, isLegacyCalendar: boolean): number | bigint {
  const own = isLegacyCalendar ? legacyMs(wall.ms) : wall.ms
  const ms = toUtcMs(wall, own, zone)
  if (Number.isSafeInteger(ms)) return ms
  return BigInt(wall.days) * BigInt(MS_PER_DAY) + BigInt(wall.clock) + BigInt(ms - own)
}

export function readInstant(column: RawColumn, zone: Zone | null): (raw: unknown) => Instant {
  return (raw) => {
    const wall = wallOf(column, raw)
    const ms = toUtcMs(wall, wall.ms, zone)
    return { ms, nanos: nanosOf(ms) + (wall.nanos % 1_000_000) }
  }
}

/** Text of a time of day as milliseconds; under a zone, of the day 1970-01-01 there, kept within the day. */
export function readTime(column: RawColumn, zone: Zone | null): Reader {
  return (raw) => {
    const ms = parseTimeMs(raw as string)
    if (!(ms >= 0 && ms <= MS_PER_DAY)) throw unreadable(column, raw, 'A Time is within one day.')
    if (zone === null || ms === MS_PER_DAY) return ms
    return ((zone.toUtc(ms) % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY
  }
}

/** The types of date and time whose raw values are text in ISO form. */
const NO_DAY = 'dates without a month or a day: string'
export const DATE_TYPE: ReadType = { schema: date(), otherwise: NO_DAY, read: readDate }
export const TIME_TYPE: ReadType = {
  schema: time(),
  otherwise: 'what is negative or longer than a day: string',
  read: (column, { zone }) => readTime(column, zone),
}
export const TIMESTAMP_TYPE: ReadType = {
  schema: timestamp(),
  otherwise: NO_DAY,
  read: readTimestamp,
  instant: (column, { zone }) => readInstant(column, zone),
}
