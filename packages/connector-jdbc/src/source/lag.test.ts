import { expect, test } from 'vitest'
import { SourceLag } from './lag.js'

function lagAt() {
  const clock = { now: 0 }
  const told: Record<string, number> = {}
  const metrics = { add: () => {}, set: (name: string, value: number) => void (told[name] = value) }
  const lag = new SourceLag<{ isInRun: boolean }>(metrics, () => clock.now)
  const at = (ms: number, readers: readonly { isInRun: boolean }[]) => {
    clock.now = ms
    lag.tell(readers)
    return [told['source-lag-seconds'], told['source-lag-rows']]
  }
  return { clock, lag, at }
}

test('counts time from the beginning of the last run that came to its end', () => {
  const { clock, lag, at } = lagAt()
  const reader = { isInRun: false }
  clock.now = 1000
  lag.reads(reader)
  reader.isInRun = true
  clock.now = 4000
  lag.reads(reader)
  lag.ended(reader)
  reader.isInRun = false
  expect(at(5000, [reader])).toEqual([4, 0])
  clock.now = 6000
  lag.reads(reader)
  lag.ended(reader)
  expect(at(6500, [reader])).toEqual([0.5, 0])
})

test('grows through a run that does not end, and tells the rows when they were counted', () => {
  const { clock, lag, at } = lagAt()
  const reader = { isInRun: false }
  lag.reads(reader)
  reader.isInRun = true
  clock.now = 29_000
  expect(lag.wantsCount(reader)).toBe(false)
  expect(at(60_000, [reader])).toEqual([60, undefined])
  expect(lag.wantsCount(reader)).toBe(true)
  lag.counted(reader, 1234)
  expect(lag.wantsCount(reader)).toBe(false)
  expect(at(61_000, [reader])).toEqual([61, 1234])
})

test('is the time of the table furthest behind, and the rows of all', () => {
  const { clock, lag, at } = lagAt()
  const [slow, quick] = [{ isInRun: false }, { isInRun: false }]
  lag.reads(slow)
  lag.counted(slow, 10)
  clock.now = 9000
  lag.reads(quick)
  lag.ended(quick)
  expect(at(10_000, [slow, quick])).toEqual([10, 10])
})
