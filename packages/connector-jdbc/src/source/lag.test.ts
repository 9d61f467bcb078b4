import { expect, test } from 'vitest'
import { SourceLag } from './lag.js'

function lagAt() {
  const clock = { now: 0 }
  const told: number[] = []
  const metrics = { add: () => {}, set: (_name: string, value: number) => void told.push(value) }
  const lag = new SourceLag<{ isInRun: boolean }>(metrics, () => clock.now)
  const at = (ms: number, readers: readonly { isInRun: boolean }[]) => {
    clock.now = ms
    lag.tell(readers)
    return told.at(-1)
  }
  return { clock, lag, at }
}

test('counts from the beginning of the last run that came to its end', () => {
  const { clock, lag, at } = lagAt()
  const reader = { isInRun: false }
  clock.now = 1000
  lag.reads(reader)
  reader.isInRun = true
  clock.now = 4000
  lag.reads(reader)
  lag.ended(reader)
  reader.isInRun = false
  expect(at(5000, [reader])).toBe(4)
  clock.now = 6000
  lag.reads(reader)
  lag.ended(reader)
  expect(at(6500, [reader])).toBe(0.5)
})

test('grows through a run that does not end', () => {
  const { lag, at } = lagAt()
  const reader = { isInRun: false }
  lag.reads(reader)
  reader.isInRun = true
  expect(at(60_000, [reader])).toBe(60)
})

test('is that of the table furthest behind', () => {
  const { clock, lag, at } = lagAt()
  const [slow, quick] = [{ isInRun: false }, { isInRun: false }]
  lag.reads(slow)
  clock.now = 9000
  lag.reads(quick)
  lag.ended(quick)
  expect(at(10_000, [slow, quick])).toBe(10)
})
