import { expect, it } from 'vitest'
import { compilePageFill } from './page-fill.js'

function pageLengths(rows: number, bytes: readonly number[]): number[] {
  const isFull = compilePageFill(() => rows)
  const ends = bytes.flatMap((size, i) => (isFull([1, new Uint8Array(size)]) ? [i + 1] : []))
  return ends.map((end, i) => end - (ends[i - 1] ?? 0))
}

it.each([
  ['small rows', 100, Array.from({ length: 250 }, () => 10), [100, 100]],
  ['rows of 16 MB', 100, [16_000_000, 16_000_000, 16_000_000], [1, 1, 1]],
  ['rows of 4 MB', 100, Array.from({ length: 18 }, () => 4_000_000), [9, 9]],
])('%s: a page ends at its rows or its bytes', (_what, rows, bytes, lengths) => {
  expect(pageLengths(rows, bytes)).toEqual(lengths)
})
