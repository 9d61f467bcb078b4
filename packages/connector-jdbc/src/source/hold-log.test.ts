import { expect, test } from 'vitest'
import { HoldLog } from './hold-log.js'

function journal() {
  const lines: string[] = []
  const note = (message: string) => void lines.push(message)
  return { lines, log: { debug() {}, info: note, warn: note, error: note } }
}

const hold = { since: 0, holders: [{ who: 'process 7 (app)', ageMs: 3_600_000 }] }

test('a hold is told after half a minute, then after pauses that grow, with who holds and since when', () => {
  const { lines, log } = journal()
  const holds = new HoldLog(log, 'public.t')
  const told = [0, 29_999, 30_000, 59_000, 60_000, 100_000, 120_000].map((now) => {
    holds.note(hold, now)
    return lines.length
  })
  expect(told).toEqual([0, 0, 1, 1, 2, 2, 3])
  expect(lines[0]).toContain('public.t: new rows are held back for 30 s by process 7 (app), open for 3600 s.')
  expect(lines[0]).toContain('commit.safe.max.wait.ms')
})

test('a short hold is not worth a word, the end of a long one is', () => {
  const { lines, log } = journal()
  const holds = new HoldLog(log, 't')
  holds.note(hold, 1000)
  holds.note(null, 2000)
  expect(lines).toEqual([])
  holds.note(hold, 40_000)
  holds.note(null, 50_000)
  expect(lines.at(-1)).toBe('t: no transaction holds up the reading any more.')
})

test('of many holders the oldest are named', () => {
  const { lines, log } = journal()
  const holders = [1, 5, 3, 4, 2].map((age) => ({ who: `c${age}`, ageMs: age * 100_000 }))
  new HoldLog(log, 't').note({ since: 0, holders }, 30_000)
  expect(lines[0]).toContain('c5, open for 500 s; c4, open for 400 s; c3, open for 300 s; and 2 more')
})
