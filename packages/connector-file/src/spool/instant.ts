// Dates and times by patterns as Java's SimpleDateFormat has them. What a pattern does not fit to the letter, or no calendar
// has, is no date.
import { instantOfWallClock } from './zone.js'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const OFFSET = String.raw`Z|[+-]\d{2}(?::?\d{2})?|UTC|GMT`

/** What each letter of a pattern reads: the name of the part, and its text by the count of letters. */
const LETTERS: Readonly<Record<string, (count: number) => readonly [name: string, source: string]>> = {
  y: (count) => ['year', count === 2 ? String.raw`\d{2}` : String.raw`\d{1,9}`],
  M: (count) => (count > 2 ? ['monthName', String.raw`[A-Za-z]{3,9}`] : ['month', String.raw`\d{1,2}`]),
  d: () => ['day', String.raw`\d{1,2}`],
  H: () => ['hour', String.raw`\d{1,2}`],
  h: () => ['hour12', String.raw`\d{1,2}`],
  m: () => ['minute', String.raw`\d{1,2}`],
  s: () => ['second', String.raw`\d{1,2}`],
  S: () => ['millis', String.raw`\d{1,9}`],
  a: () => ['half', '[AaPp][Mm]'],
  E: () => ['weekday', String.raw`[A-Za-z]{3,9}`],
  X: () => ['offset', OFFSET],
  Z: () => ['offset', OFFSET],
  z: () => ['offset', OFFSET],
}

type Parts = Readonly<Record<string, string | undefined>>

/** The function from a text to milliseconds since 1970; null where the text does not fit. Throws Error for a bad pattern. */
export function compileInstant(pattern: string, zone: string): (text: string) => number | null {
  const isShortYear = /(?<!y)yy(?!y)/.test(pattern)
  const expression = new RegExp(`^${sourceOf(pattern)}$`)
  return (text) => {
    const parts = expression.exec(text)?.groups
    return parts === undefined ? null : instantOfParts(parts, isShortYear, zone)
  }
}

function sourceOf(pattern: string): string {
  return pattern.replaceAll(
    /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']/g,
    (token, quoted: string | undefined, letter: string | undefined) => {
      if (quoted !== undefined) return escaped(quoted === '' ? "'" : quoted.replaceAll("''", "'"))
      if (letter === undefined) return escaped(token)
      const part = LETTERS[letter]?.(token.length)
      if (part === undefined) throw new Error(`The letter ${letter} is not known in the pattern ${pattern}`)
      return `(?<${part[0]}>${part[1]})`
    },
  )
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)
}

function instantOfParts(parts: Parts, isShortYear: boolean, zone: string): number | null {
  const numberOf = (name: string, absent: number) => (parts[name] === undefined ? absent : Number(parts[name]))
  const named = parts['monthName']?.slice(0, 3).toLowerCase()
  const month = named === undefined ? numberOf('month', 1) : MONTHS.indexOf(named) + 1
  const day = numberOf('day', 1)
  const [hour, minute, second] = [hourOf(parts), numberOf('minute', 0), numberOf('second', 0)]
  if (hour > 23 || minute > 59 || second > 59) return null
  const wall = new Date(0)
  const year = numberOf('year', 1970)
  wall.setUTCFullYear(isShortYear ? fullYear(year) : year, month - 1, day)
  if (wall.getUTCMonth() !== month - 1 || wall.getUTCDate() !== day) return null
  const millis = Number((parts['millis'] ?? '0').padEnd(3, '0').slice(0, 3))
  const clock = wall.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + millis
  return parts['offset'] === undefined ? instantOfWallClock(clock, zone) : clock - offsetMillis(parts['offset'])
}

function hourOf(parts: Parts): number {
  if (parts['hour12'] === undefined) return Number(parts['hour'] ?? 0)
  const half = parts['half']?.toLowerCase() === 'pm' ? 12 : 0
  return (Number(parts['hour12']) % 12) + half
}

/** Two digits mean a year from 80 before to 20 after this one. */
function fullYear(short: number): number {
  const now = new Date().getUTCFullYear()
  const year = now - (now % 100) + short
  return year > now + 20 ? year - 100 : year <= now - 80 ? year + 100 : year
}

function offsetMillis(text: string): number {
  const found = /^([+-])(\d{2}):?(\d{2})?$/.exec(text)
  if (found === null) return 0
  const minutes = Number(found[2]) * 60 + Number(found[3] ?? 0)
  return (found[1] === '-' ? -minutes : minutes) * 60_000
}
