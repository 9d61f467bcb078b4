import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json, SourceBatch, SourceTaskContext } from '@rowbridge/api'
import { expect, onTestFinished, test } from 'vitest'
import { FileStreamSourceConnector, FileStreamSourceTask, checkOffset } from './source.js'

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-file-stream-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'lines.txt')
}

async function started(file: string, options: { readonly offset?: Json; readonly 'batch.size'?: string } = {}) {
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const log = { debug: () => undefined, info: () => undefined, warn, error: warn }
  const context: SourceTaskContext = {
    connector: 'lines',
    task: 0,
    log,
    metrics: { add: () => undefined, set: () => undefined },
    signal: new AbortController().signal,
    offsets: { read: (partitions) => Promise.resolve(partitions.map(() => options.offset ?? null)) },
  }
  const task = new FileStreamSourceTask()
  const size = options['batch.size'] === undefined ? {} : { 'batch.size': options['batch.size'] }
  await task.start({ file, topic: 'lines', ...size }, context)
  onTestFinished(() => task.stop())
  return { task, warnings }
}

const told = (batches: readonly SourceBatch[]) =>
  batches.map(({ value, sourcePartition, sourceOffset }) => ({ lines: value.values, sourcePartition, sourceOffset }))

test('lines come with the place behind the last of them', async () => {
  const file = place()
  writeFileSync(file, 'one\ntwo\nthree\nfour')
  const { task } = await started(file, { 'batch.size': '2' })

  const sourcePartition = { filename: file }
  expect(told(await task.poll())).toEqual([{ lines: ['one', 'two'], sourcePartition, sourceOffset: { position: 8 } }])
  expect(told(await task.poll())).toEqual([{ lines: ['three'], sourcePartition, sourceOffset: { position: 14 } }])
  expect(await task.poll()).toEqual([])
  appendFileSync(file, 'th\n')
  expect(told(await task.poll())).toEqual([{ lines: ['fourth'], sourcePartition, sourceOffset: { position: 21 } }])
})

test('reading goes on behind the stored place, also behind characters of several bytes', async () => {
  const file = place()
  writeFileSync(file, 'grün\nblau\n')
  const first = await started(file, { 'batch.size': '1' })
  const [batch] = await first.task.poll()

  const { task } = await started(file, { offset: batch?.sourceOffset ?? null })
  expect(told(await task.poll())).toMatchObject([{ lines: ['blau'], sourceOffset: { position: 11 } }])
})

test('a file that does not exist is waited for', async () => {
  const file = place()
  const { task, warnings } = await started(file)
  expect(await task.poll()).toEqual([])
  expect(await task.poll()).toEqual([])
  expect(warnings).toEqual([`${file} does not exist; waiting for it.`])

  writeFileSync(file, 'here\n')
  expect(told(await task.poll())).toMatchObject([{ lines: ['here'] }])
})

test('a file that was renamed is read to its end, then the new one of its name', async () => {
  const file = place()
  writeFileSync(file, 'one\n')
  const { task } = await started(file)
  await task.poll()
  appendFileSync(file, 'two\n')
  renameSync(file, `${file}.1`)
  writeFileSync(file, 'three\n')

  expect(told(await task.poll())).toMatchObject([{ lines: ['two'], sourceOffset: { position: 8 } }])
  expect(told(await task.poll())).toMatchObject([{ lines: ['three'], sourceOffset: { position: 6 } }])
})

test('a file that was cut short is read from its beginning', async () => {
  const file = place()
  writeFileSync(file, 'one\ntwo\n')
  const { task, warnings } = await started(file)
  await task.poll()
  truncateSync(file)
  appendFileSync(file, 'new\n')

  expect(told(await task.poll())).toMatchObject([{ lines: ['new'], sourceOffset: { position: 4 } }])
  expect(warnings).toEqual([`${file} is another file, or was cut short; it is read from its beginning.`])
})

test('a stored place behind the end means another file', async () => {
  const file = place()
  writeFileSync(file, 'new\n')
  const { task } = await started(file, { offset: { position: 100 } })
  expect(told(await task.poll())).toMatchObject([{ lines: ['new'], sourceOffset: { position: 4 } }])
})

test('a folder is no file', async () => {
  const file = place()
  const { task } = await started(join(file, '..'))
  await expect(task.poll()).rejects.toMatchObject({ code: 'file-not-readable' })
})

test.each([
  [{ filename: 'a' }, { position: 5 }],
  [{ other: 'a' }, null],
])('for %j the offset %j may be set', (partition, offset) => {
  expect(() => checkOffset(partition, offset)).not.toThrow()
})

test('for an offset beyond the safe integers, too', () => {
  expect(() => checkOffset({ filename: 'a' }, { position: 2n ** 60n })).not.toThrow()
})

test.each<[Json, Json, string]>([
  [{ filename: 'a' }, { line: 5 }, 'it has no position'],
  [{ filename: 'a' }, { position: -1 }, 'not negative'],
  [{ filename: 'a' }, { position: '1' }, 'whole number'],
  [{ file: 'a' }, { position: 1 }, 'no filename'],
  [null, { position: 1 }, 'no filename'],
])('for %j the offset %j is refused: %s', (partition, offset, problem) => {
  expect(() => checkOffset(partition, offset)).toThrow(problem)
})

test('offsets of standard input cannot be set', async () => {
  await expect(new FileStreamSourceConnector().alterOffsets({ topic: 't' }, [])).rejects.toMatchObject({
    code: 'bad-offsets',
  })
})
