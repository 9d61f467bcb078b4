import { expect, test } from 'vitest'
import { instantSince } from './epoch.js'

test.each([
  [1_547_030_057_105_123, 'micros', { ms: 1_547_030_057_105, nanos: 105_123_000 }],
  ['1547030057105123456', 'nanos', { ms: 1_547_030_057_105, nanos: 105_123_456 }],
  [1_547_030_057_105_123_456n, 'nanos', { ms: 1_547_030_057_105, nanos: 105_123_456 }],
  [-1, 'micros', { ms: -1, nanos: 999_999_000 }],
  ['1.5', 'micros', null],
  ['soon', 'nanos', null],
] as const)('%s %s since 1970 are %j', (value, unit, instant) => {
  expect(instantSince(value, unit)).toEqual(instant)
})
