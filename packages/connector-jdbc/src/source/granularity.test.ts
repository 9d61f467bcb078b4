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
  expect(granularityOf(name, zone)?.format(INSTANT)).toEqual(value)
})

test('a fraction before 1970 counts towards 1970', () => {
  expect(granularityOf('micros_long', 'UTC')?.format({ ms: -1, nanos: 999_000_000 })).toBe(-1000)
})

test('nanoseconds beyond 64 bits are refused', () => {
  expect(() => granularityOf('nanos_long', 'UTC')?.format({ ms: 9_999_999_999_999, nanos: 0 })).toThrow(/64 bits/)
})

test('connect_logical changes nothing', () => {
  expect(granularityOf('connect_logical', 'UTC')).toBeNull()
})
