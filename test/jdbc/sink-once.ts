// Exactly once by hand: partitions that are taken over, a task that lost its own, and a commit whose answer was lost.
import { expect, test } from 'vitest'
import { jdbcSink } from '@rowbridge/connector-jdbc'
import { uniqueName, waitFor } from '@rowbridge/testkit'
import { RetriableError, StateError, type Props, type SinkBatch } from '@rowbridge/api'
import { journal, startSink, type Sink } from './drive.js'
import { rowsOf, type OpenPlace, type Place } from './place.js'
import { INT, unkeyed, valueSchema } from './records.js'
import { topicLog } from './topic-worker.js'

const ONCE: Props = { 'exactly.once': 'true', 'table.name.format': 't' }
const FIRST = { topic: 'x', partition: 0 }
const SECOND = { topic: 'x', partition: 1 }

/** Records whose value is their offset. */
function records(at: typeof FIRST, from: number, to: number, ids?: readonly number[]): SinkBatch {
  const offsets = Array.from({ length: to - from }, (_, i) => from + i)
  const values = (ids ?? offsets).map((id) => ({ id }))
  return { ...unkeyed(at.topic, values, valueSchema({ id: INT })), partition: at.partition, offsets }
}

async function placeWithTable(open: OpenPlace): Promise<Place> {
  const place = await open()
  await place.query('CREATE TABLE t (id INT NOT NULL CHECK (id < 1000))')
  return place
}

async function idsOf(place: Place): Promise<number[]> {
  return (await rowsOf(place)).map(([id]) => Number(id))
}

async function opened(sink: Sink, ...partitions: (typeof FIRST)[]): Promise<Sink> {
  await sink.task.open?.(partitions)
  return sink
}

