// Keys reach the partitions that Java's producer would choose.
import { byteColumn } from '@rowbridge/api'
import { describe, expect, test } from 'vitest'
import { murmur2, rowsByPartition } from './partitioner.js'

const by = (hash: number) => (hash & 0x7fffffff) % 3

describe('the partitioner', () => {
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Java does', (text, hash) => {
    const bytes = Buffer.from(`..${text}..`)
    expect(murmur2(bytes, 2, bytes.length - 2)).toBe(hash)
  })

  test('keeps the order within a partition and puts keyless records together', () => {
    const keys = byteColumn(
      ['21', null, 'abc', '21', null, 'foobar'].map((key) => (key === null ? null : Buffer.from(key))),
    )
    const rows = rowsByPartition(keys, 3, 2)
    const expected = new Map<number, number[]>()
    const place = (row: number, partition: number) => expected.set(partition, [...(expected.get(partition) ?? []), row])
    ;[by(-973932308), 2, by(479470107), by(-973932308), 2, by(-790332482)].forEach((p, row) => place(row, p))
    expect(new Map([...rows].map(([partition, list]) => [partition, [...list]]))).toEqual(expected)
  })
})
