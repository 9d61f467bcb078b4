// Points in time as text and back, by the patterns of Java's SimpleDateFormat, in UTC and English. Reading is lenient, as it
// is there: what is too large is carried over, what follows the pattern is ignored.

export interface DateFormat {
  readonly format: (millis: number) => string
  /** Null where the text does not fit the pattern. */
  readonly parse: (text: string) => number | null
  /** How long a formatted text stays the same, in milliseconds. */
  readonly unit: number
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const LETTERS = 'GyMLdHkKhmsSaEuDzZX'
const NUMERIC = 'yMLdHkKhmsSuD'
const MILLIS_OF_DAY = 86_400_000
const [HOUR, MINUTE, SECOND] = [3_600_000, 60_000, 1000]

type Part = string | { readonly letter: string; readonly count: number }

export function dateFormatProblem(pattern: string): string | null {
  const parts = partsOf(pattern)
  return typeof parts === 'string' ? parts : null
}

/** The pattern has to be without problems. */
export function compileDateFormat(pattern: string): DateFormat {
  const found = partsOf(pattern)
  const parts = typeof found === 'string' ? [pattern] : found
  const letters = parts.map((part) => (typeof part === 'string' ? '' : part.letter)).join('')
  return {
    format: (millis) => {
      const at = new Date(millis)
      let text = ''
      for (const part of parts) text += typeof part === 'string' ? part : formatted(at, part.letter, part.count)
      return text
    },
    parse: (text) => parsed(text, parts),
    unit: /S/.test(letters)
      ? 1
      : /s/.test(letters)
        ? SECOND
        : /m/.test(letters)
          ? MINUTE
          : /[HhKka]/.test(letters)
            ? HOUR
            : MILLIS_OF_DAY,
  }
}

/** Letters in a row and the text between them; or what is wrong. */
function partsOf(pattern: string): readonly Part[] | string {
  const parts: Part[] = []
  for (const [token] of pattern.matchAll(/'(?:[^']|'')*'?|([A-Za-z])\1*|[^A-Za-z']+/g)) {
    if (token === "''") parts.push("'")
    else if (token.startsWith("'")) {
      if (!token.endsWith("'") || token.length === 1) return 'Unterminated quote'
      parts.push(token.slice(1, -1).replaceAll("''", "'"))
    } else if (/^[A-Za-z]/.test(token)) {
      const letter = token[0] ?? ''
      if (!LETTERS.includes(letter)) return `Illegal pattern character '${letter}'`
      parts.push({ letter, count: token.length })
    } else parts.push(token)
  }
  return parts
}

function formatted(at: Date, letter: string, count: number): string {
  const year = at.getUTCFullYear()
  const month = at.getUTCMonth()
  const hour = at.getUTCHours()
  switch (letter) {
    case 'G':
      return year > 0 ? 'AD' : 'BC'
    case 'y':
      return count === 2 ? padded(year % 100, 2) : padded(year, count)
    case 'M':
    case 'L':
      return count > 2 ? nameOf(MONTHS, month, count) : padded(month + 1, count)
    case 'd':
      return padded(at.getUTCDate(), count)
    case 'H':
      return padded(hour, count)
    case 'k':
      return padded(hour === 0 ? 24 : hour, count)
    case 'K':
      return padded(hour % 12, count)
    case 'h':
      return padded(hour % 12 === 0 ? 12 : hour % 12, count)
    case 'm':
      return padded(at.getUTCMinutes(), count)
    case 's':
      return padded(at.getUTCSeconds(), count)
    case 'S':
      return padded(at.getUTCMilliseconds(), count)
    case 'a':
      return hour < 12 ? 'AM' : 'PM'
    case 'E':
      return nameOf(DAYS, at.getUTCDay(), count)
    case 'u':
      return padded(at.getUTCDay() === 0 ? 7 : at.getUTCDay(), count)
    case 'D':
      return padded(Math.floor((at.getTime() - Date.UTC(year, 0, 1)) / MILLIS_OF_DAY) + 1, count)
    case 'z':
      return count > 3 ? 'Coordinated Universal Time' : 'UTC'
    case 'Z':
      return '+0000'
    default:
      return 'Z'
  }
}

function padded(value: number, count: number): string {
  const text = String(value)
  return text.length >= count ? text : text.padStart(count, '0')
}

function nameOf(names: readonly string[], index: number, count: number): string {
  const name = names[index] ?? ''
  return count > 3 ? name : name.slice(0, 3)
}

