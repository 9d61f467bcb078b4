// Partitions are shared as Java's range assignor shares them, in bytes that Java members understand.
import { describe, expect, test } from 'vitest'
import {
  assignedPartitions,
  assignmentBytes,
  assignRanges,
  subscribedTopics,
  subscriptionBytes,
} from './range-assignor.js'

describe('the range assignor', () => {
  test('gives runs of partitions by member id, the first members one more', () => {
    const members = [
      { id: 'b', topics: ['t', 'u'] },
      { id: 'a', topics: ['t'] },
      { id: 'c', topics: ['t', 'u', 'gone'] },
    ]
    const shares = assignRanges(members, (topic) => ({ t: 5, u: 1 })[topic] ?? 0)
    const names = [...shares].map(([id, own]) => [id, own.map((at) => `${at.topic}${at.partition}`).join(' ')])
    expect(Object.fromEntries(names)).toEqual({ a: 't0 t1', b: 't2 t3 u0', c: 't4' })
  })

  test('writes subscriptions and assignments in the consumer protocol', () => {
    expect(Buffer.from(subscriptionBytes(['b', 'a'])).toString('hex')).toBe('000100000002000161000162ffffffff00000000')
    const bytes = assignmentBytes([
      { topic: 't', partition: 1 },
      { topic: 't', partition: 7 },
    ])
    expect(Buffer.from(bytes).toString('hex')).toBe('000100000001000174000000020000000100000007ffffffff')
  })

  test('reads what it writes', () => {
    const partitions = [
      { topic: 'ä', partition: 0 },
      { topic: 'z', partition: 3 },
    ]
    expect(assignedPartitions(Buffer.from(assignmentBytes(partitions)))).toEqual(partitions)
    expect(subscribedTopics(Buffer.from(subscriptionBytes(['ä', 'z'])))).toEqual(['z', 'ä'])
    expect(assignedPartitions(Buffer.alloc(0))).toEqual([])
  })
})
