import { arrayOf, primitive, timestamp, type Schema } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { simpleHeaderConverterOf } from './simple-header.js'

test.each<readonly [string | null, Schema | null, unknown]>([
  ['a "b"', primitive('string'), 'a "b"'],
  ['9007199254740993', primitive('int64'), 9007199254740993n],
  ['1.0E7', primitive('float64'), 1e7],
  ['["a"]', arrayOf(primitive('string')), ['a']],
  ['2019-08-23T14:34:54.346Z', timestamp(), 1566570894346],
  ['AQI=', primitive('bytes'), Buffer.from([1, 2])],
  [null, null, null],
])('%j is the text of a value', async (text, schema, value) => {
  const [encoded] = await simpleHeaderConverterOf().encode('t', [{ key: 'h', schema, value }])
  expect(encoded?.value === null ? null : Buffer.from(encoded?.value ?? '').toString()).toBe(text)
})

test.each<readonly [Buffer | null, Schema | null, unknown]>([
  [Buffer.from('42'), primitive('int8'), 42],
  [Buffer.from('hello'), primitive('string'), 'hello'],
  [Buffer.from(''), primitive('string'), ''],
  [Buffer.from([0xff]), primitive('string'), '\uFFFD'],
  [null, null, null],
])('%j is read as the smallest type that it can be', async (bytes, schema, value) => {
  expect(await simpleHeaderConverterOf().decode('t', [{ key: 'h', value: bytes }])).toEqual([
    { key: 'h', schema, value },
  ])
})
