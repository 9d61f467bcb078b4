import { expect, it } from 'vitest'
import { isoDays, isoMs, legacyDays, legacyMs } from './calendar.js'
import { civilOf, daysOf, MS_PER_DAY } from './datetime.js'

it.each([
  [[1, 1, 1], -719_164],
  [[1000, 1, 1], -354_280],
  [[1582, 10, 4], -141_428],
  [[1582, 10, 15], -141_427],
  [[-43, 3, 15], -735_162],
  [[1970, 1, 1], 0],
] as const)('the date %s is day %i by the calendar of Java', ([year, month, day], days) => {
  expect(legacyDays(daysOf(year, month, day))).toBe(days)
})

it('keeps every date that both calendars have, there and back', () => {
  const wrong: string[] = []
  for (let days = daysOf(-100, 1, 1); days < 20_000; days += 1) {
    const [year, month, day] = civilOf(days)
    if (year === 1582 && month === 10 && day > 4 && day < 15) continue
    if (isoDays(legacyDays(days)) !== days) wrong.push(`${year}-${month}-${day}`)
  }
  expect(wrong).toEqual([])
})

it('moves the day of a wall clock and leaves the time of day', () => {
  const ms = daysOf(1000, 1, 1) * MS_PER_DAY + 1
  expect(legacyMs(ms)).toBe(-354_280 * MS_PER_DAY + 1)
  expect(isoMs(legacyMs(ms))).toBe(ms)
})
