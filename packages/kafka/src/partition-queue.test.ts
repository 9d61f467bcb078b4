// The way of one partition's batches: order and sequences hold whatever the broker answers.
import { byteColumn, DataError, RetriableError, StateError } from '@rowbridge/api'
import { describe, expect, test } from 'vitest'
import { Tally, type OpenBatch } from './open-batch.js'
import { PartitionQueue, type QueueSettings } from './partition-queue.js'
import { AT, writeRecordBatch } from './record-batch.js'

const log = { debug() {}, info() {}, warn() {}, error() {} }

/** A queue that sends nothing by itself; each producer id is one more than the last. */
function queueOf(more: Partial<QueueSettings> = {}) {
  let id = 0n
  const queue = new PartitionQueue('t', 0, {
    log,
    deliveryMs: Number.MAX_SAFE_INTEGER,
    missingTopicMs: 1000,
    maxInFlight: 2,
    producerId: () => Promise.resolve({ id: ++id, epoch: 0 }),
    wake: () => undefined,
    recover: () => Promise.resolve(),
    ...more,
  })
  return queue
}

function open(records: number, bornAt = Date.now()): OpenBatch {
  const values = byteColumn(Array.from({ length: records }, (_, i) => Buffer.from(`${i}`)))
  const batch = { topic: 't', partition: 0, length: records, keys: null, values, timestamps: null, headers: null }
  const range = { batch, rows: null, from: 0, to: records }
  const bytes = writeRecordBatch(range, { codec: 'none', now: 1 })
  return { range, bytes, bornAt, tally: new Tally(1), stamp: null, wasSent: false, isInFlight: false }
}

/** What recovers beside needs a few turns. */
async function next(queue: PartitionQueue): Promise<OpenBatch> {
  for (let turn = 0; turn < 50; turn++) {
    const batch = queue.take()
    if (batch !== null) return batch
    await Promise.resolve()
  }
  throw new Error('Nothing to send')
}

const stampOf = ({ bytes }: OpenBatch) => [
  Number(bytes.readBigInt64BE(AT.producerId)),
  bytes.readInt32BE(AT.baseSequence),
  bytes.readInt32BE(AT.count),
]

/** A queue whose producer the broker knows, with two batches in flight. */
async function twoInFlight(more: Partial<QueueSettings> = {}) {
  const queue = queueOf(more)
  queue.add([open(1), open(2), open(3)])
  queue.settle(await next(queue), 0)
  return { queue, first: await next(queue), second: await next(queue) }
}

describe("a partition's queue", () => {
  test('sends one batch until the broker knows the producer, then two', async () => {
    const queue = queueOf()
    queue.add([open(1), open(2), open(3), open(4)])
    const first = await next(queue)
    expect(queue.take()).toBeNull()
    queue.settle(first, 0)
    const [second, third] = [await next(queue), await next(queue)]
    expect(queue.take()).toBeNull()
    expect([first, second, third].map(stampOf)).toEqual([
      [1, 0, 1],
      [1, 1, 2],
      [1, 3, 3],
    ])
  })

  test('sends the same bytes again, in order, once nothing is in flight', async () => {
    const { queue, first, second } = await twoInFlight()
    const before = Buffer.from(first.bytes)
    queue.settle(second, 45)
    expect(queue.take()).toBeNull()
    queue.unanswered(first, new RetriableError('lost', 'connection lost'))
    expect(await next(queue)).toBe(first)
    expect(first.bytes.equals(before)).toBe(true)
    expect(await next(queue)).toBe(second)
    expect(stampOf(second)).toEqual([1, 3, 3])
  })

  test('takes a duplicate for delivered', async () => {
    const { queue, first } = await twoInFlight()
    queue.settle(first, 46)
    await expect(first.tally.settled).resolves.toBeUndefined()
  })

  test('starts a new producer id when the broker has lost the old one, and only then', async () => {
    const { queue, first, second } = await twoInFlight()
    queue.settle(first, 59)
    queue.settle(second, 45)
    const again = await next(queue)
    expect(again).toBe(first)
    expect(stampOf(again)).toEqual([2, 0, 2])
    expect(queue.take()).toBeNull()
    queue.settle(again, 0)
    expect(stampOf(await next(queue))).toEqual([2, 2, 3])
  })

  test('splits what the broker finds too large, before what follows', async () => {
    const { queue, first, second } = await twoInFlight()
    queue.settle(first, 10)
    queue.settle(second, 45)
    const sent: number[][] = []
    for (let n = 0; n < 3; n++) {
      const batch = await next(queue)
      sent.push(stampOf(batch))
      queue.settle(batch, 0)
    }
    expect(sent).toEqual([
      [2, 0, 1],
      [2, 1, 1],
      [2, 2, 3],
    ])
    await expect(first.tally.settled).resolves.toBeUndefined()
  })

  test('a single record that is too large is a data error; the next batch goes on under a new id', async () => {
    const queue = queueOf()
    queue.add([open(1), open(2)])
    const first = await next(queue)
    queue.settle(first, 10)
    await expect(first.tally.settled).rejects.toThrow(DataError)
    await expect(first.tally.settled).rejects.toThrow('t-0: a record of')
    expect(stampOf(await next(queue))).toEqual([2, 0, 2])
  })

  test('what will not mend fails at once', async () => {
    const { queue, first } = await twoInFlight()
    queue.settle(first, 29)
    await expect(first.tally.settled).rejects.toThrow(StateError)
  })

  test('gives up what is older than the delivery timeout', async () => {
    const queue = queueOf({ deliveryMs: 60_000 })
    queue.add([open(1)])
    queue.settle(await next(queue), 0)
    const [first, second, young] = [open(2, 1), open(3, 1), open(4)]
    const settled = Promise.allSettled([first.tally.settled, second.tally.settled])
    queue.add([first, second, young])
    for (const batch of [await next(queue), await next(queue)]) queue.settle(batch, 6)
    const late = { status: 'rejected', reason: expect.any(RetriableError) }
    expect(await settled).toEqual([late, late])
    expect(stampOf(await next(queue))).toEqual([2, 0, 4])
  })
})
