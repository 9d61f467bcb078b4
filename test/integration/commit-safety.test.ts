// No row is passed that is yet to be committed, on real servers: who is waited for, who is not, and what is told about it.
import { setTimeout as sleep } from 'node:timers/promises'
import { describeWith, waitFor, type DatabaseServer } from '@rowbridge/testkit'
import { expect, test } from 'vitest'
import { chaosPlace, type ChaosPlace, type Connection } from '../chaos/place.js'
import { startTask, type Offsets, type Source, type Told } from '../jdbc/drive.js'
import { byText, ids } from '../jdbc/source-tables.js'

const BY_ID = { mode: 'incrementing', 'incrementing.column.name': 'id' }
const BY_TIME = { mode: 'timestamp', 'timestamp.column.name': 'at' }
const BY_BOTH = { ...BY_TIME, ...BY_ID, mode: 'timestamp+incrementing' }

function source(place: ChaosPlace, props: Record<string, string>, offsets: Offsets = new Map()): Promise<Source> {
  const table = place.kind === 'mariadb' ? '`t`' : '"public"."t"'
  const from = props['query'] === undefined ? { tables: table, 'table.whitelist': 't' } : { tables: '' }
  return startTask(
    {
      name: 'safe',
      'tables.fetched': 'true',
      'topic.prefix': 'p-',
      'poll.interval.ms': '20',
      'poll.linger.ms': '150',
      ...from,
      ...place.props,
      ...props,
    },
    offsets,
  )
}

async function twoConnections(place: ChaosPlace): Promise<[Connection, Connection] & AsyncDisposable> {
  const both: [Connection, Connection] = [await place.connect(), await place.connect()]
  return Object.assign(both, {
    async [Symbol.asyncDispose]() {
      await both[0].close()
      await both[1].close()
    },
  })
}

/** Polls until rows are seen that are held back: from then on it is settled who is waited for. */
async function untilHeld(started: Source): Promise<void> {
  await waitFor('a hold', async () => {
    await started.poll()
    return (started.metrics.get('source-held-back-ms') ?? 0) > 0
  })
  expect(started.batches.every(({ length }) => length === 0)).toBe(true)
}

/** Polls until the guarantee is told. */
async function guaranteeOf(started: Source): Promise<number | undefined> {
  await waitFor('the guarantee', async () => {
    await started.poll()
    return started.metrics.has('source-guarantee-level')
  })
  return started.metrics.get('source-guarantee-level')
}

const marksOf = (told: readonly Told[]) => told.map(({ value }) => String(value['mark']))
const insert = (connection: Connection, mark: string) => connection.run(`INSERT INTO t (mark) VALUES ('${mark}')`)

