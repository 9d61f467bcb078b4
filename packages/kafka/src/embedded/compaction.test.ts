// Compaction keeps the latest record of each key where it stood; a crash in between leaves the old files or the new one.
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { byteColumn, bytesAt } from '@rowbridge/api'
import { expect, onTestFinished, test } from 'vitest'
import type { Codec } from '../compression.js'
import { readBatchHeader, readRecords } from '../record-batch-reader.js'
import { writeRecordBatch } from '../record-batch.js'
import { compactPartition } from './compaction.js'
import { dropExpired } from './maintenance.js'
import { openPartition, type Partition } from './partition.js'
import { topicConfig } from './topic-config.js'

const NOW = 1_700_000_000_000
const DAY = 86_400_000
type Row = readonly [key: string | null, value: string | null]

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-compaction-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const open = (folder: string, props: Readonly<Record<string, string>> = {}) =>
  openPartition({
    folder,
    name: 't-0',
    config: topicConfig({ 'cleanup.policy': 'compact', 'segment.bytes': '300', ...props }, {}),
    clean: null,
    log,
  })

const bytesOf = (text: string | null) => (text === null ? null : Buffer.from(text))

async function append(partition: Partition, rows: readonly Row[], codec: Codec = 'lz4'): Promise<void> {
  const [keys, values] = [0, 1].map((part) => byteColumn(rows.map((row) => bytesOf(row[part] ?? null))))
  const batch = { topic: 't', partition: 0, length: rows.length, keys: keys!, values: values! }
  const range = { batch: { ...batch, timestamps: null, headers: null }, rows: null, from: 0, to: rows.length }
  await partition.append(writeRecordBatch(range, { codec, now: NOW }))
}

/** `offset key=value` of all records. */
async function contents(partition: Partition): Promise<string[]> {
  const lines: string[] = []
  for (let offset = partition.startOffset; offset < partition.endOffset;) {
    const bytes = await partition.read(offset, 1000)
    if (bytes.length === 0) break
    for (let at = 0; at < bytes.length;) {
      const header = readBatchHeader(bytes, at, 't')!
      const { keys, values, offsets } = readRecords(bytes, at, header, { from: offset, where: 't' })
      offsets.forEach((own, i) => lines.push(`${own} ${text(bytesAt(keys, i))}=${text(bytesAt(values, i))}`))
      offset = header.lastOffset + 1
      at += header.size
    }
  }
  return lines
}

const text = (item: Uint8Array | null) => (item === null ? 'null' : Buffer.from(item).toString())

const rounds = async (partition: Partition, codec: Codec = 'lz4') => {
  for (let round = 0; round < 10; round++) {
    const keys = ['a', 'b', `c${round % 3}`]
    await append(
      partition,
      keys.map((key) => [key, `${round}`]),
      codec,
    )
  }
}
const COMPACTED = ['23 c1=7', '26 c2=8', '27 a=9', '28 b=9', '29 c0=9']

test.each(['none', 'gzip', 'lz4'] as const)('the latest record of each key stays at its offset (%s)', async (codec) => {
  const folder = folderOf()
  const partition = await open(folder)
  await rounds(partition, codec)
  const before = readdirSync(folder).length
  await compactPartition(partition, NOW)
  expect(await contents(partition)).toEqual(COMPACTED)
  expect(readdirSync(folder).length).toBeLessThan(before)
  await append(partition, [['a', 'later']])
  await compactPartition(partition, NOW)
  const expected = [...COMPACTED.filter((line) => line !== '27 a=9'), '30 a=later']
  expect(await contents(partition)).toEqual(expected)
  await partition.close()
  const again = await open(folder)
  expect(await contents(again)).toEqual(expected)
  expect(again.endOffset).toBe(31)
  await again.close()
})

