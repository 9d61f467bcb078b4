// Time zones: which there are, and what a wall clock in one of them means.

const formats = new Map<string, Intl.DateTimeFormat>()

export function isZone(name: string): boolean {
  try {
    formatOf(name)
    return true
  } catch {
    return false
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const fresh = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, fresh)
  return fresh
}

/** Milliseconds since 1970 of a wall clock, told as if it were UTC. A time that a change of clocks skips is read with the offset before it. */
export function instantOfWallClock(millis: number, zone: string): number {
  if (zone === 'UTC' || zone === 'GMT') return millis
  const before = offsetAt(millis - 86_400_000, zone)
  const guess = millis - offsetAt(millis - before, zone)
  return offsetAt(guess, zone) === millis - guess ? guess : millis - before
}

function offsetAt(instant: number, zone: string): number {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  )
  const year = Number(parts['year'])
  const of = (name: string) => Number(parts[name])
  const wall = new Date(0)
  wall.setUTCFullYear(parts['era'] === 'BC' ? 1 - year : year, of('month') - 1, of('day'))
  wall.setUTCHours(of('hour'), of('minute'), of('second'))
  return wall.getTime() - Math.floor(instant / 1000) * 1000
}
