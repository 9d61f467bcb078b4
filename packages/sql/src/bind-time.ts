// Binds dates, times and timestamps as text in ISO form: wall clocks in the zone of the connection, instants with an offset.
import { refuse, type BoundColumn } from './bind-errors.js'
import type { Binder, SourceKind } from './bind-whole.js'
import { INFINITE, MINUS_INFINITE } from './infinite.js'
import {
  civilOf,
  formatDate,
  formatTime,
  formatWall,
  isInstant,
  MS_PER_DAY,
  nanosOf,
  parseTimeMs,
  parseWall,
} from './datetime.js'
import { isoDays, isoMs } from './calendar.js'
import type { TimeSettings } from './dialect.js'
import type { Zone } from './zone.js'

const FIRST_DAY_OF_YEAR_1 = -719_162

function two(n: number): string {
  return String(n).padStart(2, '0')
}

/** A date's text; years before 1 as `0044-03-15 BC`, where they are not counted on from 0. */
function dateText(days: number, hasYearZero: boolean): string {
  if (days >= FIRST_DAY_OF_YEAR_1 || hasYearZero) return formatDate(days)
  const [year, month, day] = civilOf(days)
  return `${String(1 - year).padStart(4, '0')}-${two(month)}-${two(day)} BC`
}

export function bindDate(column: BoundColumn, kind: SourceKind, times: TimeSettings): Binder {
  const { isLegacyCalendar } = times
  const { specialWords, hasYearZero = false } = column.target
  return (value) => {
    if (kind === 'date') return dateText(isLegacyCalendar ? isoDays(value as number) : (value as number), hasYearZero)
    if (kind === 'text' && specialWords?.test(value as string) === true) return value as string
    const wall = kind === 'timestamp' || kind === 'text' ? wallOf(kind, value, times) : null
    if (wall === null) throw refuse(column, value, 'is no date')
    if (wall.ms % MS_PER_DAY !== 0 || wall.nanos !== 0)
      throw refuse(column, value, 'has a time of day, which the column would lose')
    return dateText(wall.ms / MS_PER_DAY, hasYearZero)
  }
}

/** The first of January, as the year. */
export function bindYear(column: BoundColumn, { isLegacyCalendar }: TimeSettings): Binder {
  return (value) => {
    const [year, month, day] = civilOf(isLegacyCalendar ? isoDays(value as number) : (value as number))
    if (month !== 1 || day !== 1) throw refuse(column, value, 'is not the first day of a year')
    return year
  }
}

export function bindTime(column: BoundColumn, kind: SourceKind, zone: Zone | null): Binder {
  const fraction = column.target.kind === 'time' ? (column.target.fraction ?? 3) : 3
  return (value) => {
    const exact = kind === 'text' ? EXACT_TIME.exec(value as string) : null
    if (exact !== null && (exact[2] ?? '').length <= (column.target.fraction ?? 6)) return `${exact[1]}.${exact[2]}`
    const ms = exact === null ? timeOf(kind, value, zone) : NaN
    if (Number.isNaN(ms))
      throw refuse(column, value, exact === null ? 'is no time of day' : 'has more digits than the column')
    if (fraction < 3 && ms % 10 ** (3 - fraction) !== 0) {
      throw refuse(
        column,
        value,
        `has more than ${fraction} digits after the second`,
        'Give the column more digits: time(3).',
      )
    }
    return formatTime(ms, ms % 1000 === 0 ? 0 : Math.min(3, fraction))
  }
}

/** A time of day in text with more than milliseconds, zeros at its end aside. */
const EXACT_TIME = /^(-?\d{1,3}:\d{2}:\d{2})\.(\d{3}\d*[1-9])0*$/

