import { expect, test } from 'vitest'
import { checkOffset } from './offset-check.js'

const TABLE = { protocol: '1', table: 'shop.orders' }

test.each([
  [TABLE, { incrementing: 5 }],
  [TABLE, { timestamp: 1_700_000_000_000, timestamp_nanos: 5000, incrementing: 7 }],
  [TABLE, null],
  [{ somebody: 'else' }, { y: 'z' }],
  [null, { y: 1 }],
])('for %j the offset %j may be set', (partition, offset) => {
  expect(() => checkOffset(partition, offset)).not.toThrow()
})

test('for an offset beyond the safe integers, too', () => {
  expect(() => checkOffset(TABLE, { incrementing: 2n ** 60n })).not.toThrow()
})

test.each([
  [{ incrementing: 'five' }, 'incrementing must be a whole number'],
  [{ timestamp: 1.5 }, 'timestamp must be a whole number'],
  [{ timestamp: 1, timestamp_nanos: 1_000_000_000 }, 'from 0 to 999999999'],
  [{ id: 5 }, 'not id'],
  [{}, 'not nothing'],
])('the offset %j of a table is refused', (offset, problem) => {
  expect(() => checkOffset(TABLE, offset)).toThrow(problem)
})
