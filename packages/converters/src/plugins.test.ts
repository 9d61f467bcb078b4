import { primitive, textAt } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { jsonConverter, stringConverter } from './plugins.js'

test.each([
  [jsonConverter, '"x"'],
  [stringConverter, 'x'],
])('a plugin is loaded when it is used', async (plugin, text) => {
  const make = await plugin.converter()
  const encoder = await make({ 'schemas.enable': 'false', 'converter.type': 'key' }).encoder('t', primitive('string'))
  expect(textAt(encoder.encode(['x']), 0)).toBe(text)
})

test('a mistake in the configuration names the key', async () => {
  const make = await jsonConverter.converter()
  expect(() => make({ 'decimal.format': 'HEX' })).toThrow('decimal.format')
})
