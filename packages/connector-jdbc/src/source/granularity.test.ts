import { expect, test } from 'vitest'
import { granularityOf } from './granularity.js'

const INSTANT = { ms: 1_547_030_057_105, nanos: 105_123_456 }

test.each([
  ['micros_long', 'UTC', 1_547_030_057_105_123],
  ['micros_string', 'UTC', '1547030057105123'],
  ['micros_iso_datetime_string', 'UTC', '2019-01-09T10:34:17.105123'],
  ['nanos_long', 'UTC', 1_547_030_057_105_123_456n],
  ['nanos_string', 'UTC', '1547030057105123456'],
  ['nanos_iso_datetime_string', 'UTC', '2019-01-09T10:34:17.105123456'],
  ['micros_iso_datetime_string', 'America/New_York', '2019-01-09T05:34:17.105123'],
])('%s in %s is %s', (name, zone, value) => {
  expect(granularityOf(name, zone, 'legacy')?.format(INSTANT)).toEqual(value)
})

test('a fraction before 1970 counts towards 1970', () => {
  expect(granularityOf('micros_long', 'UTC', 'legacy')?.format({ ms: -1, nanos: 999_000_000 })).toBe(-1000)
})

test.each([
  ['nanos_long', 'legacy', -62_135_769_600_000_000_000n],
  ['nanos_string', 'proleptic', '-62135596800000000000'],
  ['micros_long', 'legacy', -62_135_769_600_000_000n],
  ['micros_iso_datetime_string', 'legacy', '0001-01-01T00:00:00.000000'],
] as const)('year 1 in %s by the %s calendar is %s', (name, calendar, value) => {
  expect(granularityOf(name, 'UTC', calendar)?.format({ ms: -62_135_596_800_000, nanos: 0 })).toEqual(value)
})

test('years beyond what a Date holds have a text too', () => {
  const format = granularityOf('micros_iso_datetime_string', 'Europe/Berlin', 'legacy')?.format
  expect(format?.({ ms: 9_224_318_015_999_000, nanos: 999_000_000 })).toBe('294277-01-01T00:59:59.999000')
})

test('connect_logical changes nothing', () => {
  expect(granularityOf('connect_logical', 'UTC', 'legacy')).toBeNull()
})
