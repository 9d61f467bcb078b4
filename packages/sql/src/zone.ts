// Wall clocks of a time zone: from what a column says to the instant it means, and back.
import { ConfigError } from '@rowbridge/api'

/** Null stands for UTC wherever a zone may be given. */
export interface Zone {
  readonly name: string
  /** The instant of a wall clock, as Java tells it. In a gap the clock is read as not yet put forward; of two instants the later is taken. */
  toUtc(wallMs: number): number
  toWall(utcMs: number): number
}

const UTC_NAMES = new Set(['UTC', 'ETC/UTC', 'Z', 'GMT', 'ETC/GMT', 'UCT', 'ZULU', 'UNIVERSAL', '+00:00'])
/** Offsets change on quarters of an hour; one look-up serves the whole quarter. */
const QUARTER = 900_000
const CACHED_QUARTERS = 10_000
/** How far offsets can be asked for; beyond, the same day of the week in the same kind of year is. */
const FARTHEST = 8_600_000_000_000_000
/** Java knows no offsets from before 1900: there it has the standard time of today. */
const FIRST_KNOWN = Date.UTC(1900, 0, 1)
const WINTER = Date.UTC(2024, 0, 1)
const SUMMER = Date.UTC(2024, 6, 1)
const FOUR_CENTURIES = 146_097 * 86_400_000

/** The zone of an IANA name; null for UTC. Throws ConfigError. */
export function zoneOf(name: string | undefined): Zone | null {
  if (name === undefined || name === '' || UTC_NAMES.has(name.toUpperCase())) return null
  const format = formatOf(name)
  const known = new Map<number, number>()
  const standard = Math.min(readOffset(format, WINTER), readOffset(format, SUMMER))
  const offsetAt = (utcMs: number): number => {
    if (utcMs < FIRST_KNOWN) return standard
    const quarter = Math.floor(within(utcMs) / QUARTER)
    let offset = known.get(quarter)
    if (offset === undefined) {
      if (known.size >= CACHED_QUARTERS) known.clear()
      offset = readOffset(format, quarter * QUARTER)
      known.set(quarter, offset)
    }
    return offset
  }
  return {
    name,
    toWall: (utcMs) => utcMs + offsetAt(utcMs),
    toUtc: (wallMs) => {
      const after = offsetAt(wallMs + 86_400_000)
      return offsetAt(wallMs - after) === after ? wallMs - after : wallMs - offsetAt(wallMs - 86_400_000)
    },
  }
}

function within(utcMs: number): number {
  if (Math.abs(utcMs) <= FARTHEST) return utcMs
  return utcMs - Math.sign(utcMs) * Math.ceil((Math.abs(utcMs) - FARTHEST) / FOUR_CENTURIES) * FOUR_CENTURIES
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (cause) {
    throw new ConfigError('unknown-time-zone', [{ key: 'db.timezone', message: `There is no time zone ${name}` }], {
      cause,
      hint: 'Give an IANA name such as Europe/Berlin.',
    })
  }
}

function readOffset(format: Intl.DateTimeFormat, utcMs: number): number {
  const parts = Object.fromEntries(format.formatToParts(utcMs).map(({ type, value }) => [type, value]))
  const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year'])
  const wall = new Date(0)
  wall.setUTCFullYear(year, Number(parts['month']) - 1, Number(parts['day']))
  wall.setUTCHours(Number(parts['hour']), Number(parts['minute']), Number(parts['second']))
  return wall.getTime() - utcMs
}
