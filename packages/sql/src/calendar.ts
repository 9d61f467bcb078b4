// The calendar of Java's dates, which Kafka Connect's JDBC pair counts days by: Julian before 1582-10-15, Gregorian from then on.
// A date keeps its year, month and day; only the number that stands for it differs from the ISO one.
import { civilOf, daysOf, MS_PER_DAY } from './datetime.js'

/** 1582-10-15, the first Gregorian day. */
const SWITCH_DAY = -141_427
export const SWITCH_MS = SWITCH_DAY * MS_PER_DAY

/** Days since 1970-01-01 of a date of the Julian calendar. */
function julianDaysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const cycle = Math.floor(y / 4)
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return cycle * 1461 + (y - cycle * 4) * 365 + dayOfYear - 719_470
}

/** Year, month and day in the Julian calendar. */
function julianOf(days: number): readonly [year: number, month: number, day: number] {
  const z = days + 719_470
  const cycle = Math.floor(z / 1461)
  const dayOfCycle = z - cycle * 1461
  const yearOfCycle = Math.min(3, Math.floor(dayOfCycle / 365))
  const dayOfYear = dayOfCycle - yearOfCycle * 365
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return [cycle * 4 + yearOfCycle + (month <= 2 ? 1 : 0), month, dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1]
}

/** Days by the Java calendar of a date given in ISO days. The ten days that calendar has not (1582-10-05 … 14) fall on the ten that follow. */
export function legacyDays(isoDays: number): number {
  return isoDays >= SWITCH_DAY ? isoDays : julianDaysOf(...civilOf(isoDays))
}

/** ISO days of a date given in days by the Java calendar. */
export function isoDays(days: number): number {
  return days >= SWITCH_DAY ? days : daysOf(...julianOf(days))
}

/** The same for the milliseconds of a wall clock. */
export function legacyMs(isoMs: number): number {
  return isoMs >= SWITCH_MS ? isoMs : shifted(isoMs, legacyDays)
}

export function isoMs(ms: number): number {
  return ms >= SWITCH_MS ? ms : shifted(ms, isoDays)
}

function shifted(ms: number, move: (days: number) => number): number {
  const days = Math.floor(ms / MS_PER_DAY)
  return ms + (move(days) - days) * MS_PER_DAY
}