function commonSuite(open: () => Promise<ChaosPlace>): void {
  test.each([
    ['incrementing', BY_ID],
    ['timestamp', BY_TIME],
    ['timestamp+incrementing', BY_BOTH],
    ['a query by its growing column', { ...BY_ID, query: "SELECT * FROM t WHERE mark <> 'never'" }],
    ['a query by its times', { ...BY_TIME, query: "SELECT * FROM t WHERE mark <> 'never'" }],
  ])('%s: a row is not passed while it is uncommitted', async (_mode, props) => {
    await using place = await open()
    await using connections = await twoConnections(place)
    const [early, late] = connections
    await early.run('BEGIN')
    await insert(early, 'early')
    await insert(late, 'late')
    await using started = await source(place, props)
    await started.poll()
    await started.poll()
    await early.run('COMMIT')
    const told = await started.take(2)
    expect(marksOf(told).toSorted(byText)).toEqual(['early', 'late'])
    expect(await started.poll()).toBe(false)
  })

  test.each([
    ['incrementing', BY_ID],
    ['timestamp', BY_TIME],
    ['timestamp+incrementing', BY_BOTH],
  ])('%s: with commit.safe=false it is passed, as by the Java connector', async (_mode, props) => {
    await using place = await open()
    await using connections = await twoConnections(place)
    const [early, late] = connections
    await early.run('BEGIN')
    await insert(early, 'early')
    // Times are the same within ten milliseconds, in which neither mode would pass the row.
    await sleep(30)
    await insert(late, 'late')
    await using started = await source(place, { ...props, 'commit.safe': 'false' })
    expect(await started.take(1)).toMatchObject([{ value: { mark: 'late' } }])
    await early.run('COMMIT')
    expect(await started.poll()).toBe(false)
  })

  test('a transaction that is rolled back holds nothing once it has ended', async () => {
    await using place = await open()
    await using connections = await twoConnections(place)
    const [early, late] = connections
    await early.run('BEGIN')
    await insert(early, 'early')
    await insert(late, 'late')
    await using started = await source(place, BY_ID)
    expect(await started.poll()).toBe(false)
    await early.run('ROLLBACK')
    expect(await started.take(1)).toMatchObject([{ value: { mark: 'late' } }])
  })

  test('a transaction that begins later does not hold what was there before', async () => {
    await using place = await open()
    await using connections = await twoConnections(place)
    const [early, late] = connections
    await early.run('BEGIN')
    await insert(early, 'early')
    await insert(late, 'late')
    await using started = await source(place, BY_ID)
    await untilHeld(started)
    await late.run('BEGIN')
    await insert(late, 'latest')
    await early.run('COMMIT')
    const told = await started.take(2)
    expect(marksOf(told).toSorted(byText)).toEqual(['early', 'late'])
    await late.run('ROLLBACK')
  })

  test('past commit.safe.max.wait.ms the reading goes on, and says without whom', async () => {
    await using place = await open()
    await using connections = await twoConnections(place)
    const [early, late] = connections
    await early.run('BEGIN')
    await insert(early, 'early')
    await insert(late, 'late')
    await using started = await source(place, { ...BY_ID, 'commit.safe.max.wait.ms': '400' })
    expect(await started.take(1)).toMatchObject([{ value: { mark: 'late' } }])
    expect(started.journal.warnings.join('\n')).toMatch(
      /going on after .* ms without waiting for .*commit\.safe\.max\.wait\.ms/,
    )
    await insert(late, 'next')
    expect(await started.take(1)).toMatchObject([{ value: { mark: 'next' } }])
    await early.run('ROLLBACK')
  })

  test('how long rows are held back is told as a metric', async () => {
    await using place = await open()
    await using connections = await twoConnections(place)
    const [early, late] = connections
    await early.run('BEGIN')
    await insert(early, 'early')
    await insert(late, 'late')
    await using started = await source(place, BY_ID)
    await untilHeld(started)
    await early.run('COMMIT')
    expect(await started.take(2)).toHaveLength(2)
    await waitFor('its end', async () => {
      await started.poll()
      return started.metrics.get('source-held-back-ms') === 0
    })
  })

  test('another table of the task is read meanwhile', async () => {
    await using place = await open()
    await using connections = await twoConnections(place)
    const [early, late] = connections
    await late.run('CREATE TABLE u (id INT PRIMARY KEY, mark VARCHAR(10))')
    await early.run('BEGIN')
    await insert(early, 'early')
    await insert(late, 'late')
    await late.run("INSERT INTO u VALUES (1, 'other')")
    const tables = place.kind === 'mariadb' ? '`t`,`u`' : '"public"."t","public"."u"'
    await using started = await source(place, { ...BY_ID, tables, 'table.whitelist': 't,u' })
    expect(await started.take(1)).toMatchObject([{ topic: 'p-u', value: { mark: 'other' } }])
    await early.run('COMMIT')
    expect(ids(await started.take(2))).toHaveLength(2)
  })

  test('a user who may do no more than SELECT misses nothing', async () => {
    await using place = await open()
    await using user = await place.plainUser()
    await using connections = await twoConnections(place)
    const [early, late] = connections
    await early.run('BEGIN')
    await insert(early, 'early')
    await insert(late, 'late')
    await using started = await source(place, { ...BY_ID, ...user.props })
    expect(await started.poll()).toBe(false)
    await early.run('COMMIT')
    expect(ids(await started.take(2))).toHaveLength(2)
  })
}

