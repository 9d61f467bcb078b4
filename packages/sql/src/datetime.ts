// Dates and times between text and numbers, by integer arithmetic on the proleptic Gregorian calendar: no `Date` per value.
import type { Instant } from './database.js'

export const MS_PER_DAY = 86_400_000

/** Days since 1970-01-01. `month` is 1 … 12; years before 1 count from 0 downwards. */
export function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

/** Year, month and day of a number of days since 1970-01-01. */
export function civilOf(days: number): readonly [year: number, month: number, day: number] {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1]
}

/** What a date, a time of day or both say in text. `offset` is in minutes east of UTC, null where none is written. */
export interface Wall {
  /** Milliseconds of the wall clock, the fraction included. */
  readonly ms: number
  /** The same in parts: days since 1970, milliseconds of the day. */
  readonly days: number
  readonly clock: number
  readonly nanos: number
  readonly offset: number | null
}

const WALL =
  /^([+-]?\d{1,7})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9})\d*)?)?)? ?(?:(Z|UTC)|([+-]\d{2})(?::?(\d{2}))?(?::(\d{2}))?)?( BC)?$/i
const TIME = /^(-?)(\d{1,3}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9})\d*)?)?$/

/** `2024-02-29`, `2024-02-29 13:14:15.123456`, with `T`, an offset or ` BC`; null when the text is no such thing. */
export function parseWall(text: string): Wall | null {
  const match = WALL.exec(text)
  if (match === null) return null
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(match[12] === undefined ? year : 1 - year, month))
    return null
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)]
  if (hour > 24 || minute > 59 || second > 60) return null
  const nanos = Number((match[7] ?? '').padEnd(9, '0'))
  const days = daysOf(match[12] === undefined ? year : 1 - year, month, day)
  const clock = (hour * 3600 + minute * 60 + second) * 1000 + Math.floor(nanos / 1_000_000)
  return { ms: days * MS_PER_DAY + clock, days, clock, nanos, offset: offsetOf(match) }
}

function offsetOf(match: RegExpExecArray): number | null {
  if (match[8] !== undefined) return 0
  if (match[9] === undefined) return null
  const minutes = Number(match[10] ?? 0) + Number(match[11] ?? 0) / 60
  return Number(match[9]) * 60 + (match[9].startsWith('-') ? -minutes : minutes)
}

function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

/** Two digits at a place of a text, or NaN. */
function two(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48
}

/**
 * Milliseconds of the wall clock of `YYYY-MM-DD hh:mm:ss[.f…]`, the form servers send; NaN for any other form,
 * which `parseWall` may know. Digits are trusted.
 */
export function fastWallMs(text: string): number {
  const { length } = text
  if (length < 19 || length > 29 || text.charCodeAt(4) !== 45 || text.charCodeAt(13) !== 58) return NaN
  let fraction = 0
  if (length > 19) {
    if (text.charCodeAt(19) !== 46) return NaN
    for (let i = 20; i < length; i++) {
      const digit = text.charCodeAt(i) - 48
      if (digit < 0 || digit > 9) return NaN
      if (i < 23) fraction = fraction * 10 + digit
    }
    if (length === 21) fraction *= 100
    else if (length === 22) fraction *= 10
  }
  const month = two(text, 5)
  const day = two(text, 8)
  if (month === 0 || day === 0) return NaN
  const days = daysOf(two(text, 0) * 100 + two(text, 2), month, day)
  return days * MS_PER_DAY + two(text, 11) * 3_600_000 + two(text, 14) * 60_000 + two(text, 17) * 1000 + fraction
}

/** Days of `YYYY-MM-DD`; NaN for any other form. */
export function fastDays(text: string): number {
  if (text.length !== 10 || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return NaN
  const month = two(text, 5)
  const day = two(text, 8)
  if (month === 0 || day === 0) return NaN
  return daysOf(two(text, 0) * 100 + two(text, 2), month, day)
}

/** Milliseconds of `hh:mm:ss[.f…]`, hours beyond 24 and a sign allowed; NaN when the text is no time. Digits beyond the third are cut. */
export function parseTimeMs(text: string): number {
  const match = TIME.exec(text)
  if (match === null) return NaN
  const fraction = Number((match[5] ?? '').padEnd(3, '0').slice(0, 3))
  const ms = (Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0)) * 1000 + fraction
  return match[1] === '-' && ms !== 0 ? -ms : ms
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'))

function pad2(n: number): string {
  return TWO_DIGITS[n] ?? String(n)
}

/** `2024-02-29`; years beyond four digits as they are, years before 1 as ISO writes them (`-0043-03-15`). */
export function formatDate(days: number): string {
  const [year, month, day] = civilOf(days)
  const text = year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0')
  return `${text}-${pad2(month)}-${pad2(day)}`
}

/** `13:14:15` with `digits` digits after the point. */
export function formatTime(ms: number, digits: number): string {
  const sign = ms < 0 ? '-' : ''
  const abs = Math.abs(ms)
  const seconds = Math.floor(abs / 1000)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const clock = `${sign}${pad2(hours)}:${pad2(minutes - hours * 60)}:${pad2(seconds - minutes * 60)}`
  return digits === 0 ? clock : `${clock}.${fractionText((abs % 1000) * 1_000_000, digits)}`
}

function fractionText(nanos: number, digits: number): string {
  if (digits === 3) return String(1000 + Math.floor(nanos / 1_000_000)).slice(1)
  return String(1_000_000_000 + nanos).slice(1, digits + 1)
}

/** Rows that come together are mostly of one day. */
let lastDay = NaN
let lastDayText = ''

/** `2024-02-29 13:14:15.123` of a wall clock, with `digits` digits after the point. */
export function formatWall(ms: number, nanos: number, digits: number): string {
  const days = Math.floor(ms / MS_PER_DAY)
  if (days !== lastDay) {
    lastDay = days
    lastDayText = formatDate(days)
  }
  const clock = formatTime(ms - days * MS_PER_DAY, 0)
  return digits === 0 ? `${lastDayText} ${clock}` : `${lastDayText} ${clock}.${fractionText(nanos, digits)}`
}

/** The whole fraction of the second in a number of milliseconds. */
export function nanosOf(ms: number): number {
  return (((ms % 1000) + 1000) % 1000) * 1_000_000
}

export function isInstant(value: unknown): value is Instant {
  return typeof value === 'object' && value !== null && 'nanos' in value && 'ms' in value
}

/** How many digits after the point the fraction needs. */
export function digitsNeeded(nanos: number): number {
  if (nanos === 0) return 0
  if (nanos % 1_000_000 === 0) return 3
  return nanos % 1000 === 0 ? 6 : 9
}
