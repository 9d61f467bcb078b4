// A record that the database refuses stands alone: what is told of it, where it goes, and that its siblings are written.
import { expect, test } from 'vitest'
import { uniqueName, waitFor } from '@rowbridge/testkit'
import { journal } from './drive.js'
import type { OpenPlace, Place } from './place.js'
import { topicLog } from './topic-worker.js'

const TABLE =
  'CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL, p INT, CHECK (n < 5000), FOREIGN KEY (p) REFERENCES u (id))'

interface Row {
  readonly id: number
  readonly n: number | null
  readonly p?: number
}

/** What is wrong, the column blamed where the database tells it, the value that was to go there, and the SQLSTATE by database. */
interface Wrong {
  readonly what: string
  readonly row: Row
  readonly column: string | null
  readonly value: RegExp
  readonly sqlstate: Readonly<Record<Place['kind'], string | null>>
}

const WRONG: readonly Wrong[] = [
  {
    what: 'a check that fails',
    row: { id: 2, n: 7777 },
    column: null,
    value: /n=7777/,
    sqlstate: { mariadb: '23000', postgresql: '23514', sqlite: null },
  },
  {
    what: 'a null in a column that takes none',
    row: { id: 2, n: null },
    column: 'n',
    value: /n=null/,
    sqlstate: { mariadb: '23000', postgresql: '23502', sqlite: null },
  },
  {
    what: 'a key that is there',
    row: { id: 1, n: 8 },
    column: null,
    value: /id=1/,
    sqlstate: { mariadb: '23000', postgresql: '23505', sqlite: null },
  },
  {
    what: 'a row to point to that is not there',
    row: { id: 2, n: 8, p: 99 },
    column: null,
    value: /p=99/,
    sqlstate: { mariadb: '23000', postgresql: '23503', sqlite: null },
  },
]

const queueOf = (topic: string) => ({
  'errors.tolerance': 'all',
  'errors.deadletterqueue.topic.name': `${topic}_dlq`,
  'errors.deadletterqueue.topic.replication.factor': '1',
  'errors.deadletterqueue.context.headers.enable': 'true',
})

const textOf = (row: Row): string => JSON.stringify(row)

export function badRecordSuite(open: OpenPlace): void {
  const prepared = async () => {
    const place = await open()
    await place.query('CREATE TABLE u (id INT PRIMARY KEY)')
    await place.query(TABLE)
    const topic = uniqueName('bad')
    const config = { 'connector.class': 'JdbcSink', ...place.props, topics: topic, 'table.name.format': 't' }
    const ids = async () => (await place.query('SELECT id FROM t ORDER BY id')).map((row) => Number(row['id']))
    return { place, topic, config, ids }
  }

  test.each(WRONG)('$what: told with place, table, column and value where nothing is tolerated', async (wrong) => {
    const { place, topic, config, ids } = await prepared()
    await using _place = place
    using log = topicLog()
    await log.produce(topic, [{ id: 1, n: 1 }, wrong.row, { id: 3, n: 3 }].map(textOf))
    await using worker = await log.worker(config, journal().log)
    const trace = await waitFor('the failure', async () => (await worker.failure()) ?? expect.fail('not failed'))
    expect(trace).toMatch(new RegExp(`${topic}-0@1\\b`))
    expect(trace).toMatch(/\bt\b/)
    expect(trace).toMatch(wrong.value)
    expect(await ids()).toEqual([1])
  })

  test.each(WRONG)('$what: goes into the queue with its reason, and its siblings into the table', async (wrong) => {
    const { place, topic, config, ids } = await prepared()
    await using _place = place
    using log = topicLog()
    await log.produce(topic, [{ id: 1, n: 1 }, wrong.row, { id: 3, n: 3 }].map(textOf))
    const worker = await log.worker({ ...config, ...queueOf(topic) }, journal().log)
    await waitFor('the commit of all', async () => expect(await worker.committed()).toBe(3))
    await worker[Symbol.asyncDispose]()
    expect(await ids()).toEqual([1, 3])
    const letters = await log.read(`${topic}_dlq`)
    expect(letters.map(({ value }) => value)).toEqual([textOf(wrong.row)])
    const headers = letters[0]?.headers ?? {}
    expect(headers).toMatchObject({
      '__connect.errors.topic': topic,
      '__connect.errors.partition': '0',
      '__connect.errors.offset': '1',
      '__connect.errors.stage': 'TASK_PUT',
      '__connect.errors.exception.message': expect.stringMatching(wrong.value),
      '__rowbridge.errors.code': 'constraint-violation',
      '__rowbridge.errors.table': expect.stringMatching(/\bt\b/),
    })
    const state = wrong.sqlstate[place.kind]
    if (state === null) expect(headers['__rowbridge.errors.vendor.code']).toMatch(/^SQLITE_CONSTRAINT_/)
    else expect(headers['__rowbridge.errors.sqlstate']).toBe(state)
    if (wrong.column !== null) expect(headers['__rowbridge.errors.column']).toBe(wrong.column)
  })

  test.each([
    { where: 'in the middle', bad: [1500] },
    { where: 'at ten places', bad: [0, 1, 299, 300, 777, 1499, 1500, 2222, 2998, 2999] },
    { where: 'first', bad: [0] },
    { where: 'last', bad: [2999] },
  ])('of 3000 records the bad ones, $where, are found and all others written', async ({ bad }) => {
    const { place, topic, config, ids } = await prepared()
    await using _place = place
    using log = topicLog()
    const all = Array.from({ length: 3000 }, (_, id): Row => ({ id, n: bad.includes(id) ? 9999 : 1 }))
    await log.produce(topic, all.map(textOf))
    const together = { 'consumer.override.max.poll.records': '3000' }
    const worker = await log.worker({ ...config, ...queueOf(topic), ...together }, journal().log)
    await waitFor('the commit of all', async () => expect(await worker.committed()).toBe(3000), { timeoutMs: 60_000 })
    await worker[Symbol.asyncDispose]()
    expect(await ids()).toEqual(all.flatMap(({ id }) => (bad.includes(id) ? [] : [id])))
    const letters = await log.read(`${topic}_dlq`)
    expect(letters.map(({ headers }) => Number(headers['__connect.errors.offset']))).toEqual(bad)
  })

  test('a missing table fails the task and sends no record to the queue', async () => {
    const { place, topic, config } = await prepared()
    await using _place = place
    using log = topicLog()
    await log.produce(topic, [textOf({ id: 1, n: 1 })])
    const worker = await log.worker({ ...config, ...queueOf(topic), 'table.name.format': 'missing' }, journal().log)
    const trace = await waitFor('the failure', async () => (await worker.failure()) ?? expect.fail('not failed'))
    await worker[Symbol.asyncDispose]()
    expect(trace).toMatch(/missing/)
    expect(await log.read(`${topic}_dlq`)).toEqual([])
  })
}
