import { expect, test } from 'vitest'
import { primitive, struct } from '@rowbridge/api'
import { checkKeyMode, compileRowKeys, keyColumnsOf } from './record-key.js'

const ROW = struct(
  [
    { name: 'a', schema: primitive('int32') },
    { name: 'b', schema: primitive('string', { optional: true }) },
  ],
  { name: 't' },
)

test.each(['', 'primary key', 'columns', 'columns:', 'columns:a,,b', 'columns:a,a'])('%j is refused', (mode) => {
  expect(checkKeyMode(mode)).not.toBeNull()
})

test.each<[string, ReturnType<typeof keyColumnsOf>]>([
  [' NONE ', 'none'],
  ['Primary_Key', 'primary_key'],
  ['columns: a , "ü" b', ['a', '"ü" b']],
])('%j is understood', (mode, expected) => {
  expect(checkKeyMode(mode)).toBeNull()
  expect(keyColumnsOf(mode)).toEqual(expected)
})

test('keys have the fields of their rows, in the order named, and one schema for all pages', () => {
  const keys = compileRowKeys(['b', 'a'], 't')
  const made = keys(ROW, [
    [1, 'x'],
    [2, null],
  ])
  expect(made.values).toEqual([
    ['x', 1],
    [null, 2],
  ])
  expect(made.schema).toMatchObject({ type: 'struct', name: 't.Key' })
  expect(made.schema?.fields.map(({ schema }) => schema)).toEqual([ROW.fields[1]?.schema, ROW.fields[0]?.schema])
  expect(keys(ROW, []).schema).toBe(made.schema)
})

test('a column that rows no longer have is told with those they have', () => {
  expect(() => compileRowKeys(['c'], 'public.t')(ROW, [])).toThrow(/public\.t have no column c/)
})