async function postgresql(server: DatabaseServer): Promise<ChaosPlace> {
  const place = await chaosPlace(server)
  await place.query('ALTER SEQUENCE t_id_seq CACHE 1')
  return place
}

describeWith(['postgresql'], 'commit-safe reading from PostgreSQL', (servers) => {
  commonSuite(() => postgresql(servers.postgresql))

  test('a transaction that has only begun, and whose time is that of its begin, is waited for', async () => {
    await using place = await postgresql(servers.postgresql)
    await using connections = await twoConnections(place)
    const [early, late] = connections
    await early.run('BEGIN')
    await sleep(30)
    await insert(late, 'late')
    await using started = await source(place, BY_TIME)
    expect(await started.poll()).toBe(false)
    await insert(early, 'early')
    await early.run('COMMIT')
    expect((await started.take(2)).map(({ value }) => value['mark'])).toEqual(['early', 'late'])
  })

  test('a number that was drawn before the INSERT is waited for', async () => {
    await using place = await postgresql(servers.postgresql)
    await using connections = await twoConnections(place)
    const [early, late] = connections
    await early.run('BEGIN')
    const [drawn] = await early.run("SELECT nextval('t_id_seq') AS id")
    await insert(late, 'late')
    await using started = await source(place, BY_ID)
    expect(await started.poll()).toBe(false)
    await early.run(`INSERT INTO t (id, mark) VALUES (${String(drawn?.['id'])}, 'early')`)
    await early.run('COMMIT')
    expect((await started.take(2)).map(({ value }) => value['mark'])).toEqual(['early', 'late'])
  })

  test('a row written into a partition is waited for', async () => {
    await using place = await postgresql(servers.postgresql)
    await using connections = await twoConnections(place)
    const [early, late] = connections
    await late.run('DROP TABLE t')
    await late.run('CREATE TABLE t (id BIGSERIAL, mark TEXT NOT NULL, PRIMARY KEY (id)) PARTITION BY RANGE (id)')
    await late.run('CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100)')
    await early.run('BEGIN')
    await early.run("INSERT INTO t1 (id, mark) VALUES (1, 'early')")
    await late.run("INSERT INTO t (id, mark) VALUES (2, 'late')")
    await using started = await source(place, BY_ID)
    expect(await started.poll()).toBe(false)
    await early.run('COMMIT')
    expect((await started.take(2)).map(({ value }) => value['mark'])).toEqual(['early', 'late'])
  })

  test('a number from the cache of an idle session is read late, and after a restart as well', async () => {
    await using place = await chaosPlace(servers.postgresql)
    await using connections = await twoConnections(place)
    const [idle, busy] = connections
    const offsets: Offsets = new Map()
    const of = (label: string) => `{"protocol":"1","table":"public.${label}"}`
    await insert(idle, 'first')
    await insert(busy, 'second')
    {
      await using started = await source(place, BY_ID, offsets)
      expect(ids(await started.take(2))).toEqual([1, 51])
      expect(offsets.get(of('t'))).toBe('{"incrementing":1}')
      await insert(idle, 'third')
      expect(ids(await started.take(1))).toEqual([2])
    }
    await insert(idle, 'fourth')
    await using again = await source(place, BY_ID, offsets)
    expect(ids(await again.take(3))).toContain(3)
  })

  test('the guarantee is told: exact, or bounded where sessions draw numbers in advance', async () => {
    await using place = await postgresql(servers.postgresql)
    await using started = await source(place, BY_ID)
    expect(await guaranteeOf(started)).toBe(2)
    await place.query('ALTER SEQUENCE t_id_seq CACHE 20')
    await using bounded = await source(place, BY_ID)
    expect(await guaranteeOf(bounded)).toBe(1)
  })
})

