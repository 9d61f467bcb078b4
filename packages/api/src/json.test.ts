import { expect, test } from 'vitest'
import { parseJson, stringifyJson } from './json.js'

test.each([
  ['{"incrementing":9223372036854775807}', { incrementing: 9223372036854775807n }],
  [
    '[-9223372036854775808,9007199254740991,9007199254740993]',
    [-9223372036854775808n, 9007199254740991, 9007199254740993n],
  ],
  ['{"a":"12345678901234567890","b":1}', { a: '12345678901234567890', b: 1 }],
  ['{"12345678901234567890":1.5}', { '12345678901234567890': 1.5 }],
  ['{"a\\"12345678901234567":null,"t":true}', { 'a"12345678901234567': null, t: true }],
  ['{"protocol":"1","table":"public.users"}', { protocol: '1', table: 'public.users' }],
])('%s is read and written without loss', (text, value) => {
  expect(parseJson(text)).toEqual(value)
  expect(stringifyJson(value)).toBe(text)
})

test('a long fraction or exponent stays a number', () => {
  expect(parseJson('[0.12345678901234567890,1e300,12345678901234567890.5]')).toEqual([
    0.12345678901234568, 1e300, 12345678901234567000,
  ])
})

test('members keep the order in which they were written', () => {
  expect(stringifyJson({ timestamp_nanos: 105000000, incrementing: 1, timestamp: 1547030057105 })).toBe(
    '{"timestamp_nanos":105000000,"incrementing":1,"timestamp":1547030057105}',
  )
})

test.each(['', '{', '{"a":12345678901234567890', 'nul'])('%j is refused', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError)
})
