import { expect, test } from 'vitest'
import { SpoolPlace, valuesOf } from './spool-place.js'

async function read(content: string, more = {}) {
  await using place = new SpoolPlace()
  place.write('a.json', content)
  return await place.drain(await place.task('json', more))
}
const TWO = [
  { id: '1', t: null },
  { id: '2', t: 'x' },
]

test.each([
  ['lines', '{"id":1}\n{"id":2,"t":"x"}\n'],
  ['objects over several lines', '{\n  "id": 1\n}\n{"id":2,\n"t":"x"}'],
  ['objects without blanks between', '{"id":1}{"id":2,"t":"x"}'],
  ['an array', '[{"id":1},\n{"id":2,"t":"x"}]\n'],
  ['a mark of the byte order', '\ufeff{"id":1}\r\n{"id":2,"t":"x"}\r\n'],
])('reads %s', async (_what, content) => {
  expect(valuesOf(await read(content))).toEqual(TWO)
})

test('braces and quotes within texts are texts', async () => {
  const text = 'a } "b" \\ {'
  expect(valuesOf(await read(JSON.stringify({ text })))).toEqual([{ text }])
})

test('goes on behind the record of the offset', async () => {
  await using place = new SpoolPlace()
  place.write('a.json', '{"id":1}\n{"id":2}\n{"id":3}\n')
  const task = await place.task('json', { 'batch.size': '2' })
  for (const batch of await task.poll()) await place.ack(task, batch)
  expect([...place.offsets.values()]).toMatchObject([{ offset: 1, position: 17 }])
  expect(valuesOf(await place.drain(await place.task('json')))).toEqual([{ id: '3' }])
})

test('inferred types go deep, and numbers are kept as they are spelt', async () => {
  const content =
    '{"i":1,"f":1,"big":12345678901234567890,"o":{"a":[1,2]}}\n{"i":null,"f":0.5,"big":1,"o":{"b":true}}\n'
  const [batch] = await read(content, { 'schema.generation.types': 'infer' })
  expect(batch?.value.schema?.fields.map(({ schema }) => schema.type)).toEqual(['int64', 'float64', 'string', 'struct'])
  expect(batch?.value.values).toEqual([
    [1, 1, '12345678901234567890', [[1, 2], null]],
    [null, 0.5, '1', [null, true]],
  ])
})

test('a given schema is kept to', async () => {
  const schema = {
    type: 'STRUCT',
    fieldSchemas: {
      price: { name: 'org.apache.kafka.connect.data.Decimal', type: 'BYTES', parameters: { scale: '3' } },
      tags: { type: 'MAP', keySchema: { type: 'STRING' }, valueSchema: { type: 'INT32' } },
    },
  }
  const given = { 'schema.generation.enabled': 'false', 'value.schema': JSON.stringify(schema) }
  const [batch] = await read('{"price":1234567890123456.125,"tags":{"a":1}}', given)
  expect(batch?.value.values).toEqual([['1234567890123456.125', new Map([['a', 1]])]])
})

test.each([
  ['{"id":1}\n{"id":}\n', 'a.json:2: '],
  ['{"id":1}\noops\n', 'a.json:2: "oops'],
  ['{"id":1}\n\n{"id":\n', 'a.json:3: an object begins here and has no end'],
])('%j is told as %s', async (content, problem) => {
  await expect(read(content)).rejects.toThrow(problem)
})
