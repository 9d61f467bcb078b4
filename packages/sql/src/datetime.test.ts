import { describe, expect, it } from 'vitest'
import {
  civilOf,
  daysOf,
  fastDays,
  fastWallMs,
  formatDate,
  formatTime,
  formatWall,
  nanosOf,
  parseTimeMs,
  parseWall,
} from './datetime.js'

describe('dates', () => {
  it('agrees with the calendar on every day of eight centuries', () => {
    const wrong: number[] = []
    for (let days = -150_000; days < 150_000; days += 1) {
      const text = new Date(days * 86_400_000).toISOString().slice(0, 10)
      if (formatDate(days) !== text || fastDays(text) !== days || daysOf(...civilOf(days)) !== days) wrong.push(days)
    }
    expect(wrong).toEqual([])
  })

  it.each([
    ['0001-01-01', -719_162],
    ['9999-12-31', 2_932_896],
    ['0001-12-31 BC', -719_163],
  ])('knows %s', (text, days) => {
    expect(parseWall(text)?.ms).toBe(days * 86_400_000)
  })

  it.each([
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '0000-00-00',
    'infinity',
    '',
    '2024',
    '24:00:00',
    'x',
  ])('takes %j for no date', (text) => {
    expect(parseWall(text)).toBeNull()
  })
})

describe('timestamps', () => {
  it('gives back the milliseconds that were written', () => {
    const wrong: number[] = []
    for (let i = 0; i < 5000; i++) {
      const ms = -62_135_596_800_000 + i * 63_000_123_457
      const text = formatWall(ms, nanosOf(ms), 3)
      const iso = new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
      if (text !== iso || fastWallMs(text) !== ms || parseWall(text)?.ms !== ms) wrong.push(ms)
    }
    expect(wrong).toEqual([])
  })

  it.each([
    ['2024-02-29T13:14:15.123456789Z', 1_709_212_455_123, 123_456_789, 0],
    ['2024-02-29 13:14:15+02', 1_709_212_455_000, 0, 120],
    ['2024-02-29 13:14:15.5-05:30', 1_709_212_455_500, 500_000_000, -330],
    ['2024-02-29', 1_709_164_800_000, 0, null],
    ['1969-12-31 23:59:59.999', -1, 999_000_000, null],
  ])('reads %s', (text, ms, nanos, offset) => {
    expect(parseWall(text)).toMatchObject({ ms, nanos, offset })
  })

  it.each(['2024-02-29 13:14:15+02', '2024-02-29', '12024-02-29 13:14:15', '0000-00-00 00:00:00', 'infinity'])(
    'leaves %s to the thorough reader',
    (text) => {
      expect(fastWallMs(text)).toBeNaN()
    },
  )

  it('writes as many digits of the fraction as asked for', () => {
    expect([0, 3, 6, 9].map((digits) => formatWall(0, 12_345_678, digits).slice(19))).toEqual([
      '',
      '.012',
      '.012345',
      '.012345678',
    ])
  })
})

describe('times', () => {
  it.each([
    ['13:14:15', 47_655_000],
    ['13:14:15.1', 47_655_100],
    ['13:14:15.123999', 47_655_123],
    ['00:00', 0],
    ['24:00:00', 86_400_000],
    ['-838:59:59.5', -3_020_399_500],
  ])('reads %s', (text, ms) => {
    expect(parseTimeMs(text)).toBe(ms)
  })

  it('writes what it reads', () => {
    for (const ms of [0, 1, 999, 86_399_999, -1500, 3_020_399_000]) expect(parseTimeMs(formatTime(ms, 3))).toBe(ms)
  })

  it('takes what is no time for none', () => {
    expect(['', '1', 'noon', '1:2:3'].map(parseTimeMs)).toEqual([NaN, NaN, NaN, NaN])
  })
})
