import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { StandardInput } from './standard-input.js'

test('gives what has come, and does not wait for more', async () => {
  const stream = new PassThrough()
  const input = new StandardInput(stream)
  expect(await input.read()).toBeNull()
  stream.write('one\n')
  stream.write('two\n')
  expect(String(await input.read())).toBe('one\ntwo\n')
  expect(await input.read()).toBeNull()
  stream.end()
  expect(await input.read()).toBeNull()
})