describeWith(['mariadb'], 'commit-safe reading from MariaDB', (servers) => {
  commonSuite(() => chaosPlace(servers.mariadb))

  test('a transaction that is prepared is waited for', async () => {
    await using place = await chaosPlace(servers.mariadb)
    await using connections = await twoConnections(place)
    const [early, late] = connections
    const name = `'${place.kind}-${process.pid}'`
    await early.run(`XA START ${name}`)
    await insert(early, 'early')
    await early.run(`XA END ${name}`)
    await early.run(`XA PREPARE ${name}`)
    await insert(late, 'late')
    await using started = await source(place, BY_ID)
    expect(await started.poll()).toBe(false)
    await early.run(`XA COMMIT ${name}`)
    expect((await started.take(2)).map(({ value }) => value['mark'])).toEqual(['early', 'late'])
  })

  test('an update that waits for a lock has the time of its begin, and is waited for', async () => {
    await using place = await chaosPlace(servers.mariadb)
    await using connections = await twoConnections(place)
    const [holding, waiting] = connections
    await insert(holding, 'row')
    await using started = await source(place, BY_TIME)
    await started.take(1)
    await holding.run('BEGIN')
    await holding.run('SELECT * FROM t WHERE id = 1 FOR UPDATE')
    const update = waiting.run("UPDATE t SET mark = 'changed', at = NOW(2) WHERE id = 1")
    await waitFor('the update to wait', async () => {
      const running = await place.query(
        "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE 'UPDATE t SET mark%'",
      )
      return running.length > 0
    })
    await sleep(30)
    await place.query("INSERT INTO t (mark) VALUES ('later')")
    expect(await started.poll()).toBe(false)
    await holding.run('COMMIT')
    await update
    expect((await started.take(2)).map(({ value }) => value['mark'])).toEqual(['changed', 'later'])
  })

  test('a row does not stand for another of its time that is being moved', async () => {
    await using place = await chaosPlace(servers.mariadb)
    await using connections = await twoConnections(place)
    const [adding, moving] = connections
    await place.query("INSERT INTO t (id, mark, at) VALUES (1, 'moved', '2024-01-01 00:00:00.50')")
    await adding.run('BEGIN')
    await adding.run("INSERT INTO t (id, mark, at) VALUES (3, 'added', '2024-01-01 00:00:00.50')")
    await moving.run('BEGIN')
    await moving.run("UPDATE t SET at = '2999-01-01' WHERE id = 1")
    await using started = await source(place, BY_TIME)
    expect(await started.poll()).toBe(false)
    await adding.run('COMMIT')
    await moving.run('ROLLBACK')
    const marks = (await started.take(2)).map(({ value }) => value['mark'])
    expect(new Set(marks)).toEqual(new Set(['added', 'moved']))
  })

  test('reading takes no locks: the writer that is waited for is not held up', async () => {
    await using place = await chaosPlace(servers.mariadb)
    await using connections = await twoConnections(place)
    const [early, late] = connections
    await insert(late, 'row')
    await early.run('BEGIN')
    await insert(early, 'early')
    await using started = await source(place, BY_ID)
    await started.take(1)
    await early.run("UPDATE t SET mark = 'changed' WHERE mark = 'row'")
    await early.run('COMMIT')
    expect((await started.take(1)).map(({ value }) => value['mark'])).toEqual(['early'])
  })

  test('the guarantee is told: exact, or bounded where other sessions are not seen', async () => {
    await using place = await chaosPlace(servers.mariadb)
    await using user = await place.plainUser()
    await using started = await source(place, BY_ID)
    expect(await guaranteeOf(started)).toBe(2)
    await using bounded = await source(place, { ...BY_ID, ...user.props })
    expect(await guaranteeOf(bounded)).toBe(1)
  })

  test('the guarantee by times alone is bounded where no primary key tells rows apart', async () => {
    await using place = await chaosPlace(servers.mariadb)
    await place.query('CREATE TABLE u (mark VARCHAR(9), at DATETIME(2) NOT NULL, KEY (at))')
    await using keyed = await source(place, BY_TIME)
    expect(await guaranteeOf(keyed)).toBe(2)
    await using keyless = await source(place, { ...BY_TIME, tables: '`u`', 'table.whitelist': 'u' })
    expect(await guaranteeOf(keyless)).toBe(1)
  })
})
