import { expect, test } from 'vitest'
import { decimal, mapOf, primitive, type Schema } from '@rowbridge/api'
import { compileKey } from './key-identity.js'

const column = (schema: Schema, name = 'k') =>
  ({ name, schema, isKey: true, from: 'key-field', index: 0, epoch: null }) as const
const STRING = primitive('string')
const idOf = (schemas: readonly Schema[], ...row: unknown[]) =>
  compileKey(schemas.map((schema, i) => column(schema, `k${i}`))).idOf(row)
/** Whether a Map holds both for one key. */
const areOne = (a: unknown, b: unknown) => new Set([a, b]).size === 1

test.each<[string, readonly Schema[], readonly unknown[], readonly unknown[]]>([
  ['zero and minus zero', [primitive('float64')], [0], [-0]],
  ['zero and minus zero in several columns', [primitive('float64'), STRING], [0, 'a'], [-0, 'a']],
  ['NaN and NaN', [primitive('float64')], [Number.NaN], [Number.NaN]],
  ['equal bytes', [primitive('bytes')], [Uint8Array.of(1, 255)], [Uint8Array.of(1, 255)]],
  ['decimals that differ in zeros', [decimal(2)], ['1.50'], ['1.5']],
  ['decimals that are zero', [decimal(2)], ['-0.00'], ['0']],
])('%s are one key', (_what, schemas, a, b) => {
  expect(areOne(idOf(schemas, ...a), idOf(schemas, ...b))).toBe(true)
})

test.each<[string, readonly Schema[], readonly unknown[], readonly unknown[]]>([
  ['neighbours beyond the safe integers', [primitive('int64')], [9_007_199_254_740_993n], [9_007_199_254_740_994n]],
  ['columns that join to one text', [STRING, STRING], ['a,', 'b'], ['a', ',b']],
  ['NaN and infinity in several columns', [primitive('float64'), STRING], [Number.NaN, ''], [Infinity, '']],
  ['letters of another case', [STRING], ['a'], ['A']],
  ['decimals that end in a zero before the point', [decimal(0)], ['100'], ['1']],
])('%s are two keys', (_what, schemas, a, b) => {
  expect(areOne(idOf(schemas, ...a), idOf(schemas, ...b))).toBe(false)
})

test.each([
  ['case', 'abc', 'ABC'],
  ['accents', 'café', 'CAFE'],
  ['blanks at the end', 'a', 'a  '],
  ['ligatures', 'straße', 'STRASSE'],
])('keys that differ in %s may be one for a collation', (_what, a, b) => {
  const { looseIdOf } = compileKey([column(STRING)])
  expect(looseIdOf?.([a])).toBe(looseIdOf?.([b]))
})

test('keys of the same names and kinds compare, whatever the width of a number', () => {
  expect(compileKey([column(primitive('int32'))]).kind).toBe(compileKey([column(primitive('int64'))]).kind)
  expect(compileKey([column(primitive('int32'))]).kind).not.toBe(compileKey([column(STRING)]).kind)
})

test('a map cannot be a key', () => {
  expect(() => compileKey([column(mapOf(STRING, STRING))])).toThrow(/cannot be a key/)
})
