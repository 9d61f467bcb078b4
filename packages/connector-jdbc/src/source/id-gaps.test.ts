import { expect, test } from 'vitest'
import { IdGaps } from './id-gaps.js'

const BLOCKS = { size: 50n, step: 1n, anchor: 1n, least: 1n }
const spans = (gaps: IdGaps) => gaps.gaps.map(({ from, to }) => [Number(from), Number(to)])
const values = (...numbers: readonly number[]) => numbers.map(BigInt)

test('the rest of a block is a gap once a value of a later block was passed', () => {
  const gaps = new IdGaps(BLOCKS, -1n)
  gaps.pass(values(1, 2, 3))
  expect(spans(gaps)).toEqual([])
  gaps.pass(values(51))
  expect(spans(gaps)).toEqual([[4, 50]])
  expect(gaps.floor(51n)).toBe(3n)
})

test('a value that is left out before another one of its block was rolled back', () => {
  const gaps = new IdGaps(BLOCKS, 0n)
  gaps.pass(values(2, 7, 50, 51))
  expect(spans(gaps)).toEqual([])
  expect(gaps.floor(51n)).toBe(51n)
})

test('blocks of which nothing is seen yet are gaps, up to the one that is seen', () => {
  const gaps = new IdGaps(BLOCKS, 0n)
  gaps.pass(values(149, 160))
  expect(spans(gaps)).toEqual([
    [1, 100],
    [150, 150],
  ])
})

test('a row in a gap settles what its session drew before it', () => {
  const gaps = new IdGaps(BLOCKS, 0n)
  gaps.pass(values(1, 151))
  gaps.fill(60n)
  expect(spans(gaps)).toEqual([
    [2, 50],
    [61, 150],
  ])
  gaps.fill(50n)
  gaps.fill(150n)
  expect(spans(gaps)).toEqual([[61, 100]])
})

test('a gap is left to be closed when every session there was when it was first looked at has gone', () => {
  const gaps = new IdGaps(BLOCKS, 0n)
  gaps.pass(values(1, 51))
  expect(gaps.meet(new Set(['a', 'b']))).toEqual([])
  expect(gaps.meet(new Set(['b', 'c']))).toEqual([])
  const dead = gaps.meet(new Set(['c']))
  expect(dead).toHaveLength(1)
  gaps.close(dead)
  expect(gaps.floor(51n)).toBe(51n)
})

test('blocks are counted in steps of the sequence, from any value on', () => {
  const gaps = new IdGaps({ size: 10n, step: 3n, anchor: 8n, least: 1n }, 7n)
  gaps.pass(values(8, 11, 38, 41, 68))
  expect(spans(gaps)).toEqual([
    [12, 37],
    [42, 67],
  ])
})

test('there are never more than a thousand gaps, and none more than 100,000 values back', () => {
  const many = new IdGaps({ size: 2n, step: 1n, anchor: 1n, least: 1n }, 0n)
  many.pass(Array.from({ length: 5000 }, (_, i) => BigInt(2 * i + 1)))
  expect(many.gaps).toHaveLength(1000)
  const wide = new IdGaps(BLOCKS, 0n)
  wide.pass(values(1, 1_000_051))
  expect(spans(wide)).toEqual([[900_051, 1_000_050]])
})
