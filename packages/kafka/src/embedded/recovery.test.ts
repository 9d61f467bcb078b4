// After a crash the log begins where the last whole batch ended; damage before that is told, not cut.
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { byteColumn, RetriableError, StateError } from '@rowbridge/api'
import { expect, onTestFinished, test } from 'vitest'
import { readBatchHeader } from '../record-batch-reader.js'
import { writeRecordBatch } from '../record-batch.js'
import { openPartition, type CleanEnd } from './partition.js'
import { topicConfig } from './topic-config.js'

interface Opened {
  readonly folder: string
  readonly file: string
  readonly warnings: string[]
  readonly open: (clean?: CleanEnd | null) => ReturnType<typeof openPartition>
}

function place(props: Readonly<Record<string, string>> = {}): Opened {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-partition-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const log = { debug: warn, info: warn, warn, error: warn }
  const config = topicConfig(props, {})
  const open = (clean: CleanEnd | null = null) => openPartition({ folder, name: 't-0', config, clean, log })
  return { folder, file: join(folder, `${'0'.repeat(20)}.log`), warnings, open }
}

function batchOf(values: readonly string[]): Buffer {
  const column = byteColumn(values.map((value) => Buffer.from(value)))
  const batch = { topic: 't', partition: 0, length: values.length, keys: null, values: column }
  const range = { batch: { ...batch, timestamps: null, headers: null }, rows: null, from: 0, to: values.length }
  return writeRecordBatch(range, { codec: 'none', now: 1_700_000_000_000 })
}

/** Three appends of two records each, one sync each; where the file's batches begin. */
async function filled(at: Opened): Promise<number[]> {
  const partition = await at.open()
  for (const name of ['a', 'b', 'c']) await partition.append(batchOf([`${name}1`, `${name}2`]))
  await partition.close()
  const bytes = readFileSync(at.file)
  const starts: number[] = []
  for (let from = 0; from < bytes.length; from += readBatchHeader(bytes, from, 't')?.size ?? 0) starts.push(from)
  return [...starts, bytes.length]
}

test('a tail torn at any byte is cut off, said, and written over', async () => {
  const at = place()
  const [, , last = 0, end = 0] = await filled(at)
  const whole = readFileSync(at.file)
  for (let size = last; size < end; size++) {
    writeFileSync(at.file, whole.subarray(0, size))
    const partition = await at.open()
    expect([size, partition.endOffset, statSync(at.file).size]).toEqual([size, 4, last])
    expect(await partition.append(batchOf(['again']))).toBe(4)
    await partition.close()
  }
  expect(at.warnings).toHaveLength(end - last - 1)
  expect(at.warnings[0]).toContain(`${at.file}: cut 1 bytes after byte ${last}`)
})

test.each<[string, (size: number) => Buffer]>([
  ['zeros', (size) => Buffer.alloc(size)],
  ['noise', (size) => Buffer.from(Array.from({ length: size }, (_, i) => (i * 7919 + 13) % 256))],
  ['something that looks like the head of a batch', (size) => Buffer.alloc(size, 2)],
])('a tail of %s is cut off', async (_name, tail) => {
  const at = place()
  const ends = await filled(at)
  appendFileSync(at.file, tail(5000))
  const partition = await at.open()
  expect(partition.endOffset).toBe(6)
  expect(statSync(at.file).size).toBe(ends.at(-1))
  await partition.close()
})

test('any byte damaged before the last sync is an error that names file and place, and nothing is cut', async () => {
  const at = place()
  const [first = 0, second = 0, third = 0] = await filled(at)
  const whole = readFileSync(at.file)
  for (let byte = first; byte < third; byte++) {
    // The log numbers offset and sync itself; both stand outside the checksum.
    const within = (byte - (byte < second ? first : second)) % whole.length
    if (within < 8 || (within >= 12 && within < 16)) continue
    const damaged = Buffer.from(whole)
    damaged.writeUInt8((damaged.readUInt8(byte) + 1) % 256, byte)
    writeFileSync(at.file, damaged)
    const error: unknown = await at.open().catch((thrown: unknown) => thrown)
    expect(error, `byte ${byte}`).toBeInstanceOf(StateError)
    expect(error).toMatchObject({ code: 'corrupt-log' })
    expect(String(error)).toContain(`${at.file}: damaged at byte ${byte < second ? first : second}`)
    expect(readFileSync(at.file).equals(damaged)).toBe(true)
  }
})