/** What has been read so far. */
interface Reading {
  year: number
  month: number
  day: number
  hour: number
  isAfternoon: boolean | null
  minute: number
  second: number
  millis: number
  /** Minutes east of Greenwich. */
  offset: number
  isBefore: boolean
}

function parsed(text: string, parts: readonly Part[]): number | null {
  const reading: Reading = {
    year: 1970,
    month: 0,
    day: 1,
    hour: 0,
    isAfternoon: null,
    minute: 0,
    second: 0,
    millis: 0,
    offset: 0,
    isBefore: false,
  }
  let at = 0
  for (const [i, part] of parts.entries()) {
    if (typeof part === 'string') {
      if (!text.startsWith(part, at)) return null
      at += part.length
      continue
    }
    const next = parts[i + 1]
    const isAbutting = next !== undefined && typeof next !== 'string' && NUMERIC.includes(next.letter)
    const end = read(reading, part, { text, at, most: isAbutting ? part.count : Infinity })
    if (end < 0) return null
    at = end
  }
  return millisOf(reading)
}

function millisOf({ year, month, day, hour, isAfternoon, minute, second, millis, offset, isBefore }: Reading): number {
  const date = new Date(0)
  date.setUTCFullYear(isBefore ? 1 - year : year, month, day)
  const hours = isAfternoon === null ? hour : (hour % 12) + (isAfternoon ? 12 : 0)
  return date.getTime() + hours * HOUR + (minute - offset) * MINUTE + second * SECOND + millis
}

interface Source {
  readonly text: string
  readonly at: number
  readonly most: number
}

/** The place after what was read; -1 where nothing fits. */
function read(reading: Reading, { letter, count }: Exclude<Part, string>, source: Source): number {
  if ((letter === 'M' || letter === 'L') && count > 2)
    return readName(MONTHS, source, (month) => (reading.month = month))
  if (letter === 'E') return readName(DAYS, source, () => 0)
  if (letter === 'a') return readName(['AM', 'PM'], source, (half) => (reading.isAfternoon = half === 1))
  if (letter === 'G') return readName(['AD', 'BC'], source, (era) => (reading.isBefore = era === 1))
  if (letter === 'z' || letter === 'Z' || letter === 'X') return readZone(reading, source)
  const found = /^[ \t]*(-?\d+)/.exec(source.text.slice(source.at))
  const digits = found?.[1]?.slice(0, source.most)
  if (found === null || digits === undefined) return -1
  set(reading, letter, Number(digits), letter === 'y' && count <= 2 && /^\d\d$/.test(digits))
  return source.at + found[0].length - (found[1]?.length ?? 0) + digits.length
}

function set(reading: Reading, letter: string, value: number, isShortYear: boolean): void {
  if (letter === 'y') reading.year = isShortYear ? nearYear(value) : value
  else if (letter === 'M' || letter === 'L') reading.month = value - 1
  else if (letter === 'd') reading.day = value
  else if (letter === 'D') [reading.month, reading.day] = [0, value]
  else if (letter === 'H' || letter === 'K') reading.hour = value
  else if (letter === 'k') reading.hour = value === 24 ? 0 : value
  else if (letter === 'h') reading.hour = value === 12 ? 0 : value
  else if (letter === 'm') reading.minute = value
  else if (letter === 's') reading.second = value
  else if (letter === 'S') reading.millis = value
}

/** Two digits mean a year from 80 years back to 20 years ahead. */
function nearYear(value: number): number {
  const now = new Date().getUTCFullYear()
  const year = Math.floor(now / 100) * 100 + value
  if (year > now + 20) return year - 100
  return year <= now - 80 ? year + 100 : year
}

function readName(names: readonly string[], { text, at }: Source, use: (index: number) => unknown): number {
  const rest = text.slice(at).toLowerCase()
  for (const shorten of [false, true]) {
    const index = names.findIndex((name) => rest.startsWith((shorten ? name.slice(0, 3) : name).toLowerCase()))
    if (index < 0) continue
    use(index)
    return at + (shorten ? 3 : (names[index]?.length ?? 0))
  }
  return -1
}

function readZone(reading: Reading, { text, at }: Source): number {
  const found = /^(?:(Z|UTC|GMT)(?![+-])|(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?)/i.exec(text.slice(at))
  if (found === null) return -1
  const [all, , sign, hours = '0', minutes = '0'] = found
  reading.offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
  return at + all.length
}