function timeOf(kind: SourceKind, value: unknown, zone: Zone | null): number {
  if (kind === 'time') {
    const ms = Number(value)
    if (zone === null || ms < 0 || ms >= MS_PER_DAY) return ms
    return ((zone.toWall(ms) % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY
  }
  if (kind === 'text') return parseTimeMs(value as string)
  if (kind !== 'timestamp') return NaN
  const wall = wallOf(kind, value, { zone, isLegacyCalendar: false })
  return wall !== null && wall.ms >= 0 && wall.ms < MS_PER_DAY && wall.nanos % 1_000_000 === 0 ? wall.ms : NaN
}

interface Clock {
  readonly ms: number
  readonly nanos: number
}

/** The wall clock in the zone; null when the value means no point in time. */
function wallOf(kind: SourceKind, value: unknown, { zone, isLegacyCalendar }: TimeSettings): Clock | null {
  if (kind === 'text') {
    const wall = parseWall(value as string)
    if (wall === null || wall.offset === null) return wall
    const utc = wall.ms - wall.offset * 60_000
    return { ms: zone === null ? utc : zone.toWall(utc), nanos: wall.nanos }
  }
  if (kind === 'date') return { ms: (isLegacyCalendar ? isoDays(Number(value)) : Number(value)) * MS_PER_DAY, nanos: 0 }
  const instant = isInstant(value) ? value : instantOf(value)
  if (instant === null) return null
  const own = zone === null ? instant.ms : zone.toWall(instant.ms)
  return { ms: isLegacyCalendar ? isoMs(own) : own, nanos: instant.nanos }
}

/** Far from today only whole seconds are safe as a number. */
function instantOf(value: unknown): Clock | null {
  if (typeof value === 'number') return { ms: value, nanos: nanosOf(value) }
  if (typeof value !== 'bigint') return null
  const fraction = ((value % 1000n) + 1000n) % 1000n
  return { ms: Number(value - fraction), nanos: Number(fraction) * 1_000_000 }
}

/** Digits to write: none, or 3, 6, 9, as far as the column takes them. */
function digitsFor(nanos: number, fraction: number): number {
  if (nanos === 0) return 0
  if (nanos % 1_000_000 === 0) return Math.min(3, fraction)
  return Math.min(nanos % 1000 === 0 ? 6 : 9, fraction)
}

export function bindTimestamp(column: BoundColumn, kind: SourceKind, times: TimeSettings): Binder {
  const fraction = column.target.kind === 'timestamp' ? (column.target.fraction ?? 9) : 9
  const step = 10 ** (9 - fraction)
  const isZoned = column.target.isZoned === true
  const clock = isZoned ? { ...times, zone: null } : times
  const { specialWords, hasYearZero = false } = column.target
  return (value) => {
    if (value === INFINITE) return 'infinity'
    if (value === MINUS_INFINITE) return '-infinity'
    if (kind === 'text' && specialWords?.test(value as string) === true) return value as string
    const wall = kind === 'timestamp' || kind === 'text' || kind === 'date' ? wallOf(kind, value, clock) : null
    if (wall === null)
      throw refuse(column, value, 'is no timestamp', 'Name the field in timestamp.fields.list if it counts from 1970.')
    if (wall.nanos % step !== 0) {
      throw refuse(
        column,
        value,
        `has more than ${fraction} digits after the second`,
        'Give the column more digits after the second.',
      )
    }
    const digits = digitsFor(wall.nanos, fraction)
    return hasYearZero ? formatWall(wall.ms, wall.nanos, digits) : isoText(wall, digits, isZoned)
  }
}

function isoText({ ms, nanos }: Clock, digits: number, isZoned: boolean): string {
  const offset = isZoned ? '+00' : ''
  const days = Math.floor(ms / MS_PER_DAY)
  if (days >= FIRST_DAY_OF_YEAR_1) return `${formatWall(ms, nanos, digits)}${offset}`
  const clock = formatWall(ms - days * MS_PER_DAY, nanos, digits).slice(11)
  return `${dateText(days, false).slice(0, -3)} ${clock}${offset} BC`
}
