import { expect, test } from 'vitest'
import { DataError } from './errors.js'
import { primitive, struct } from './schema.js'
import { fieldOf, objectOf, rowOf } from './struct.js'

const schema = struct(
  [
    { name: 'id', schema: primitive('int32') },
    { name: 'name', schema: primitive('string', { optional: true, default: 'anon' }) },
    { name: 'note', schema: primitive('string', { optional: true }) },
  ],
  { name: 'users' },
)

test('a row by name and back', () => {
  const row = rowOf(schema, { note: 'x', id: 1 })
  expect(row).toEqual([1, 'anon', 'x'])
  expect(objectOf(schema, row)).toEqual({ id: 1, name: 'anon', note: 'x' })
})

test('a name that is not there is told with the names that are', () => {
  expect(() => fieldOf(schema, 'nam')).toThrow(DataError)
  expect(() => rowOf(schema, { nam: 1 })).toThrow('Field nam is not in schema users')
})
