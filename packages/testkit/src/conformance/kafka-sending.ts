// What is sent comes out bit by bit and in order, where Kafka would put it; what cannot be sent says so.
import { DataError, StateError } from '@rowbridge/api'
import { describe, expect, test } from 'vitest'
import { batchOf, numbered, pollRecords, pollUntil, sendValues, valuesOf, type SentRecord } from './kafka-records.js'
import type { KafkaSuite } from './kafka.js'

/** Partition of a key among three and among seven, as Kafka's own clients choose it. */
const PARTITIONED = [
  ['', 0, 2],
  ['a', 1, 5],
  ['abc', 0, 4],
  ['21', 0, 3],
  ['foobar', 0, 0],
  ['a-little-bit-long-string', 2, 1],
  ['a-little-bit-longer-string', 2, 0],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', 2, 3],
  ['{"id":1}', 0, 3],
  ['schlüssel', 0, 5],
] as const

export function sendingConformance(suite: KafkaSuite): void {
  const { house, consumer } = suite

  describe('records', () => {
    const producer = suite.producer()

    async function roundTrip(records: readonly SentRecord[]) {
      const topic = await house().topic(1)
      await producer().send(batchOf(topic, 0, records))
      const reader = consumer({ topics: [topic] })
      await reader.start()
      return pollRecords(reader, records.length)
    }

    const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    test.each<[string, SentRecord]>([
      ['a key and a value', { key: 'k', value: 'v' }],
      ['a value without a key', { value: 'v' }],
      ['a tombstone', { key: 'k', value: null }],
      ['neither key nor value', { key: null, value: null }],
      ['an empty key and an empty value', { key: '', value: '' }],
      ['every byte', { key: ALL_BYTES, value: ALL_BYTES }],
      ['a value of 300 kB', { key: 'k', value: 'x'.repeat(300_000) }],
      ['a timestamp before 1970', { value: 'v', timestamp: -1_000_000 }],
      ['a timestamp of 0', { value: 'v', timestamp: 0 }],
      ['a timestamp far ahead', { value: 'v', timestamp: 32_503_680_000_123 }],
      ['a header', { value: 'v', headers: [{ key: 'h', value: ALL_BYTES }] }],
      ['a header that is null', { value: 'v', headers: [{ key: 'h', value: null }] }],
      ['two headers of one name, in order', { value: 'v', headers: ['1', '2'].map((text) => header('h', text)) }],
      ['a header named in other letters', { value: 'v', headers: [header('größe', '')] }],
    ])('%s is read as it was sent', async (_name, sent) => {
      const before = Date.now()
      const [read] = await roundTrip([sent])
      expect(hexOf(read?.key)).toBe(hexOf(sent.key))
      expect(hexOf(read?.value)).toBe(hexOf(sent.value))
      expect(read?.headers.map(({ key, value }) => [key, hexOf(value)])).toEqual(
        (sent.headers ?? []).map(({ key, value }) => [key, hexOf(value)]),
      )
      const now = read?.timestamp ?? Number.NaN
      const isNow = Math.abs(now - before) < 60_000
      expect({ timestamp: now, isNow }).toMatchObject(
        sent.timestamp === undefined ? { isNow: true } : { timestamp: sent.timestamp },
      )
    })

    test('records of one batch differ in what they have', async () => {
      const sent: SentRecord[] = [
        { key: 'a', value: 'one', timestamp: 1000, headers: [] },
        { key: null, value: null, timestamp: 500, headers: [header('h', '1')] },
        { key: 'c', value: '', timestamp: 2000 },
      ]
      const read = await roundTrip(sent)
      expect(read.map(({ offset }) => offset)).toEqual([0, 1, 2])
      expect(read.map(({ key }) => key?.toString() ?? null)).toEqual(['a', null, 'c'])
      expect(valuesOf(read)).toEqual(['one', null, ''])
      expect(read.map(({ timestamp }) => timestamp)).toEqual([1000, 500, 2000])
      expect(read.map(({ headers }) => headers.length)).toEqual([0, 1, 0])
    })

    test('offsets of a partition are contiguous and in the order of sending', async () => {
      const topic = await house().topic(2)
      for (let batch = 0; batch < 20; batch++) {
        await sendValues(producer(), { topic, partition: batch % 2 }, numbered(`${batch}.`, 3))
      }
      const reader = consumer({ topics: [topic] })
      await reader.start()
      const read = await pollRecords(reader, 60)
      for (const partition of [0, 1]) {
        const own = read.filter((record) => record.partition === partition)
        expect(own.map(({ offset }) => offset)).toEqual(Array.from({ length: 30 }, (_, i) => i))
        const batches = Array.from({ length: 10 }, (_, i) => i * 2 + partition)
        expect(valuesOf(own)).toEqual(batches.flatMap((batch) => numbered(`${batch}.`, 3)))
      }
    })

    test('sends that are open together keep their order', async () => {
      const topic = await house().topic(1)
      const texts = numbered('', 200)
      await Promise.all(texts.map((text) => sendValues(producer(), { topic, partition: 0 }, [text])))
      const reader = consumer({ topics: [topic] })
      await reader.start()
      expect(valuesOf(await pollRecords(reader, 200))).toEqual(texts)
    })

    test('a batch of 5 MB is split and keeps its order', async () => {
      const topic = await house().topic(1)
      const texts = numbered('', 500).map((text) => text.padEnd(10_000, '.'))
      await sendValues(producer(), { topic, partition: 0 }, texts)
      const reader = consumer({ topics: [topic] })
      await reader.start()
      expect(valuesOf(await pollRecords(reader, 500))).toEqual(texts)
    })

    test('keys go where Kafka sends them', async () => {
      const three = await house().topic(3)
      const seven = await house().topic(7)
      const keyed = PARTITIONED.map(([key]) => ({ key, value: 'v' }))
      await Promise.all([three, seven].map((topic) => producer().send(batchOf(topic, null, keyed))))
      const reader = consumer({ topics: [three, seven] })
      await reader.start()
      const read = await pollRecords(reader, 2 * PARTITIONED.length)
      const partitionIn = (topic: string, key: string) =>
        read.find((record) => record.topic === topic && record.key?.toString() === key)?.partition
      expect(PARTITIONED.map(([key]) => [key, partitionIn(three, key), partitionIn(seven, key)])).toEqual(PARTITIONED)
    })

    test('a batch without keys goes to one partition', async () => {
      const topic = await house().topic(3)
      await producer().send(batchOf(topic, null, [{ value: '1' }, { value: '2' }, { value: '3' }]))
      const reader = consumer({ topics: [topic] })
      await reader.start()
      const read = await pollRecords(reader, 3)
      expect(new Set(read.map(({ partition }) => partition)).size).toBe(1)
      expect(valuesOf(read)).toEqual(['1', '2', '3'])
    })

    test('an empty batch is sent at once and leaves nothing', async () => {
      const topic = await house().topic(1)
      await producer().send(batchOf(topic, 0, []))
      const admin = house().kafka.admin('suite')
      expect(await admin.offsets(topic)).toEqual([{ partition: 0, earliest: 0, latest: 0 }])
      await admin.close()
    })

    test.each(['none', 'gzip', 'lz4'])('compression.type=%s changes nothing for the reader', async (codec) => {
      const topic = await house().topic(1)
      const compressing = house().kafka.producer({ clientId: 'suite', props: { 'compression.type': codec } })
      await sendValues(compressing, { topic, partition: 0 }, numbered('the same text again ', 100))
      await compressing.close()
      const reader = consumer({ topics: [topic] })
      await reader.start()
      expect(valuesOf(await pollRecords(reader, 100))).toEqual(numbered('the same text again ', 100))
    })

    test('a partition that the topic does not have is a StateError', async () => {
      const topic = await house().topic(1)
      await expect(sendValues(producer(), { topic, partition: 7 }, ['v'])).rejects.toThrow(StateError)
    })

    test('a name that no topic can have is a StateError', async () => {
      await expect(sendValues(producer(), { topic: 'not a topic!', partition: 0 }, ['v'])).rejects.toThrow(StateError)
    })

    test('closing waits for open sends', async () => {
      const topic = await house().topic(1)
      const closing = house().kafka.producer({ clientId: 'suite' })
      const open = sendValues(closing, { topic, partition: 0 }, ['v'])
      await closing.close(30_000)
      await open
      const reader = consumer({ topics: [topic] })
      await reader.start()
      expect(valuesOf(await pollRecords(reader, 1))).toEqual(['v'])
    })
  })

  describe('a record larger than max.request.size', () => {
    const producer = suite.producer({ 'max.request.size': '100000', 'compression.type': 'none' })

    test('is a DataError that names its place; its siblings can be sent alone', async () => {
      const topic = await house().topic(1)
      const records = [{ value: 'small' }, { value: 'x'.repeat(200_000) }, { value: 'small too' }]
      const error: unknown = await producer()
        .send(batchOf(topic, 0, records))
        .catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(DataError)
      expect(error).toMatchObject({ code: 'record-too-large', index: 1 })
      await sendValues(producer(), { topic, partition: 0 }, ['small', 'small too'])
      const reader = consumer({ topics: [topic] })
      await reader.start()
      const read = await pollUntil(reader, (all) => valuesOf(all).at(-1) === 'small too')
      expect(valuesOf(read).slice(-2)).toEqual(['small', 'small too'])
    })
  })
}

const header = (key: string, text: string) => ({ key, value: Buffer.from(text) })

/** Text is compared many times faster than bytes. */
function hexOf(value: string | Uint8Array | null | undefined): string | null {
  return value === null || value === undefined ? null : Buffer.from(value).toString('hex')
}
