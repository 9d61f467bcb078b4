// Groups: what one member commits the next resumes from, members share partitions, and topics that appear are noticed.
import { randomUUID } from 'node:crypto'
import { ConnectError, type TopicPartition } from '@rowbridge/api'
import type { Consumer, TopicOffset } from '@rowbridge/kafka'
import { describe, expect, test } from 'vitest'
import {
  numbered,
  pollAssigned,
  pollRecords,
  pollTogether,
  pollUntil,
  sendValues,
  sortedValues,
  valuesOf,
  type ReadRecord,
} from './kafka-records.js'
import type { KafkaSuite } from './kafka.js'

export function groupConformance(suite: KafkaSuite): void {
  describe('a group', () => {
    const { house, consumer, group } = suite
    const producer = suite.producer()
    const fill = async (topic: string, partitions: number, count: number) => {
      for (let partition = 0; partition < partitions; partition++) {
        await sendValues(producer(), { topic, partition }, numbered(`${partition}.`, count))
      }
    }

    test('resumes after what it committed, whatever was read', async () => {
      const topic = await house().topic(1)
      await fill(topic, 1, 10)
      const groupId = group()
      const first = consumer({ groupId, topics: [topic] })
      await first.start()
      await pollRecords(first, 10)
      await first.commit([{ topic, partition: 0, offset: 4 }])
      await first.close()
      const second = consumer({ groupId, topics: [topic] })
      await second.start()
      expect(valuesOf(await pollRecords(second, 6))).toEqual(numbered('0.', 10).slice(4))
    })

    test('resumes from a commit though it would start at the latest', async () => {
      const topic = await house().topic(1)
      await fill(topic, 1, 3)
      const groupId = group()
      const first = consumer({ groupId, topics: [topic] })
      await first.start()
      await pollRecords(first, 3)
      await first.commit([{ topic, partition: 0, offset: 1 }])
      await first.close()
      const second = consumer({ groupId, topics: [topic], start: 'latest' })
      await second.start()
      expect(valuesOf(await pollRecords(second, 2))).toEqual(['0.1', '0.2'])
    })

    test('does not disturb another group', async () => {
      const topic = await house().topic(1)
      await fill(topic, 1, 2)
      const first = consumer({ topics: [topic] })
      await first.start()
      await pollRecords(first, 2)
      await first.commit([{ topic, partition: 0, offset: 2 }])
      const other = consumer({ topics: [topic] })
      await other.start()
      expect(await pollRecords(other, 2)).toHaveLength(2)
    })

    test('tells its partitions before their first records', async () => {
      const topic = await house().topic(2)
      await fill(topic, 2, 1)
      const told: TopicPartition[] = []
      const reader: Consumer = consumer({
        topics: [topic],
        assigned: async (partitions) => {
          await new Promise((resolve) => setImmediate(resolve))
          told.push(...partitions)
        },
      })
      await reader.start()
      const toldWhenReading = new Set<number>()
      await pollUntil(reader, (records) => {
        if (records.length > 0) toldWhenReading.add(told.length)
        return records.length >= 2
      })
      expect([...toldWhenReading]).toEqual([2])
      expect(sorted(told)).toEqual([`${topic}-0`, `${topic}-1`])
      expect(sorted(reader.assignment())).toEqual([`${topic}-0`, `${topic}-1`])
    })

    test('a seek inside assigned is where reading starts', async () => {
      const topic = await house().topic(1)
      await fill(topic, 1, 5)
      const reader: Consumer = consumer({
        topics: [topic],
        assigned: async (partitions) => {
          for (const at of partitions) reader.seek({ ...at, offset: 3 })
          await Promise.resolve()
        },
      })
      await reader.start()
      expect(valuesOf(await pollRecords(reader, 2))).toEqual(['0.3', '0.4'])
    })

    test('shares its partitions among its members; what is committed in revoked is not read again', async () => {
      const topic = await house().topic(4)
      await fill(topic, 4, 5)
      const groupId = group()
      const seen = new Map<string, TopicOffset>()
      const revoked: TopicPartition[] = []
      const first: Consumer = consumer({
        groupId,
        topics: [topic],
        revoked: async (partitions) => {
          revoked.push(...partitions)
          await first.commit(partitions.flatMap((at) => seen.get(nameOf(at)) ?? []))
        },
      })
      await first.start()
      for (const record of await pollRecords(first, 20)) seen.set(nameOf(record), { ...record, offset: 5 })
      const second = consumer({ groupId, topics: [topic] })
      await second.start()
      const shared = () => first.assignment().length === 2 && second.assignment().length === 2
      const meanwhile = await pollTogether([first, second], shared)
      expect(revoked.length).toBeGreaterThanOrEqual(2)
      expect(sorted([...first.assignment(), ...second.assignment()])).toEqual([0, 1, 2, 3].map((p) => `${topic}-${p}`))
      await fill(topic, 4, 1)
      const read = await pollTogether([first, second], (all) => all.flat().length + meanwhile.flat().length >= 4)
      const fresh = [...meanwhile.flat(), ...read.flat()]
      expect(fresh.map(({ offset }) => offset)).toEqual([5, 5, 5, 5])
    })

    test('members that start at the same moment share its partitions', async () => {
      const topic = await house().topic(3)
      const groupId = group()
      const members = [0, 1, 2].map(() => consumer({ groupId, topics: [topic] }))
      await Promise.all(members.map((member) => member.start()))
      await pollTogether(members, () => members.every((member) => member.assignment().length === 1))
      expect(sorted(members.flatMap((member) => member.assignment()))).toEqual([0, 1, 2].map((p) => `${topic}-${p}`))
    })

    test('gives the partitions of a member that leaves to the others, after its revoked', async () => {
      const topic = await house().topic(2)
      const groupId = group()
      const events: string[] = []
      const first: Consumer = consumer({
        groupId,
        topics: [topic],
        revoked: async (partitions) => {
          await first.commit(partitions.map((at) => ({ ...at, offset: 1 })))
          events.push('committed')
        },
      })
      await first.start()
      await pollAssigned(first, 2)
      await fill(topic, 2, 2)
      await pollRecords(first, 4)
      await first.close()
      expect(events).toEqual(['committed'])
      const second = consumer({ groupId, topics: [topic] })
      await second.start()
      expect(sortedValues(await pollRecords(second, 2))).toEqual(['0.1', '1.1'])
    })

    test('a member more than there are partitions waits with none, and takes over', async () => {
      const topic = await house().topic(1)
      const groupId = group()
      const members = [consumer({ groupId, topics: [topic] }), consumer({ groupId, topics: [topic] })]
      for (const member of members) await member.start()
      const counts = () => members.map((member) => member.assignment().length)
      await pollTogether(members, () => counts()[0] !== counts()[1])
      const holder = counts()[0] === 1 ? 0 : 1
      await members[holder]!.close()
      await fill(topic, 1, 1)
      expect(valuesOf(await pollRecords(members[1 - holder]!, 1))).toEqual(['0.0'])
    })

    test('reads the topics that an expression matches as a whole, also those that appear later', async () => {
      const first = await house().topic(1)
      const [reader, unrelated] = [consumer({ topics: partOf(first, 'whole') }), consumer({ topics: partOf(first) })]
      await fill(first, 1, 1)
      await reader.start()
      await unrelated.start()
      expect(valuesOf(await pollRecords(reader, 1))).toEqual(['0.0'])
      const later = `${first}-${randomUUID().slice(0, 8)}`
      const admin = house().kafka.admin('suite')
      await admin.createTopic({ topic: later, partitions: 2, replicationFactor: 1 })
      await fill(later, 2, 1)
      const read = await pollUntil(reader, (records) => ofTopic(records, later).length >= 2)
      expect(sortedValues(ofTopic(read, later))).toEqual(['0.0', '1.0'])
      expect(await unrelated.poll(300)).toEqual([])
      await admin.deleteTopic(later)
      await admin.close()
    })

    test('without a group an expression finds later topics too, and nothing is read twice', async () => {
      const first = await house().topic(1)
      await fill(first, 1, 3)
      const reader = consumer({ groupId: null, topics: partOf(first, 'whole') })
      await reader.start()
      const before = await pollRecords(reader, 3)
      const later = `${first}-later`
      const admin = house().kafka.admin('suite')
      await admin.createTopic({ topic: later, partitions: 1, replicationFactor: 1 })
      await fill(later, 1, 1)
      const after = await pollUntil(reader, (records) => ofTopic(records, later).length > 0)
      expect(valuesOf([...before, ...after])).toEqual(['0.0', '0.1', '0.2', '0.0'])
      await admin.deleteTopic(later)
      await admin.close()
    })

    test('a member that has left cannot commit', async () => {
      const topic = await house().topic(1)
      const reader = consumer({ topics: [topic] })
      await reader.start()
      await pollAssigned(reader, 1)
      await reader.close()
      await expect(reader.commit([{ topic, partition: 0, offset: 0 }])).rejects.toThrow(ConnectError)
    })
  })
}

const nameOf = (at: TopicPartition) => `${at.topic}-${at.partition}`
const sorted = (partitions: readonly TopicPartition[]) => partitions.map(nameOf).toSorted()
const ofTopic = (records: readonly ReadRecord[], topic: string) => records.filter((record) => record.topic === topic)

/** An expression for a topic and those whose names begin with it; or one that fits only a part of its name. */
function partOf(topic: string, how: 'whole' | 'part' = 'part'): RegExp {
  const literal = topic.replace(/[.]/g, '\\.')
  return how === 'whole' ? new RegExp(`${literal}.*`) : new RegExp(literal.slice(1))
}