test('damage to the last batch is an error too when the log was closed in order', async () => {
  const at = place()
  const [, , last = 0, end = 0] = await filled(at)
  const bytes = readFileSync(at.file)
  bytes.writeUInt8((bytes.readUInt8(end - 1) + 1) % 256, end - 1)
  writeFileSync(at.file, bytes)
  await expect(at.open({ base: 0, size: end })).rejects.toThrow(`damaged at byte ${last}`)
  truncateSync(at.file, last)
  await expect(at.open({ base: 0, size: end })).rejects.toThrow(`damaged at byte ${last}`)
})

test('damage in an older segment is an error when it is read', async () => {
  const at = place({ 'segment.bytes': '100' })
  await filled(at)
  const bytes = readFileSync(at.file)
  bytes.writeUInt8((bytes.readUInt8(bytes.length - 1) + 1) % 256, bytes.length - 1)
  writeFileSync(at.file, bytes)
  const partition = await at.open()
  expect(partition.sealed.length).toBeGreaterThan(0)
  await expect(partition.read(0, 1 << 20)).rejects.toThrow(`${at.file}: damaged at byte 0`)
  expect((await partition.read(2, 1 << 20)).length).toBeGreaterThan(0)
  await partition.close()
})

test('appends that wait together share one sync, in order', async () => {
  const at = place()
  const partition = await at.open()
  const offsets = await Promise.all(Array.from({ length: 50 }, (_, i) => partition.append(batchOf([`${i}`]))))
  expect(offsets).toEqual(Array.from({ length: 50 }, (_, i) => i))
  await partition.close()
  const bytes = readFileSync(at.file)
  const flushes = new Set<number>()
  for (let from = 0; from < bytes.length; from += readBatchHeader(bytes, from, 't')?.size ?? 0) {
    flushes.add(bytes.readInt32BE(from + 12))
  }
  expect(flushes.size).toBe(1)
})

test('readers are given whole batches, however small their buffer', async () => {
  const at = place({ 'segment.bytes': '400' })
  const partition = await at.open()
  const texts = Array.from({ length: 60 }, (_, i) => `${i}`.padStart(1 + (i % 7) * 40, '.'))
  for (const text of texts) await partition.append(batchOf([text]))
  for (const maxBytes of [1, 61, 100, 1000, 1 << 20]) {
    const offsets: number[] = []
    for (let offset = 0; offset < 60;) {
      const bytes = await partition.read(offset, maxBytes)
      const header = readBatchHeader(bytes, 0, 't')
      expect(header?.baseOffset).toBe(offset)
      offsets.push(offset)
      offset = (header?.lastOffset ?? 0) + 1
    }
    expect(offsets).toHaveLength(60)
  }
  await partition.close()
})

test('a write that fails fails those behind it too, can be tried again, and leaves no gap', async () => {
  const at = place({ 'segment.bytes': '100' })
  const partition = await at.open()
  await partition.append(batchOf(['before']))
  renameSync(at.folder, `${at.folder}-away`)
  const failed = await Promise.allSettled([
    partition.append(batchOf(['x'.repeat(90)])),
    partition.append(batchOf(['y'])),
  ])
  renameSync(`${at.folder}-away`, at.folder)
  expect(failed.map((one) => one.status === 'rejected' && one.reason instanceof RetriableError)).toEqual([true, true])
  expect(await partition.append(batchOf(['after']))).toBe(1)
  await partition.close()
  const again = await at.open()
  expect([again.startOffset, again.endOffset]).toEqual([0, 2])
  await again.close()
})
