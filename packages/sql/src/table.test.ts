import { expect, it } from 'vitest'
import { nameParts, tableIdOf } from './table.js'

it.each([
  ['t', ['t']],
  ['s.t', ['s', 't']],
  ['"s"."t"', ['s', 't']],
  ['s."t"', ['s', 't']],
  ['"a.b".t', ['a.b', 't']],
  ['"say ""hi"""', ['say "hi"']],
  ['c.s.t', ['c', 's', 't']],
  ['`a"b`', ['a"b']],
])('reads the parts of %s', (name, parts) => {
  expect(nameParts(name, '"`').map((part) => part.text)).toEqual(parts)
})

it.each(['', 's.', '.t', 's..t', '"s', '"s"t', '""'])('refuses %j', (name) => {
  expect(() => nameParts(name, '"')).toThrow(expect.objectContaining({ code: 'invalid-table-name' }))
})

it('places two parts as the database means them', () => {
  expect(tableIdOf('a.t', ['a', 't'], 'schema')).toEqual({ catalog: null, schema: 'a', table: 't' })
  expect(tableIdOf('a.t', ['a', 't'], 'catalog')).toEqual({ catalog: 'a', schema: null, table: 't' })
  expect(tableIdOf('c.s.t', ['c', 's', 't'], 'schema')).toEqual({ catalog: 'c', schema: 's', table: 't' })
  expect(() => tableIdOf('c.s.t', ['c', 's', 't'], 'catalog')).toThrow('too many parts')
})
