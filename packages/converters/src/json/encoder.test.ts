import { primitive, struct, textAt } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { jsonConverterOf } from './converter.js'

const plain = jsonConverterOf({ 'schemas.enable': 'false' })

test('names of fields are data, whatever they hold', async () => {
  const names = ['"', '\\', '`${x}`', "'];throw 1//", '\n', '__proto__', 'constructor', '😀', '']
  const schema = struct(names.map((name) => ({ name, schema: primitive('int32') })))
  const bytes = (await plain.encoder('t', schema)).encode([names.map((_, i) => i)])
  const text = textAt(bytes, 0)
  expect(Object.entries(JSON.parse(text!) as object)).toEqual(names.map((name, i) => [name, i]))
})

test('the buffer grows with the values', async () => {
  const encoder = await plain.encoder('t', primitive('string'))
  const values = Array.from({ length: 40 }, (_, i) => String.fromCharCode(1 + i).repeat(i * i))
  const bytes = encoder.encode(values)
  expect(values.map((_, i) => JSON.parse(textAt(bytes, i)!) as string)).toEqual(values)
})

test('a table of very many columns is written as any other', async () => {
  const schema = struct(Array.from({ length: 700 }, (_, i) => ({ name: `column_${i}`, schema: primitive('int32') })))
  const row = schema.fields.map((field) => field.index)
  const bytes = (await plain.encoder('t', schema)).encode([row])
  expect(Object.values(JSON.parse(textAt(bytes, 0)!) as object)).toEqual(row)
})

test('no values are an empty column', async () => {
  const encoder = await plain.encoder('t', primitive('int32'))
  expect(encoder.encode([])).toMatchObject({ length: 0 })
})

test('a batch does not change the one before it', async () => {
  const encoder = await plain.encoder('t', primitive('string'))
  const first = encoder.encode(['first'])
  encoder.encode(['other'])
  expect(textAt(first, 0)).toBe('"first"')
})
