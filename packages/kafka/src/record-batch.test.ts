// Record batches: what is written is read back, and damage is never taken for data.
import { byteColumn, bytesAt } from '@rowbridge/api'
import { describe, expect, test } from 'vitest'
import type { Codec } from './compression.js'
import { codecOf, decompress } from './compression.js'
import { crc32c, portableCrc32c } from './crc32c.js'
import type { ProduceBatch } from './port.js'
import { readBatchHeader, readRecords } from './record-batch-reader.js'
import { recordBound, stampOffset, stampProducer, writeRecordBatch } from './record-batch.js'

const NOW = 1_700_000_000_000

/** A batch of n records from a small generator of pseudo-random numbers. */
function someBatch(n: number, seed: number): ProduceBatch {
  let state = seed
  const random = (below: number) => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below
  const bytes = () => (random(5) === 0 ? null : Buffer.from('x'.repeat(random(300)) + random(1e6)))
  const list = <T>(one: (i: number) => T) => Array.from({ length: n }, (_, i) => one(i))
  return {
    topic: 't',
    partition: 0,
    length: n,
    keys: random(3) === 0 ? null : byteColumn(list(bytes)),
    values: byteColumn(list(bytes)),
    timestamps:
      random(3) === 0 ? null : list(() => (random(9) === 0 ? null : NOW + (random(3) - 1) * random(2e9) * 50)),
    headers:
      random(2) === 0
        ? null
        : list((i) =>
            i % 3
              ? []
              : [
                  { key: `h${i}ü`, value: bytes() },
                  { key: '', value: null },
                ],
          ),
  }
}

function write(batch: ProduceBatch, codec: Codec = 'none'): Buffer {
  return writeRecordBatch({ batch, rows: null, from: 0, to: batch.length }, { codec, now: NOW })
}

function read(bytes: Buffer, from = 0) {
  const header = readBatchHeader(bytes, 0, 't-0')!
  return { header, records: readRecords(bytes, 0, header, { from, where: 't-0' }) }
}

describe('a record batch', () => {
  test.each(['none', 'gzip', 'lz4'] as const)('is read as it was written, compressed by %s', (codec) => {
    for (let seed = 1; seed <= 60; seed++) {
      const batch = someBatch(1 + (seed % 40), seed)
      const bytes = write(batch, codec)
      stampOffset(bytes, 1_000_000 + seed)
      const { header, records } = read(bytes)
      expect(header).toMatchObject({ size: bytes.length, codec, count: batch.length, isControl: false })
      expect(records.length).toBe(batch.length)
      for (let i = 0; i < batch.length; i++) {
        expect(records.offsets[i]).toBe(1_000_000 + seed + i)
        expect(records.timestamps[i]).toBe(batch.timestamps?.[i] ?? NOW)
        expect(text(bytesAt(records.keys, i))).toBe(batch.keys === null ? null : text(bytesAt(batch.keys, i)))
        expect(text(bytesAt(records.values, i))).toBe(text(bytesAt(batch.values, i)))
        expect((records.headers?.[i] ?? []).map(plain)).toEqual((batch.headers?.[i] ?? []).map(plain))
      }
    }
  })

  test('takes no more bytes than its bound', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const batch = someBatch(20, seed)
      let bound = 61
      for (let i = 0; i < batch.length; i++) bound += recordBound(batch, i)
      expect(write(batch).length).toBeLessThanOrEqual(bound)
    }
  })

  test('holds chosen rows in the order they are named', () => {
    const batch = {
      ...someBatch(4, 7),
      keys: null,
      headers: null,
      values: byteColumn(['a', 'b', 'c', 'd'].map((s) => Buffer.from(s))),
    }
    const bytes = writeRecordBatch({ batch, rows: Int32Array.of(9, 3, 1), from: 1, to: 3 }, { codec: 'none', now: NOW })
    const { records } = read(bytes)
    expect([0, 1].map((i) => text(bytesAt(records.values, i)))).toEqual(['d', 'b'])
  })

  test('leaves out the records before the wanted offset', () => {
    const { records } = read(write(someBatch(10, 3)), 7)
    expect(records.offsets).toEqual([7, 8, 9])
    expect(records.values.length).toBe(3)
  })

  test('keeps its checksum right when the producer is stamped', () => {
    const bytes = write(someBatch(3, 5), 'lz4')
    stampProducer(bytes, { id: 4_000_000_000n, epoch: 3, sequence: 77 })
    expect(read(bytes).header).toMatchObject({ producerId: 4_000_000_000n, producerEpoch: 3, baseSequence: 77 })
  })

  test('that is damaged in any byte behind the checksum is refused, saying where', () => {
    const bytes = write(someBatch(5, 9))
    for (let at = 21; at < bytes.length; at += 3) {
      const damaged = Buffer.from(bytes)
      damaged[at] = damaged[at]! ^ 0x10
      expect(() => read(damaged)).toThrow(/t-0@0: (the checksum|unknown compression)/)
    }
  })

  test('that is cut short is told apart from a whole one', () => {
    const bytes = write(someBatch(5, 9))
    for (let size = 0; size < bytes.length; size++)
      expect(readBatchHeader(bytes.subarray(0, size), 0, 't-0')).toBeNull()
  })

  test('with a length that lies is refused even when its checksum matches', () => {
    const bytes = write({ ...someBatch(1, 9), keys: null, headers: null, values: byteColumn([Buffer.from('abc')]) })
    bytes[61] = 0x7f
    stampProducer(bytes, { id: -1n, epoch: -1, sequence: -1 })
    expect(() => read(bytes)).toThrow('a record ends early')
  })

  test('of the old message formats is named as such', () => {
    const bytes = write(someBatch(1, 1))
    bytes[16] = 1
    expect(() => readBatchHeader(bytes, 0, 't-0')).toThrow('t-0@0: records in the old message format 1')
  })

  test('that marks the end of a transaction has no records', () => {
    const bytes = write(someBatch(1, 1))
    bytes.writeInt16BE(32, 21)
    stampProducer(bytes, { id: 1n, epoch: 0, sequence: -1 })
    expect(read(bytes)).toMatchObject({ header: { isControl: true, lastOffset: 0 }, records: { length: 0 } })
  })
})

describe('the checksum', () => {
  test('is CRC-32C, native and portable alike', () => {
    expect(portableCrc32c(Buffer.from('123456789'))).toBe(0xe3069283)
    for (let n = 0; n < 200; n++) {
      const bytes = Buffer.from(Array.from({ length: n }, (_, i) => (i * 37 + n) & 255))
      expect(portableCrc32c(bytes)).toBe(crc32c(bytes))
    }
  })
})

describe('compression', () => {
  test('reads a snappy block with literals and overlapping copies', () => {
    const block = Buffer.from([11, 2 << 2, 0x61, 0x62, 0x63, 0b000_100_01, 3])
    expect(decompress('snappy', block).toString()).toBe('abcabcabcab')
  })

  test('reads the chunks that Java writes', () => {
    const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
    const chunk = Buffer.from([0, 0, 0, 4, 2, 1 << 2, 0x68, 0x69])
    expect(decompress('snappy', Buffer.concat([header, chunk, chunk])).toString()).toBe('hihi')
  })

  test('that cannot be written is refused by name', () => {
    expect(() => codecOf('snappy')).toThrow('compression.type: snappy cannot be written')
    expect(() => codecOf('brotli')).toThrow('compression.type: brotli cannot be written')
    expect(codecOf('LZ4')).toBe('lz4')
  })
})

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString()
}

function plain(header: { key: string; value: Uint8Array | null }) {
  return [header.key, text(header.value)]
}
