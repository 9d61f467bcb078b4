import { expect, test } from 'vitest'
import { decimal, scaleOf, timestamp } from './logical.js'
import { arrayOf, mapOf, primitive, struct, withOptions } from './schema.js'

const user = () =>
  struct(
    [
      { name: 'id', schema: primitive('int64') },
      { name: 'name', schema: primitive('string', { optional: true, default: 'anon' }) },
      { name: 'price', schema: decimal(2, { precision: 10 }) },
    ],
    { name: 'users' },
  )

test('equal schemas are one object, however deep', () => {
  expect(user()).toBe(user())
  expect(mapOf(primitive('string'), arrayOf(user()))).toBe(mapOf(primitive('string'), arrayOf(user())))
})

test.each([
  ['type', primitive('int8'), primitive('int16')],
  ['optional', primitive('int8'), primitive('int8', { optional: true })],
  ['name', primitive('int64'), timestamp()],
  ['version', primitive('string', { version: 1 }), primitive('string', { version: 2 })],
  ['doc', primitive('string', { doc: 'a' }), primitive('string', { doc: 'b' })],
  ['parameters', decimal(2), decimal(3)],
  [
    'order of parameters',
    decimal(2, { parameters: { a: '1', b: '2' } }),
    decimal(2, { parameters: { b: '2', a: '1' } }),
  ],
  ['default', primitive('int32', { default: 0 }), primitive('int32')],
  ['default of null', primitive('int32', { optional: true, default: null }), primitive('int32', { optional: true })],
  ['sign of a zero default', primitive('float64', { default: 0 }), primitive('float64', { default: -0 })],
  ['default bigint or text', primitive('int64', { default: 1n }), primitive('string', { default: '1' })],
  [
    'field name',
    struct([{ name: 'a', schema: primitive('int8') }]),
    struct([{ name: 'b', schema: primitive('int8') }]),
  ],
])('schemas that differ in %s are two objects', (_what, a, b) => {
  expect(a).not.toBe(b)
})

test('a schema keeps its other attributes when one changes', () => {
  const optional = withOptions(user(), { optional: true })
  expect(optional).toMatchObject({ type: 'struct', name: 'users', optional: true })
  expect(optional.fields).toHaveLength(3)
  expect(withOptions(optional, { optional: false })).toBe(user())
})

test('fields know their place in a row', () => {
  expect(user().fields.map((field) => [field.name, field.index])).toEqual([
    ['id', 0],
    ['name', 1],
    ['price', 2],
  ])
})

test('a schema cannot be changed', () => {
  expect(() => Object.assign(user(), { optional: true })).toThrow(TypeError)
})

test('only a decimal has a scale', () => {
  expect([scaleOf(decimal(-3)), scaleOf(decimal(0)), scaleOf(primitive('bytes'))]).toEqual([-3, 0, null])
})
