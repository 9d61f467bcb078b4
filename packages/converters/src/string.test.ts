import {
  arrayOf,
  byteColumn,
  textAt,
  date,
  decimal,
  mapOf,
  primitive,
  struct,
  time,
  timestamp,
  type Schema,
} from '@rowbridge/api'
import { expect, test } from 'vitest'
import { stringConverterOf } from './string.js'

const STRING = primitive('string')
const OPTIONAL_STRING = primitive('string', { optional: true })
const ROW = struct([
  { name: 'a', schema: primitive('int32') },
  { name: 'b', schema: OPTIONAL_STRING },
  { name: 'c', schema: OPTIONAL_STRING },
  { name: 'd', schema: primitive('float64', { default: 2 }) },
])

test.each<readonly [Schema | null, unknown, string]>([
  [STRING, 'x y', 'x y'],
  [primitive('int64'), 9223372036854775807n, '9223372036854775807'],
  [primitive('float32'), 1, '1.0'],
  [primitive('float32'), Math.fround(12.34), '12.34'],
  [primitive('boolean'), true, 'true'],
  [ROW, [1, 'x y', null, null], 'Struct{a=1,b=x y,d=2.0}'],
  [mapOf(STRING, arrayOf(OPTIONAL_STRING)), new Map([['k', ['1', 'z', null]]]), '{k=[1, z, null]}'],
  [decimal(-3), '1000', '1E+3'],
  [decimal(2), '12.50', '12.50'],
  [date(), 19000, '2022-01-08'],
  [time(), 86400000, '24:00:00.000'],
  [time(), 3723004, '01:02:03.004'],
  [timestamp(), 1700000000123, '2023-11-14T22:13:20.123Z'],
  [primitive('bytes'), Buffer.from([1, 2]), 'AQI='],
  [null, { a: [1, 'x', null] }, '{a=[1, x, null]}'],
])('%s', async (schema, value, text) => {
  const encoder = await stringConverterOf({}).encoder('t', schema)
  expect(textAt(encoder.encode([value]), 0)).toBe(text)
})

test('null is null bytes, and messages are optional text', async () => {
  const converter = stringConverterOf({})
  const column = (await converter.encoder('t', STRING)).encode(['ä', null, ''])
  expect(await converter.decoder('t').decode(column)).toEqual([{ schema: OPTIONAL_STRING, values: ['ä', null, ''] }])
})

test('another encoding is written and read', async () => {
  const converter = stringConverterOf({ 'converter.encoding': 'iso-8859-1' })
  const column = (await converter.encoder('t', STRING)).encode(['ä'])
  expect(column.bytes).toEqual(new Uint8Array(Buffer.from([0xe4])))
  expect(await converter.decoder('t').decode(column)).toMatchObject([{ values: ['ä'] }])
})

test('text or bytes that the encoding cannot hold are refused', async () => {
  const latin = await stringConverterOf({ 'converter.encoding': 'ISO-8859-1' }).encoder('t', STRING)
  expect(() => latin.encode(['ok', '€'])).toThrow(expect.objectContaining({ index: 1, code: 'invalid-text' }))
  const decoding = stringConverterOf({})
    .decoder('t')
    .decode(byteColumn([Buffer.from([0xff])]))
  await expect(decoding).rejects.toMatchObject({ index: 0, code: 'invalid-text' })
})

test('an unknown encoding is a mistake in the configuration', () => {
  expect(() => stringConverterOf({ 'converter.encoding': 'klingon' })).toThrow('converter.encoding')
})
