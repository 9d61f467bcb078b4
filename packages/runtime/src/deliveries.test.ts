import { byteColumn } from '@rowbridge/api'
import { expect, it } from 'vitest'
import { Deliveries } from './deliveries.js'
import type { Part } from './sink-writer.js'

const nothing = byteColumn([])
const fetched = { topic: 't', partition: 0, length: 0, offsets: [], timestamps: [], keys: nothing, values: nothing }
const part = (next: number): Part => ({
  owned: { topic: 't', partition: 0, isOwned: true, next: null, committed: null, end: 0 },
  batches: [],
  next,
  fetched: { ...fetched, headers: null, endOffset: 0 },
})
const nexts = (parts: readonly Part[] | null) => parts?.map(({ next }) => next) ?? null

it('gives what gathered as one, in order, and then nothing', () => {
  const deliveries = new Deliveries({ records: 100, bytes: 1000 })
  deliveries.add({ parts: [part(1), part(2)], records: 2, bytes: 20 })
  deliveries.add({ parts: [part(3)], records: 1, bytes: 10 })

  expect(nexts(deliveries.take())).toEqual([1, 2, 3])
  expect(deliveries.take()).toBeNull()
})

it.each([
  ['records', { records: 60, bytes: 1 }],
  ['bytes', { records: 1, bytes: 600 }],
])('is full, and gives no more at once, when there are too many %s', (_what, size) => {
  const deliveries = new Deliveries({ records: 100, bytes: 1000 })
  deliveries.add({ parts: [part(1)], ...size })
  expect(deliveries.isFull).toBe(false)
  deliveries.add({ parts: [part(2)], ...size })
  expect(deliveries.isFull).toBe(true)

  expect(nexts(deliveries.take())).toEqual([1])
  expect(deliveries.isFull).toBe(false)
  expect(nexts(deliveries.take())).toEqual([2])
})

it('gives a delivery that is too large alone', () => {
  const deliveries = new Deliveries({ records: 100, bytes: 1000 })
  deliveries.add({ parts: [part(1)], records: 500, bytes: 5000 })
  expect(nexts(deliveries.take())).toEqual([1])
})
