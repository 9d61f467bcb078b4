import { arrayOf, date, decimal, mapOf, primitive, struct, timestamp, type Schema } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { compileJavaText } from './java-text.js'

const text = primitive('string')
const order = struct([
  { name: 'id', schema: primitive('int64') },
  { name: 'note', schema: primitive('string', { optional: true }) },
  { name: 'price', schema: decimal(2) },
])

test.each<[Schema | null, unknown, string]>([
  [text, 'a line', 'a line'],
  [text, null, 'null'],
  [primitive('float64'), 1, '1.0'],
  [order, [7, null, '12.50'], 'Struct{id=7,price=12.50}'],
  [arrayOf(text), ['a', null], '[a, null]'],
  [
    mapOf(text, primitive('int32')),
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
    '{a=1, b=2}',
  ],
  [timestamp(), 1_700_000_000_000, '2023-11-14T22:13:20.000Z'],
  [date(), 18_262, '2020-01-01'],
  [primitive('bytes'), Buffer.from('ab'), 'YWI='],
  [null, { a: [1, 1.5], b: null }, '{a=[1, 1.5], b=null}'],
])('%# a value is printed as Java does', (schema, value, printed) => {
  expect(compileJavaText(schema)(value)).toBe(printed)
})
