import type { Holder, Moment } from '@rowbridge/sql'
import { expect, test } from 'vitest'
import { Fence, type UncommittedRow } from './fence.js'
import type { Hold } from './hold-log.js'
import { instantOf, START, type Position } from './offset.js'

const upTo = (incrementing: number): Position => ({ ...START, incrementing })
const before = (ms: number): Position => ({ ...START, timestamp: instantOf(ms) })
const holder = (key: string, isSuccessor = false): Holder => ({ key, who: key, ageMs: null, isSuccessor })
const moment = (...keys: readonly string[]): Moment => ({
  holders: keys.map((key) => holder(key)),
  sessions: new Set(),
})
const row = (position: Position): UncommittedRow => ({ ...holder(`row ${position.incrementing}`), position })

function fenceOf({ leaseMs = 0, maxWaitMs = 0 } = {}) {
  const passed: Hold[] = []
  return { passed, fence: new Fence({ leaseMs, maxWaitMs, onPassed: (hold) => void passed.push(hold) }) }
}

test('with nobody there, a mark is safe at once', () => {
  const { fence } = fenceOf()
  fence.add(upTo(7), 0)
  expect(fence.settle(moment(), [], 0)).toEqual(upTo(7))
  expect(fence.isEmpty).toBe(true)
})

test('a mark waits for those who were there when it was made, and not for those who came later', () => {
  const { fence } = fenceOf()
  fence.add(upTo(7), 0)
  expect(fence.settle(moment('a', 'b'), [], 0)).toBeNull()
  expect(fence.settle(moment('b', 'c'), [], 1)).toBeNull()
  expect(fence.settle(moment('c', 'd'), [], 2)).toEqual(upTo(7))
})

test('marks overlap: the furthest one that is safe counts', () => {
  const { fence } = fenceOf()
  fence.add(upTo(1), 0)
  expect(fence.settle(moment('a'), [], 0)).toBeNull()
  fence.add(upTo(2), 1)
  expect(fence.settle(moment('a', 'b'), [], 1)).toBeNull()
  fence.add(upTo(3), 2)
  expect(fence.settle(moment('b', 'c'), [], 2)).toEqual(upTo(1))
  expect(fence.settle(moment('c'), [], 3)).toEqual(upTo(2))
  expect(fence.settle(moment(), [], 4)).toEqual(upTo(3))
})

test('a transaction that goes on under another key is waited for', () => {
  const { fence } = fenceOf()
  fence.add(upTo(7), 0)
  expect(fence.settle(moment('3/9'), [], 0)).toBeNull()
  expect(fence.settle({ holders: [holder('-1/555', true)], sessions: new Set() }, [], 1)).toBeNull()
  expect(fence.settle(moment(), [], 2)).toEqual(upTo(7))
})

test('an uncommitted row holds the marks above it, whenever it comes in', () => {
  const { fence } = fenceOf()
  fence.add(upTo(5), 0)
  expect(fence.settle(moment('a'), [], 0)).toBeNull()
  expect(fence.settle(moment(), [row(upTo(4))], 1)).toBeNull()
  expect(fence.settle(moment(), [row(upTo(6))], 2)).toEqual(upTo(5))
})

test('a row at the time of a bound is behind it', () => {
  const { fence } = fenceOf()
  fence.add(before(1000), 0)
  expect(fence.settle(moment(), [{ ...holder('r'), position: before(999) }], 0)).toBeNull()
  expect(fence.settle(moment(), [{ ...holder('r'), position: before(1000) }], 1)).toEqual(before(1000))
})

test('those who are on their way are looked for only after the lease', () => {
  const { fence } = fenceOf({ leaseMs: 250 })
  fence.add(upTo(7), 1000)
  expect(fence.isDue(1249)).toBe(false)
  expect(fence.settle(moment(), [], 1249)).toBeNull()
  expect(fence.isDue(1250)).toBe(true)
  expect(fence.settle(moment(), [], 1250)).toEqual(upTo(7))
})

test('past the longest wait a mark is safe, its holders are told once and hold no later mark', () => {
  const { fence, passed } = fenceOf({ maxWaitMs: 100 })
  fence.add(upTo(1), 0)
  expect(fence.settle(moment('stuck'), [], 0)).toBeNull()
  expect(fence.settle(moment('stuck'), [], 100)).toEqual(upTo(1))
  fence.add(upTo(2), 110)
  expect(fence.settle(moment('stuck'), [], 110)).toEqual(upTo(2))
  expect(passed).toEqual([{ since: 0, holders: [holder('stuck')] }])
})
