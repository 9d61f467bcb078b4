import { expect, test } from 'vitest'
import { date, decimal, time, timestamp } from './logical.js'
import { parseValue } from './parse-value.js'
import { arrayOf, mapOf, primitive, struct, type Schema } from './schema.js'
import { compileValueText } from './value-text.js'

const [INT8, INT16, INT32, INT64] = [primitive('int8'), primitive('int16'), primitive('int32'), primitive('int64')]
const [STRING, FLOAT32, BOOLEAN] = [primitive('string'), primitive('float32'), primitive('boolean')]

test.each<readonly [string, Schema | null, unknown]>([
  ['', STRING, ''],
  ['null', null, null],
  ['true', BOOLEAN, true],
  ['TRUE', STRING, 'TRUE'],
  ['1', INT8, 1],
  ['128', INT16, 128],
  ['40000', INT32, 40000],
  ['3000000000', INT64, 3000000000],
  ['9223372036854775807', INT64, 9223372036854775807n],
  ['9223372036854775808', decimal(0), '9223372036854775808'],
  ['1.0', INT8, 1],
  ['1E3', INT16, 1000],
  ['1.5', FLOAT32, 1.5],
  ['0.1', FLOAT32, Math.fround(0.1)],
  ['12345678.12345', FLOAT32, 12345678],
  ['1e39', primitive('float64'), 1e39],
  ['1e400', decimal(-400), `1${'0'.repeat(400)}`],
  [' 5 ', INT8, 5],
  ['+5', INT8, 5],
  ['007', INT8, 7],
  ['-0', INT8, 0],
  ['1,2', INT8, 1],
  ['"abc"', STRING, '"abc"'],
  ['abc', STRING, 'abc'],
  ['hello, world', STRING, 'hello, world'],
  ['a:b', STRING, 'a:b'],
  ['NaN', STRING, 'NaN'],
  ['0x10', STRING, '0x10'],
  ['12L', STRING, '12L'],
  ['[1,2,3]', arrayOf(INT8), [1, 2, 3]],
  ['[1, 300]', arrayOf(INT16), [1, 300]],
  ['[1,1.5]', arrayOf(FLOAT32), [1, 1.5]],
  ['["a","b\\"c"]', arrayOf(STRING), ['a', 'b"c']],
  ['[1,"a"]', null, [1, 'a']],
  ['[]', null, []],
  ['[null]', null, [null]],
  ['[a]', STRING, '[a]'],
  ['[1,', STRING, '[1,'],
  ['{a:1}', STRING, '{a:1}'],
  ['{"a"}', STRING, '{"a"}'],
  [
    '{"a":1,"b":300}',
    mapOf(STRING, INT16),
    new Map([
      ['a', 1],
      ['b', 300],
    ]),
  ],
  ['{"a":1,"b":"x"}', null, { a: 1, b: 'x' }],
  ['{1:2}', mapOf(INT8, INT8), new Map([[1, 2]])],
  ['2019-08-23', date(), 18131],
  ['14:34:54.346Z', time(), 52494346],
  ['2019-08-23T14:34:54.346Z', timestamp(), 1566570894346],
  ['2019-08-23T14:34:54Z', STRING, '2019-08-23T14:34:54Z'],
])('%j is read as it is by Kafka Connect', (text, schema, value) => {
  expect(parseValue(text)).toEqual({ schema, value })
})

test.each<readonly [Schema | null, unknown, string]>([
  [STRING, 'a "b"', 'a "b"'],
  [null, 'a', 'a'],
  [arrayOf(STRING), ['a', null, '"'], '["a",null,"\\""]'],
  [mapOf(STRING, STRING), new Map([['k', 'v']]), '{"k":"v"}'],
  [
    struct([
      { name: 'a', schema: INT8 },
      { name: 'b', schema: primitive('string', { optional: true }) },
    ]),
    [1, null],
    '{"a":1,"b":null}',
  ],
  [primitive('float64'), 1e7, '1.0E7'],
  [primitive('bytes'), Buffer.from([1, 2]), 'AQI='],
  [decimal(10), '0.0000000001', '1E-10'],
  [timestamp(), 0, '00:00:00.000Z'],
  [timestamp(), 1566570894346, '2019-08-23T14:34:54.346Z'],
  [timestamp(), 86400000, '1970-01-02'],
  [date(), 18131, '2019-08-23'],
  [time(), 52494346, '14:34:54.346Z'],
  [null, { a: ['x', 1.5] }, '{"a":["x",1.5]}'],
])('a value of %o is written as text', (schema, value, text) => {
  expect(compileValueText(schema)(value)).toBe(text)
})
