// No row of SQLite is passed that is yet to be committed: transactions that write follow each other, their times do not.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { waitFor } from '@rowbridge/testkit'
import { expect, test } from 'vitest'
import { startTask, type Offsets, type Source } from './jdbc/drive.js'
import { ids } from './jdbc/source-tables.js'

const BY_ID = { mode: 'incrementing', 'incrementing.column.name': 'id' }
const BY_TIME = { mode: 'timestamp', 'timestamp.column.name': 'at' }

interface Place extends AsyncDisposable {
  readonly file: string
  readonly writer: Sqlite
}

function open(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'rb-cs-'))
  const file = join(folder, 'test.db')
  const writer = new Sqlite(file, { timeout: 5000 })
  writer.pragma('journal_mode = WAL')
  writer.exec(
    'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); CREATE INDEX t_at ON t (at)',
  )
  return {
    file,
    writer,
    [Symbol.asyncDispose]() {
      writer.close()
      rmSync(folder, { recursive: true, force: true })
      return Promise.resolve()
    },
  }
}

function source({ file }: Place, props: Record<string, string>, offsets: Offsets = new Map()): Promise<Source> {
  return startTask(
    {
      name: 'safe',
      tables: 't',
      'tables.fetched': 'true',
      'table.whitelist': 't',
      'topic.prefix': 'p-',
      'poll.interval.ms': '20',
      'poll.linger.ms': '150',
      'connection.url': `jdbc:sqlite:${file}`,
      ...props,
    },
    offsets,
  )
}

test('a row of a second that another one was committed in is read, however late it is committed', async () => {
  await using place = open()
  const { writer } = place
  writer.exec('INSERT INTO t DEFAULT VALUES; BEGIN; INSERT INTO t DEFAULT VALUES')
  await using started = await source(place, BY_TIME)
  // Until its second is over, no row of it is read; the open transaction holds it longer.
  const isOver = writer.prepare('SELECT CURRENT_TIMESTAMP > (SELECT MAX(at) FROM t)').pluck()
  await waitFor('the end of the second', () => isOver.get() === 1)
  expect(await started.poll()).toBe(false)
  writer.exec('COMMIT')
  expect(ids(await started.take(2))).toEqual([1, 2])
})

test('a row of the same second as one that was read is not lost', async () => {
  await using place = open()
  const { writer } = place
  await using started = await source(place, BY_TIME)
  const times = () => writer.prepare('SELECT DISTINCT at FROM t').all().length
  await waitFor('rows of two seconds', async () => {
    writer.exec('INSERT INTO t DEFAULT VALUES')
    await started.poll()
    return times() > 2
  })
  const count = Number(writer.prepare('SELECT COUNT(*) FROM t').pluck().get())
  const told = () => started.batches.reduce((sum, { length }) => sum + length, 0)
  await waitFor('all of them', async () => {
    await started.poll()
    return told() >= count
  })
  expect(told()).toBe(count)
})

test('growing numbers wait for nobody', async () => {
  await using place = open()
  const { writer } = place
  writer.exec('INSERT INTO t DEFAULT VALUES; BEGIN; INSERT INTO t DEFAULT VALUES')
  await using started = await source(place, BY_ID)
  expect(ids(await started.take(1))).toEqual([1])
  writer.exec('COMMIT')
  expect(ids(await started.take(1))).toEqual([2])
})

test('looking for a writer leaves no lock behind', async () => {
  await using place = open()
  await using started = await source(place, { ...BY_TIME, 'timestamp.delay.interval.ms': '0' })
  place.writer.exec('INSERT INTO t DEFAULT VALUES')
  expect(ids(await started.take(1))).toEqual([1])
  expect(() => place.writer.exec('BEGIN EXCLUSIVE; COMMIT')).not.toThrow()
})
