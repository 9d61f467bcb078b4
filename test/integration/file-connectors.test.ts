// Files into topics and topics into files, over the embedded log, with a worker that is stopped in between.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileConnectors } from '@rowbridge/connector-file'
import { jsonConverter, stringConverter } from '@rowbridge/converters'
import { openKafka } from '@rowbridge/kafka'
import { startStandalone } from '@rowbridge/runtime'
import { waitFor } from '@rowbridge/testkit'
import { expect, it, onTestFinished } from 'vitest'
import { quietLog } from './quiet-log.js'

const ROWS = 20_000

function folderFor(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function startWorker(folder: string) {
  const json = 'org.apache.kafka.connect.json.JsonConverter'
  const props = {
    'bootstrap.servers': `embedded:${join(folder, 'log')}`,
    'key.converter': json,
    'value.converter': json,
    'value.converter.schemas.enable': 'false',
    'offset.storage.file.filename': join(folder, 'offsets'),
    'offset.flush.interval.ms': '100',
  }
  const plugins = [...fileConnectors, jsonConverter, stringConverter]
  const worker = await startStandalone({ props, plugins, log: quietLog(), openKafka })
  onTestFinished(() => worker.stop())
  return worker
}

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
}

it('lines go from file to file, also those that come later', async () => {
  const folder = folderFor()
  const [from, to] = [join(folder, 'from.txt'), join(folder, 'to.txt')]
  writeFileSync(from, 'one\ntwo\nthr')
  const text = { 'value.converter': 'org.apache.kafka.connect.storage.StringConverter', topic: 'lines' }
  const source = { 'connector.class': 'FileStreamSource', file: from, ...text }
  const sink = {
    'connector.class': 'FileStreamSink',
    file: to,
    topics: 'lines',
    'value.converter': text['value.converter'],
  }
  const first = await startWorker(folder)
  await first.herder.create('source', source)
  await first.herder.create('sink', sink)
  await waitFor('two lines', () => linesOf(to).length >= 2)
  await first.stop()

  appendFileSync(from, 'ee\n')
  const second = await startWorker(folder)
  await second.herder.create('source', source)
  await second.herder.create('sink', sink)
  await waitFor('three lines', () => linesOf(to).length >= 3)
  await second.stop()
  expect(linesOf(to)).toEqual(['one', 'two', 'three'])
})

it('a CSV file goes into a topic once, though the worker is stopped and started meanwhile', async () => {
  const folder = folderFor()
  const [input, done, bad] = ['in', 'done', 'bad'].map((name) => join(folder, name)) as [string, string, string]
  for (const path of [input, done, bad]) mkdirSync(path)
  const ids = Array.from({ length: ROWS }, (_, i) => i)
  const file = join(input, 'rows.csv')
  writeFileSync(file, `id,name\r\n${ids.map((id) => `${id},"name, of ${id}"\r\n`).join('')}`)
  utimesSync(file, 0, 0)
  const source = {
    'connector.class': 'com.github.jcustenborder.kafka.connect.spooldir.SpoolDirCsvSourceConnector',
    topic: 'rows',
    'input.path': input,
    'finished.path': done,
    'error.path': bad,
    'input.file.pattern': String.raw`^.*\.csv$`,
    'csv.first.row.as.header': 'true',
    'schema.generation.enabled': 'true',
    'schema.generation.types': 'infer',
    'batch.size': '50',
  }
  const to = join(folder, 'to.txt')
  const sink = { 'connector.class': 'FileStreamSink', file: to, topics: 'rows' }
  const first = await startWorker(folder)
  await first.herder.create('sink', sink)
  await first.herder.create('source', source)
  await waitFor('some rows', () => linesOf(to).length > 0)
  await first.stop()

  const second = await startWorker(folder)
  await second.herder.create('sink', sink)
  await second.herder.create('source', source)
  await waitFor('all rows', () => linesOf(to).length >= ROWS)
  await waitFor('the file to be moved', () => readdirSync(done).length > 0)
  await second.stop()
  expect(linesOf(to)).toEqual(ids.map((id) => `{id=${id}, name=name, of ${id}}`))
  expect([readdirSync(input), readdirSync(done)]).toEqual([[], ['rows.csv']])
})

it('a broken line fails the task with its place and what to do', async () => {
  const folder = folderFor()
  const [input, done, bad] = ['in', 'done', 'bad'].map((name) => join(folder, name)) as [string, string, string]
  for (const path of [input, done, bad]) mkdirSync(path)
  const file = join(input, 'orders.json')
  writeFileSync(file, '{"id":1}\n{"id":\n')
  utimesSync(file, 0, 0)
  const worker = await startWorker(folder)
  await worker.herder.create('source', {
    'connector.class': 'SpoolDirJsonSource',
    topic: 'orders',
    'input.path': input,
    'finished.path': done,
    'error.path': bad,
    'input.file.pattern': String.raw`.*\.json`,
    'schema.generation.enabled': 'true',
  })
  const trace = await waitFor('the task to fail', async () => {
    const [task] = (await worker.herder.status('source')).tasks
    return task?.state === 'FAILED' ? task.trace : null
  })
  expect(trace).toContain(`${file}:2: an object begins here and has no end`)
  expect(trace).toContain('move the file back')
  expect(readdirSync(bad)).toEqual(['orders.json'])
})