export function onceSuite(open: OpenPlace): void {
  const kept = (place: Place) => rowsOf(place, 'rowbridge_offsets', 'topic_partition')

  test('offsets stand beside the rows, and the next task goes on from there', async () => {
    await using place = await placeWithTable(open)
    await using one = await opened(await startSink(place, ONCE), FIRST, SECOND)
    expect(one.sought).toEqual([])
    await one.task.put([records(FIRST, 0, 3), records(SECOND, 10, 12)])
    await one.task.put([records(FIRST, 5, 6)])
    expect(await kept(place)).toEqual([
      ['test', 'x', 0, 6, 1],
      ['test', 'x', 1, 12, 1],
    ])
    await using two = await opened(await startSink(place, ONCE), FIRST, SECOND)
    expect(two.sought).toEqual([
      { ...FIRST, offset: 6 },
      { ...SECOND, offset: 12 },
    ])
    await two.task.put([records(FIRST, 6, 7)])
    expect(await idsOf(place)).toEqual([0, 1, 2, 5, 6, 10, 11])
  })

  test('a task whose partition was taken over says so, and writes nothing more, of its other partitions neither', async () => {
    await using place = await placeWithTable(open)
    await using zombie = await opened(await startSink(place, ONCE), FIRST, SECOND)
    await zombie.task.put([records(FIRST, 0, 2)])
    await using heir = await opened(await startSink(place, ONCE), FIRST)
    const put = zombie.task.put([records(SECOND, 50, 60), records(FIRST, 2, 4)])
    await expect(put).rejects.toBeInstanceOf(StateError)
    await expect(put).rejects.toThrow(/x-0 was taken over by another task: its epoch is 2, and this task has 1/)
    expect(await idsOf(place)).toEqual([0, 1])
    await heir.task.put([records(FIRST, 2, 4)])
    expect(await idsOf(place)).toEqual([0, 1, 2, 3])
  })

  test('a worker tells of the take-over as what failed the task, and its dead letter queue stays empty', async () => {
    await using place = await placeWithTable(open)
    using log = topicLog()
    const topic = uniqueName('once')
    const texts = Array.from({ length: 30_000 }, (_, i) => JSON.stringify({ id: i % 1000 }))
    await log.produce(topic, texts)
    const small = { 'consumer.override.max.poll.records': '10' }
    const queue = {
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': `${topic}_dlq`,
      'errors.deadletterqueue.topic.replication.factor': '1',
    }
    const config = { 'connector.class': 'JdbcSink', ...place.props, ...ONCE, ...small, ...queue, topics: topic }
    const worker = await log.worker(config, journal().log)
    await waitFor('rows', async () => expect(await rowsOf(place)).not.toEqual([]))
    await place.query('UPDATE rowbridge_offsets SET epoch = epoch + 1')
    const trace = await waitFor('the failure', async () => (await worker.failure()) ?? expect.fail('not failed'))
    await worker[Symbol.asyncDispose]()
    expect(trace).toMatch(/-0 was taken over by another task/)
    const [[, , , next] = []] = await kept(place)
    expect(await rowsOf(place)).toHaveLength(Number(next))
    expect(await log.read(`${topic}_dlq`)).toEqual([])
  })

  test('what was committed although its answer was lost is not written again', async () => {
    await using place = await placeWithTable(open)
    await using sink = await opened(await startSink(place, ONCE), FIRST, SECOND)
    await sink.task.put([records(FIRST, 0, 2), records(SECOND, 20, 21)])
    // As though the put below had come through: its rows and its offsets are there.
    await place.query('INSERT INTO t (id) VALUES (2), (3), (21)')
    await place.query('UPDATE rowbridge_offsets SET next_offset = 4 WHERE topic_partition = 0')
    await place.query('UPDATE rowbridge_offsets SET next_offset = 22 WHERE topic_partition = 1')
    await sink.task.put([records(FIRST, 2, 4), records(SECOND, 21, 22)])
    await sink.task.put([records(FIRST, 4, 5), records(SECOND, 22, 23)])
    expect(await idsOf(place)).toEqual([0, 1, 2, 3, 4, 20, 21, 22])
  })

  test('a put that fails moves no offset, and its pieces do', async () => {
    await using place = await placeWithTable(open)
    await using sink = await opened(await startSink(place, ONCE), FIRST)
    await expect(sink.task.put([records(FIRST, 0, 3, [0, 5000, 2])])).rejects.toThrow(/x-0@/)
    expect(await kept(place)).toEqual([['test', 'x', 0, -1, 1]])
    await sink.task.put([records(FIRST, 0, 1)])
    await sink.task.put([records(FIRST, 2, 3)])
    expect(await kept(place)).toEqual([['test', 'x', 0, 3, 1]])
    expect(await idsOf(place)).toEqual([0, 2])
  })

  test('offsets that were written before are refused, as the topic is then another', async () => {
    await using place = await placeWithTable(open)
    await using sink = await opened(await startSink(place, ONCE), FIRST)
    await sink.task.put([records(FIRST, 0, 9)])
    await expect(sink.task.put([records(FIRST, 0, 2)])).rejects.toThrow(/x-0@0 comes after x-0@8 was written/)
    expect(await idsOf(place)).toHaveLength(9)
  })

  test('two tasks that take a partition over at the same moment leave it to one', async () => {
    await using place = await placeWithTable(open)
    await using _maker = await opened(await startSink(place, ONCE), SECOND)
    const sinks = await Promise.all(Array.from({ length: 4 }, () => startSink(place, ONCE)))
    try {
      await Promise.all(sinks.map((sink) => opened(sink, FIRST)))
      const puts = await Promise.allSettled(sinks.map((sink) => sink.task.put([records(FIRST, 0, 5)])))
      expect(puts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await idsOf(place)).toEqual([0, 1, 2, 3, 4])
      for (const put of puts) if (put.status === 'rejected') expect(put.reason).not.toBeInstanceOf(RetriableError)
    } finally {
      for (const sink of sinks) await sink[Symbol.asyncDispose]()
    }
  })

  test('offsets that are changed on request are changed in the database', async () => {
    await using place = await placeWithTable(open)
    await using before = await opened(await startSink(place, ONCE), FIRST, SECOND)
    await before.task.put([records(FIRST, 0, 9), records(SECOND, 10, 11)])
    const connector = await jdbcSink.connector()
    const at = ({ topic, partition }: typeof FIRST) => ({ kafka_topic: topic, kafka_partition: partition })
    const props = { name: 'test', topics: 'x', 'connector.class': 'JdbcSink', ...place.props, ...ONCE }
    const done = await connector.alterOffsets?.(props, [
      { partition: at(FIRST), offset: { kafka_offset: 4 } },
      { partition: at(SECOND), offset: null },
      { partition: at({ topic: 'x', partition: 2 }), offset: { kafka_offset: 7 } },
    ])
    expect(done).toBe(true)
    await using after = await opened(await startSink(place, ONCE), FIRST, SECOND, { topic: 'x', partition: 2 })
    expect(after.sought).toEqual([
      { ...FIRST, offset: 4 },
      { topic: 'x', partition: 2, offset: 7 },
    ])
    await expect(before.task.put([records(FIRST, 9, 10)])).rejects.toThrow(/taken over/)
  })
}
