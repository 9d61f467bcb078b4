// A worker that is killed at random moments while rows come in loses none and doubles none.
import { setTimeout as pause } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { waitFor } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { Workplace } from './command.js'

const KILLS = 20
const LONGEST_LIFE_MS = 600
const ROWS_PER_INSERT = 20
const PAUSE_MS = 10

it(`no row is missing and none is doubled after ${KILLS} kills`, async () => {
  await using place = await Workplace.open()
  const source = new Sqlite(place.path('source.db'), { timeout: 10_000 })
  source.exec('create table t (id integer primary key autoincrement, name text not null)')
  const inserter = insertRows(source)
  const sourceFile = await place.file('source.json', JSON.stringify({ name: 'src', config: place.sourceConfig() }))
  const sinkFile = await place.file('sink.json', JSON.stringify({ name: 'snk', config: place.sinkConfig() }))
  const files = [await place.workerFile(), sourceFile, sinkFile]
  for (let kill = 0; kill < KILLS; kill += 1) {
    const worker = await place.worker(...files)
    await pause(Math.random() * LONGEST_LIFE_MS)
    worker.process.kill('SIGKILL')
    await worker.ended
  }
  await inserter.stop()
  await place.worker(...files)
  const sink = await waitFor(
    'the sink',
    () => new Sqlite(place.path('sink.db'), { fileMustExist: true, timeout: 10_000 }),
  )
  const sent = rowsOf(source)
  await waitFor('all rows', () => sink.prepare('select count(*) as n from t').pluck().get() === sent.length)
  expect(sent.length).toBeGreaterThan(KILLS * ROWS_PER_INSERT)
  expect(rowsOf(sink)).toEqual(sent)
  source.close()
  sink.close()
})

function rowsOf(database: Sqlite): unknown[] {
  return database.prepare('select id, name from t order by id').all()
}

/** Inserts a few rows every few milliseconds until stopped. */
function insertRows(database: Sqlite): { stop(): Promise<void> } {
  const stopped = new AbortController()
  const insert = database.prepare('insert into t (name) values (?)')
  const insertSome = database.transaction(() => {
    for (let i = 0; i < ROWS_PER_INSERT; i += 1) insert.run(`row ${crypto.randomUUID()}`)
  })
  const work = (async () => {
    while (!stopped.signal.aborted) {
      insertSome()
      await pause(PAUSE_MS)
    }
  })()
  return {
    stop: () => {
      stopped.abort()
      return work
    },
  }
}
