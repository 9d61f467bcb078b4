// Where reading starts, waits, stops and goes on.
import { StateError } from '@rowbridge/api'
import type { Consumer } from '@rowbridge/kafka'
import { describe, expect, test } from 'vitest'
import { numbered, pollAssigned, pollRecords, recordsOf, sendValues, sortedValues, valuesOf } from './kafka-records.js'
import type { KafkaSuite } from './kafka.js'

export function readingConformance(suite: KafkaSuite): void {
  const { house, consumer } = suite

  describe('reading', () => {
    const producer = suite.producer()

    const started = (topic: string, options: Options = {}) => startedOn(suite, topic, options)

    test('starts at the earliest record', async () => {
      const topic = await house().topic(1)
      await sendValues(producer(), { topic, partition: 0 }, ['old'])
      expect(valuesOf(await pollRecords(await started(topic), 1))).toEqual(['old'])
    })

    test('starts at the latest record', async () => {
      const topic = await house().topic(1)
      await sendValues(producer(), { topic, partition: 0 }, ['old'])
      const reader = await started(topic, { start: 'latest' })
      await pollAssigned(reader, 1)
      expect(await reader.poll(500)).toEqual([])
      await sendValues(producer(), { topic, partition: 0 }, ['new'])
      expect(valuesOf(await pollRecords(reader, 1))).toEqual(['new'])
    })

    test('gives nothing when the time is over, and not before', async () => {
      const reader = await started(await house().topic(1))
      await pollAssigned(reader, 1)
      const before = Date.now()
      expect(await reader.poll(300)).toEqual([])
      expect(Date.now() - before).toBeGreaterThanOrEqual(290)
    })

    test('a waiting poll gets what is sent meanwhile', async () => {
      const topic = await house().topic(1)
      const reader = await started(topic)
      await pollAssigned(reader, 1)
      const waiting = pollRecords(reader, 1)
      await sendValues(producer(), { topic, partition: 0 }, ['v'])
      expect(valuesOf(await waiting)).toEqual(['v'])
    })

    test('wakeUp ends a waiting poll, and the next poll reads on', async () => {
      const topic = await house().topic(1)
      const reader = await started(topic)
      await pollAssigned(reader, 1)
      const waiting = reader.poll(60_000)
      setImmediate(() => reader.wakeUp())
      expect(await waiting).toEqual([])
      await sendValues(producer(), { topic, partition: 0 }, ['v'])
      expect(valuesOf(await pollRecords(reader, 1))).toEqual(['v'])
    })

    test('a paused partition gives nothing until it is resumed, the others go on', async () => {
      const topic = await house().topic(2)
      const reader = await started(topic)
      await pollAssigned(reader, 2)
      reader.pause([{ topic, partition: 0 }])
      await sendValues(producer(), { topic, partition: 0 }, ['held'])
      await sendValues(producer(), { topic, partition: 1 }, ['let through'])
      expect(valuesOf(await pollRecords(reader, 1))).toEqual(['let through'])
      expect(await reader.poll(500)).toEqual([])
      reader.resume([{ topic, partition: 0 }])
      expect(valuesOf(await pollRecords(reader, 1))).toEqual(['held'])
    })

    test('pausing holds what was fetched already, and loses none of it', async () => {
      const topic = await house().topic(1)
      await sendValues(producer(), { topic, partition: 0 }, numbered('', 10))
      const reader = consumer({ topics: [topic], props: { 'max.poll.records': '3' } })
      await reader.start()
      const first = await pollRecords(reader, 1)
      reader.pause([{ topic, partition: 0 }])
      expect(await reader.poll(300)).toEqual([])
      reader.resume([{ topic, partition: 0 }])
      const rest = await pollRecords(reader, 10 - first.length)
      expect(valuesOf([...first, ...rest])).toEqual(numbered('', 10))
    })

    test('max.poll.records bounds a poll', async () => {
      const topic = await house().topic(1)
      await sendValues(producer(), { topic, partition: 0 }, numbered('', 10))
      const reader = consumer({ topics: [topic], props: { 'max.poll.records': '4' } })
      await reader.start()
      const sizes: number[] = []
      for (let read = 0; read < 10; read += sizes.at(-1) ?? 0) {
        sizes.push(recordsOf(await firstBatches(() => reader.poll(1000))).length)
      }
      expect(Math.max(...sizes)).toBeLessThanOrEqual(4)
    })

    test('seek goes back and forth', async () => {
      const topic = await house().topic(1)
      await sendValues(producer(), { topic, partition: 0 }, numbered('', 10))
      const reader = await started(topic)
      await pollRecords(reader, 10)
      reader.seek({ topic, partition: 0, offset: 3 })
      expect(valuesOf(await pollRecords(reader, 7))).toEqual(numbered('', 10).slice(3))
      reader.seek({ topic, partition: 0, offset: 9 })
      expect(valuesOf(await pollRecords(reader, 1))).toEqual(['9'])
    })

    test('endOffset tells how far behind a batch is', async () => {
      const topic = await house().topic(1)
      await sendValues(producer(), { topic, partition: 0 }, numbered('', 5))
      const reader = await started(topic)
      const batches = await firstBatches(() => reader.poll(1000))
      expect(batches.map(({ endOffset }) => endOffset)).toEqual(batches.map(() => 5))
    })

    test('without a group each consumer reads all', async () => {
      const topic = await house().topic(3)
      for (const partition of [0, 1, 2]) await sendValues(producer(), { topic, partition }, [`${partition}`])
      for (const reader of [await started(topic, { groupId: null }), await started(topic, { groupId: null })]) {
        expect(sortedValues(await pollRecords(reader, 3))).toEqual(['0', '1', '2'])
        expect(reader.assignment()).toHaveLength(3)
      }
    })

    test('without a group nothing can be committed', async () => {
      const topic = await house().topic(1)
      const reader = await started(topic, { groupId: null })
      await expect(reader.commit([{ topic, partition: 0, offset: 0 }])).rejects.toThrow(StateError)
    })

    test('what was sent is there after the log was opened anew', async () => {
      const { reopen, topic: make } = house()
      const topic = await make(1)
      await sendValues(producer(), { topic, partition: 0 }, numbered('', 10))
      const again = await reopen()
      const reader = again.consumer({ clientId: 'suite', groupId: null, topics: [topic], start: 'earliest' })
      await reader.start()
      expect(valuesOf(await pollRecords(reader, 10))).toEqual(numbered('', 10))
      await reader.close()
      await again.close()
    })
  })
}

async function firstBatches<T>(poll: () => Promise<readonly T[]>): Promise<readonly T[]> {
  for (let turn = 0; turn < 30; turn++) {
    const batches = await poll()
    if (batches.length > 0) return batches
  }
  throw new Error('No batch came')
}

interface Options {
  readonly start?: 'latest'
  readonly groupId?: null
}

async function startedOn(suite: KafkaSuite, topic: string, options: Options): Promise<Consumer> {
  const reader = suite.consumer({ topics: [topic], ...options })
  await reader.start()
  return reader
}