test('a deletion is kept for delete.retention.ms, then goes', async () => {
  const partition = await open(folderOf())
  await append(partition, [
    ['a', '1'],
    ['b', '1'],
  ])
  await append(partition, [
    ['a', null],
    ['c', '1'],
  ])
  await compactPartition(partition, NOW + DAY - 1)
  expect(await contents(partition)).toEqual(['1 b=1', '2 a=null', '3 c=1'])
  await compactPartition(partition, NOW + DAY + 1)
  expect(await contents(partition)).toEqual(['1 b=1', '3 c=1'])
  await partition.close()
})

test('records without a key are kept', async () => {
  const partition = await open(folderOf())
  await append(partition, [
    [null, '1'],
    [null, '2'],
    ['a', '1'],
    ['a', '2'],
  ])
  await compactPartition(partition, NOW)
  expect(await contents(partition)).toEqual(['0 null=1', '1 null=2', '3 a=2'])
  await partition.close()
})

test('what is written and read meanwhile is neither lost nor doubled', async () => {
  const partition = await open(folderOf())
  await rounds(partition)
  const [, read] = await Promise.all([compactPartition(partition, NOW), contents(partition), rounds(partition)])
  const offsets = read.map((line) => Number(line.split(' ')[0]))
  expect(offsets).toEqual([...new Set(offsets)].toSorted((a, b) => a - b))
  expect(partition.endOffset).toBe(60)
  await compactPartition(partition, NOW)
  expect(await contents(partition)).toEqual(['53 c1=7', '56 c2=8', '57 a=9', '58 b=9', '59 c0=9'])
  await partition.close()
})

test('a crash before the swap leaves the old files, one after it leaves the new', async () => {
  const [folder, spare] = [folderOf(), folderOf()]
  const partition = await open(folder)
  await rounds(partition)
  await partition.roll()
  const full = await contents(partition)
  await partition.close()
  const old = readdirSync(folder)
  for (const name of old) copyFileSync(join(folder, name), join(spare, name))
  writeFileSync(join(folder, '0.cleaned'), 'half')
  const before = await open(folder)
  expect(await contents(before)).toEqual(full)
  expect(existsSync(join(folder, '0.cleaned'))).toBe(false)
  await compactPartition(before, NOW)
  const newest = String(before.newest.base)
  await before.close()
  // As it is right after the swap file got its name: old segments and the new one side by side.
  const compacted = readdirSync(folder).filter((name) => !name.includes(newest))
  expect(compacted.length).toBeLessThan(old.length - 1)
  for (const [i, name] of compacted.entries()) {
    const to = Number((compacted[i + 1] ?? newest).replace('.log', ''))
    copyFileSync(join(folder, name), join(spare, `${Number(name.replace('.log', ''))}-${to}.swap`))
  }
  const after = await open(spare)
  expect(await contents(after)).toEqual(COMPACTED)
  await after.close()
})

test('retention drops whole segments, oldest first, never the newest records of the hour', async () => {
  const folder = folderOf()
  const partition = await open(folder, { 'cleanup.policy': 'delete', 'retention.ms': '1000', 'segment.bytes': '200' })
  await rounds(partition)
  const oldest = partition.sealed[0]!
  utimesSync(oldest.path, new Date(Date.now() - 5000), new Date(Date.now() - 5000))
  const next = partition.sealed[1]!.base
  await dropExpired(partition, Date.now())
  expect(partition.startOffset).toBe(next)
  expect(partition.endOffset).toBe(30)
  await dropExpired(partition, Date.now() + 5000)
  expect([partition.startOffset, partition.endOffset]).toEqual([30, 30])
  await partition.close()
})

test('retention by size keeps at least so many bytes', async () => {
  const partition = await open(folderOf(), {
    'cleanup.policy': 'delete',
    'retention.bytes': '500',
    'segment.bytes': '200',
  })
  await rounds(partition)
  await dropExpired(partition, Date.now())
  const size = partition.sealed.reduce((sum, segment) => sum + segment.size, partition.newest.size)
  expect(size).toBeGreaterThanOrEqual(500)
  expect(size).toBeLessThan(800)
  await partition.close()
})
