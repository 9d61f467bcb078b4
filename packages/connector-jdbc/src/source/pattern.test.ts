import { expect, test } from 'vitest'
import { checkPatterns, patternOf } from './pattern.js'

test.each([
  ['users', 'users', true],
  ['users', 'users2', false],
  ['(?i)Users', 'uSERS', true],
  ['\\Qa.b\\E.*', 'a.bc', true],
  ['\\Qa.b\\E.*', 'axbc', false],
  ['[[:alpha:]_]+', 'a_b', true],
  ['[[:digit:]]+', 'a', false],
  ['(?P<name>a)b', 'ab', true],
  ['\\Aab\\z', 'ab', true],
  ['\\pL+', 'größe', true],
  ['a\\-b\\_c', 'a-b_c', true],
  ['x|', '', true],
])('%s as RE2 reads it, on %s', (source, text, expected) => {
  expect(patternOf(source).test(text)).toBe(expected)
})

test.each(['(', '[a', 'a**', '\\y', '\\', '[[:odd:]]', 'a(?-i)b', 'a{1,3}'])('%s is refused', (source) => {
  expect(checkPatterns(source)).not.toBeNull()
})

test('a pattern that would match for ever is stopped, and told', () => {
  expect(() => patternOf('(a+)+b').test('a'.repeat(64))).toThrow(/\(a\+\)\+b takes too long/)
  expect(patternOf('(a+)+b').test('aab')).toBe(true)
})
