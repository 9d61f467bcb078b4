import { expect, test } from 'vitest'
import { Lines } from './lines.js'

function linesOf(...chunks: (string | Buffer)[]) {
  const lines = new Lines(0)
  for (const chunk of chunks) lines.add(Buffer.from(chunk))
  return lines.take(100)
}

test.each([
  ['a\nb\n', ['a', 'b'], 4],
  ['a\r\nb\r\n', ['a', 'b'], 6],
  ['a\rb\n', ['a', 'b'], 4],
  ['\n\n', ['', ''], 2],
  ['a\nhalf', ['a'], 2],
  ['a\n\r', ['a'], 2],
])('%j has the lines %j and ends at %i', (text, lines, end) => {
  expect(linesOf(text)).toEqual({ lines, end })
})

test('a line end that comes in two pieces ends one line', () => {
  expect(linesOf('a\r', '\nb\n')).toEqual({ lines: ['a', 'b'], end: 5 })
})

test('a lone carriage return ends a line once the next character is there', () => {
  expect(linesOf('a\r', 'b')).toEqual({ lines: ['a'], end: 2 })
})

test('a character that comes in two pieces is whole', () => {
  const bytes = Buffer.from('grün\n')
  expect(linesOf(bytes.subarray(0, 3), bytes.subarray(3))).toEqual({ lines: ['grün'], end: 6 })
})

test('a line without an end is not one yet', () => {
  expect(linesOf('half', ' a line')).toBeNull()
})

test('lines are taken in portions, each with its end', () => {
  const lines = new Lines(10)
  lines.add(Buffer.from('a\nbb\nccc\n'))
  expect(lines.take(2)).toEqual({ lines: ['a', 'bb'], end: 15 })
  expect(lines.take(2)).toEqual({ lines: ['ccc'], end: 19 })
  expect(lines.take(2)).toBeNull()
})
