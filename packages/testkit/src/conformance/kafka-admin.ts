// What an admin sees and changes: topics, their offsets, the offsets of groups.
import { StateError } from '@rowbridge/api'
import type { Admin } from '@rowbridge/kafka'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { numbered, pollAssigned, pollRecords, sendValues, valuesOf } from './kafka-records.js'
import type { KafkaSuite } from './kafka.js'

export function adminConformance(suite: KafkaSuite): void {
  describe('an admin', () => {
    const { house, consumer, group } = suite
    let admin = null as unknown as Admin
    beforeAll(() => {
      admin = house().kafka.admin('suite')
    })
    afterAll(() => admin.close())

    async function filled(count: number): Promise<string> {
      const topic = await house().topic(1)
      const producer = house().kafka.producer({ clientId: 'suite' })
      await sendValues(producer, { topic, partition: 0 }, numbered('', count))
      await producer.close()
      return topic
    }

    test('knows the cluster by the same name each time', async () => {
      const [first, second] = [await admin.clusterId(), await admin.clusterId()]
      expect(first).toEqual(expect.any(String))
      expect(second).toBe(first)
    })

    test('creates a topic once, describes, lists and deletes it', async () => {
      const topic = `${await house().topic(1)}-made`
      expect(await admin.describe(topic)).toBeNull()
      const spec = { topic, partitions: 3, replicationFactor: 1, config: { 'cleanup.policy': 'compact' } }
      expect(await admin.createTopic(spec)).toBe(true)
      expect(await admin.createTopic(spec)).toBe(false)
      const description = { topic, partitions: 3, isInternal: false }
      expect(await admin.describe(topic)).toEqual(description)
      expect(await admin.topics()).toContainEqual(description)
      await admin.deleteTopic(topic)
      expect(await admin.describe(topic)).toBeNull()
      expect((await admin.topics()).map((other) => other.topic)).not.toContain(topic)
    })

    test("creates a topic with the log's own number of partitions", async () => {
      const topic = `${await house().topic(1)}-default`
      expect(await admin.createTopic({ topic, partitions: -1, replicationFactor: -1 })).toBe(true)
      expect((await admin.describe(topic))?.partitions).toBeGreaterThanOrEqual(1)
      await admin.deleteTopic(topic)
    })

    test('a topic that was deleted and made again is empty', async () => {
      const topic = `${await house().topic(1)}-again`
      const spec = { topic, partitions: 1, replicationFactor: 1 }
      await admin.createTopic(spec)
      const producer = house().kafka.producer({ clientId: 'suite' })
      await sendValues(producer, { topic, partition: 0 }, ['v'])
      await producer.close()
      await admin.deleteTopic(topic)
      await admin.createTopic(spec)
      expect(await admin.offsets(topic)).toEqual([{ partition: 0, earliest: 0, latest: 0 }])
      await admin.deleteTopic(topic)
    })

    test('tells where the partitions of a topic begin and end', async () => {
      expect(await admin.offsets(await filled(7))).toEqual([{ partition: 0, earliest: 0, latest: 7 }])
    })

    test.each<[string, (topic: string) => Promise<unknown>]>([
      ['asking for its offsets', (topic) => admin.offsets(topic)],
      ['deleting it', (topic) => admin.deleteTopic(topic)],
    ])('a topic that does not exist: %s is a StateError', async (_name, call) => {
      const error: unknown = await call(`${await house().topic(1)}-unknown`).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(StateError)
      expect(error).toMatchObject({ code: 'unknown-topic' })
    })

    test('a name that no topic can have is refused', async () => {
      const spec = { topic: 'not a topic!', partitions: 1, replicationFactor: 1 }
      await expect(admin.createTopic(spec)).rejects.toThrow(StateError)
    })

    test('tells what a group has committed', async () => {
      const topic = await filled(5)
      const groupId = group()
      expect(await admin.committed(groupId)).toEqual([])
      const reader = consumer({ groupId, topics: [topic] })
      await reader.start()
      await pollRecords(reader, 5)
      await reader.commit([{ topic, partition: 0, offset: 3 }])
      expect(await admin.committed(groupId)).toEqual([{ topic, partition: 0, offset: 3 }])
    })

    test('sets and removes the offsets of a group without members', async () => {
      const topic = await filled(5)
      const groupId = group()
      await admin.alterCommitted(groupId, [{ topic, partition: 0, offset: 2 }])
      expect(await admin.committed(groupId)).toEqual([{ topic, partition: 0, offset: 2 }])
      const reader = consumer({ groupId, topics: [topic] })
      await reader.start()
      expect(valuesOf(await pollRecords(reader, 3))).toEqual(['2', '3', '4'])
      await reader.close()
      await admin.alterCommitted(groupId, [{ topic, partition: 0, offset: null }])
      expect(await admin.committed(groupId)).toEqual([])
    })

    test('does not change the offsets of a group with members', async () => {
      const topic = await filled(1)
      const groupId = group()
      const reader = consumer({ groupId, topics: [topic] })
      await reader.start()
      await pollAssigned(reader, 1)
      await expect(admin.alterCommitted(groupId, [{ topic, partition: 0, offset: 0 }])).rejects.toThrow(StateError)
      await expect(admin.deleteGroup(groupId)).rejects.toThrow(StateError)
    })

    test('deletes a group, with or without offsets', async () => {
      const topic = await filled(1)
      const groupId = group()
      await admin.alterCommitted(groupId, [{ topic, partition: 0, offset: 1 }])
      await admin.deleteGroup(groupId)
      expect(await admin.committed(groupId)).toEqual([])
      await admin.deleteGroup(groupId)
    })
  })
}
