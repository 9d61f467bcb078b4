import { byteColumn, primitive, struct } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { jsonConverterOf } from './converter.js'

const INT32 = primitive('int32')
const POINT = struct([
  { name: 'x', schema: INT32 },
  { name: 'y', schema: INT32 },
])
const POINT_SCHEMA = '{"type":"struct","fields":[{"type":"int32","field":"x"},{"type":"int32","field":"y"}]}'
const point = (payload: string) => `{"schema":${POINT_SCHEMA},"payload":${payload}}`

function decode(texts: readonly (string | null)[], props = {}) {
  const column = byteColumn(texts.map((text) => (text === null ? null : Buffer.from(text))))
  return jsonConverterOf(props).decoder('t').decode(column)
}

test('messages in a row with equal schemas are one run, in whatever way the schemas are written', async () => {
  const runs = await decode([
    point('{"x":1,"y":2}'),
    point('{"y":4,"x":3}'),
    `{"payload":{"x":5,"y":6},"schema":${POINT_SCHEMA}}`,
    `{"payload":{"x":7,"y":8},"schema":${POINT_SCHEMA}}`,
    '{"schema":{"type":"int32"},"payload":9}',
    point('{"x":10,"y":11}'),
  ])
  expect(runs).toEqual([
    {
      schema: POINT,
      values: [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ],
    },
    { schema: INT32, values: [9] },
    { schema: POINT, values: [[10, 11]] },
  ])
})

test('tombstones form a run without schema', async () => {
  const runs = await decode([point('{"x":1,"y":2}'), null, null, point('{"x":3,"y":4}')])
  expect(runs).toEqual([
    { schema: POINT, values: [[1, 2]] },
    { schema: null, values: [null, null] },
    { schema: POINT, values: [[3, 4]] },
  ])
})

test('many schemas taking turns are all told apart', async () => {
  const texts = Array.from({ length: 300 }, (_, i) => `{"schema":{"type":"int32","name":"s${i % 100}"},"payload":${i}}`)
  const runs = await decode(texts)
  expect(runs.map((run) => [run.schema?.name, run.values[0]])).toEqual(texts.map((_, i) => [`s${i % 100}`, i]))
})

test('nothing is remembered with a cache of no size, and the values are the same', async () => {
  const texts = [point('{"x":1,"y":2}'), point('{"x":3,"y":4}')]
  expect(await decode(texts, { 'schemas.cache.size': '0' })).toEqual(await decode(texts))
})

test('a message that only begins like a known one is refused', async () => {
  const good = point('{"x":1,"y":2}')
  await expect(decode([good, point('{"x":1,"y":2},"z":1')])).rejects.toMatchObject({ code: 'no-envelope', index: 1 })
  await expect(decode([good, point('{"x":1')])).rejects.toMatchObject({ code: 'invalid-json', index: 1 })
  await expect(decode([good, good.slice(0, -1)])).rejects.toMatchObject({ code: 'invalid-json', index: 1 })
})

test('the error names the topic, the message and the field', async () => {
  const bad = decode([point('{"x":1,"y":2}'), point('{"x":1,"y":"two"}')])
  await expect(bad).rejects.toMatchObject({ index: 1, message: 't, field y: Invalid type for INT32: STRING "two"' })
})

test.each([
  ['a payload of a struct', point('{"x":1,"y":2}'), point('['.repeat(100_000) + ']'.repeat(100_000)), 'true'],
  ['a value without a schema', '1', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000), 'false'],
])('%s that is nested too deeply is the problem of its message', async (_what, good, bad, isEnabled) => {
  await expect(decode([good, bad], { 'schemas.enable': isEnabled })).rejects.toMatchObject({
    name: 'DataError',
    index: 1,
    message: expect.stringMatching(/^t: /) as string,
  })
})

test('an int64 beyond the safe integers leaves the other values of its message exact', async () => {
  const schema =
    '{"type":"struct","fields":[{"type":"int64","field":"a"},{"type":"double","field":"b"},{"type":"string","field":"c"},{"type":"int32","field":"d"}]}'
  const payload = '{"a":9007199254740993,"b":0.1234567890123456,"c":"1234567890123456789","d":1.0}'
  const [run] = await decode([`{"schema":${schema},"payload":${payload}}`])
  expect(run!.values).toEqual([[9007199254740993n, 0.1234567890123456, '1234567890123456789', 1]])
})

test('other work gets its turn during a long column', async () => {
  const order: string[] = []
  const decoding = decode(Array.from({ length: 1000 }, () => point('{"x":1,"y":2}'))).then(() => order.push('decoded'))
  const other = new Promise((resolve) => setImmediate(resolve)).then(() => order.push('other'))
  await Promise.all([decoding, other])
  expect(order).toEqual(['other', 'decoded'])
})
