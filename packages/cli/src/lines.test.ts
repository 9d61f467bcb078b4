import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { linesOf } from './lines.js'

async function collect(...chunks: readonly string[]): Promise<string[][]> {
  const batches: string[][] = []
  const input = (async function* () {
    for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk, 'latin1'))
  })()
  for await (const lines of linesOf(input)) batches.push(lines.map((line) => line.toString('latin1')))
  return batches
}

test.each([
  ['no input', [], []],
  ['a line without a newline', ['a'], [['a']]],
  ['empty lines', ['a\n\n\nb\n'], [['a', '', '', 'b']]],
  ['carriage returns before newlines', ['a\r\nb\rc\r\n'], [['a', 'b\rc']]],
  ['a line over several chunks', ['a\nb', 'c', 'd\ne'], [['a'], ['bcd'], ['e']]],
  ['a newline alone in its chunk', ['a', '\n'], [['a']]],
  ['bytes that are no text', ['\xff\x00\n\x80'], [['\xff\x00'], ['\x80']]],
])('%s', async (_what, chunks, expected) => {
  expect(await collect(...chunks)).toEqual(expected)
})

test('a line is handed out before the next one comes', async () => {
  const input = new PassThrough()
  const lines = linesOf(input)
  input.write('first\nsec')
  expect((await lines.next()).value).toEqual([Buffer.from('first')])
  input.destroy()
  expect((await lines.next()).done).toBe(true)
})
