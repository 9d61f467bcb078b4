import type { TaskProgress } from '@rowbridge/runtime'
import { expect, test } from 'vitest'
import { lineOf } from './progress.js'

const source = (rows: number): readonly TaskProgress[] => [
  { connector: 'src', task: 0, type: 'source', state: 'RUNNING', metrics: { 'source-record-write-total': rows } },
]

test('a long load shows rows and rows per second, and nothing once it pauses', () => {
  const loads = new Map<string, never>()
  const at = (time: number, rows: number) => lineOf(loads, source(rows), time)
  expect(at(0, 0)).toBe('')
  expect(at(1_000, 10_000)).toBe('')
  expect(at(2_000, 20_000)).toBe('src: 20,000 rows · 10,000 rows/s')
  expect(at(3_000, 30_000)).toBe('src: 30,000 rows · 10,000 rows/s')
  expect(at(4_500, 30_000)).toBe('')
  expect(at(60_000, 30_001)).toBe('')
})

test('tells the share of a load that is done, and how far a sink is behind', () => {
  const loads = new Map<string, never>()
  const at = (time: number, rows: number) =>
    lineOf(
      loads,
      [
        {
          connector: 'snk',
          task: 0,
          type: 'sink',
          state: 'RUNNING',
          metrics: { 'sink-record-send-total': rows, 'sink-record-lag-max': 500 },
        },
        {
          connector: 'src',
          task: 0,
          type: 'source',
          state: 'RUNNING',
          metrics: { 'source-record-write-total': rows, 'source-load-share': 0.5 },
        },
        {
          connector: 'src',
          task: 1,
          type: 'source',
          state: 'RUNNING',
          metrics: { 'source-record-write-total': 0, 'source-load-share': 0.259 },
        },
      ],
      time,
    )
  at(0, 0)
  at(1_000, 100)
  expect(at(2_000, 200)).toBe('snk: 200 rows · 100 rows/s · 500 behind   src: 200 rows · 100 rows/s · 25 %')
})
