import { expect, test } from 'vitest'
import { parseJson, stringifyJson } from '@rowbridge/api'
import { instantOf, offsetOf, plainPartition, positionOf, START, tablePartition } from './offset.js'

const INSTANT = { ms: 1_547_030_057_105, nanos: 105_000_000 }

test.each([
  [{ timestamp: null, incrementing: 42 }, '{"incrementing":42}'],
  [{ timestamp: INSTANT, incrementing: null }, '{"timestamp_nanos":105000000,"timestamp":1547030057105}'],
  [{ timestamp: INSTANT, incrementing: 1 }, '{"timestamp_nanos":105000000,"incrementing":1,"timestamp":1547030057105}'],
  [{ timestamp: null, incrementing: 9_007_199_254_740_993n }, '{"incrementing":9007199254740993}'],
  [START, '{}'],
])('the offset of position %# is the text Kafka Connect stores, and is read back', (position, text) => {
  expect(stringifyJson(offsetOf(position))).toBe(text)
  expect(positionOf(parseJson(text))).toEqual(position)
})

test('partitions have their members in the order that makes the key of an offset', () => {
  const id = { catalog: null, schema: 'public', table: 'users' }
  expect(stringifyJson(tablePartition(id))).toBe('{"protocol":"1","table":"public.users"}')
  expect(stringifyJson(plainPartition(id))).toBe('{"table":"users"}')
})

test('an offset without nanoseconds has the fraction of its milliseconds', () => {
  expect(positionOf({ timestamp: 1_547_030_057_105 }).timestamp).toEqual(INSTANT)
  expect(instantOf(-1)).toEqual({ ms: -1, nanos: 999_000_000 })
})
