import { expect, test } from 'vitest'
import { ConfigError, ConnectError, DataError, describeError, redact, RetriableError, shown } from './errors.js'

test('an error tells its class, hint and causes', () => {
  const error = new DataError('value-out-of-range', 'users.id: 300 does not fit TINYINT', {
    hint: 'Widen the column.',
    cause: new Error('Out of range'),
    index: 4,
  })
  expect(error).toBeInstanceOf(ConnectError)
  expect(error.index).toBe(4)
  expect(describeError(error)).toBe(
    'DataError: users.id: 300 does not fit TINYINT. Widen the column.\nCaused by: Error: Out of range',
  )
})

test('a cause that tells nothing more is left out', () => {
  const driver = new Error('duplicate key', { cause: new Error('socket 7') })
  const inner = new DataError('duplicate-key', 't: insert: duplicate key', { cause: driver })
  const outer = new DataError('duplicate-key', 'x-0@5: t: insert: duplicate key', { cause: inner, hint: 'Mend it.' })
  expect(describeError(outer)).toBe('DataError: x-0@5: t: insert: duplicate key. Mend it.\nCaused by: Error: socket 7')
})

test.each([NaN, Infinity, -Infinity])('%d is shown as it is', (value) => {
  expect(shown(value)).toBe(String(value))
})

test('a config error says all its problems', () => {
  const error = new ConfigError('invalid-config', [
    { key: 'a', message: 'a is missing' },
    { key: 'b', message: 'b is odd' },
  ])
  expect(error.message).toBe('a is missing\nb is odd')
})

test('a class without a hint has none', () => {
  expect(new RetriableError('lost', 'gone').hint).toBeNull()
})

test.each([
  ['jdbc:mysql://h/db?user=a&password=geheim&x=1', 'jdbc:mysql://h/db?user=a&password=****&x=1'],
  ['mysql://root:geheim@h/db', 'mysql://root:****@h/db'],
  ['ssl.keystore.password=geheim', 'ssl.keystore.password=****'],
  ['jdbc:mariadb://h/db', 'jdbc:mariadb://h/db'],
])('%s is shown without its secret', (text, safe) => {
  expect(redact(text)).toBe(safe)
})

test.each([
  ['x'.repeat(200), 80],
  [[1n, 2], 10],
  [new Uint8Array(1000), 80],
  [undefined, 10],
])('a value is shown short', (value, most) => {
  expect(shown(value).length).toBeLessThanOrEqual(most)
  expect(shown(value)).not.toBe('')
})
