// Whether the memory of a worker depends on how many rows a table has, how many tables there are, or how long it runs.
import { setTimeout as pause } from 'node:timers/promises'
import { server, waitFor, type TestDatabase } from '@rowbridge/testkit'
import { isFlat, startSmallWorker, type SmallWorker } from './small-worker.js'
import { tell } from './tell.js'

type Kind = 'mariadb' | 'postgresql'

const ROWS: Readonly<Record<Kind, (rows: number) => string>> = {
  mariadb: (rows) =>
    `insert into big select seq, (seq * 31) % 5000, 'a plain remark of some length', (seq % 100000) / 100, '2024-01-01 00:00:00' + interval seq second from seq_1_to_${rows}`,
  postgresql: (rows) =>
    `insert into big select s, (s * 31) % 5000, 'a plain remark of some length', (s % 100000) / 100.0, timestamp '2024-01-01' + s * interval '1 second' from generate_series(1, ${rows}) s`,
}

function connector(db: TestDatabase, further: Readonly<Record<string, string>>): Record<string, string> {
  return {
    'connector.class': 'JdbcSource',
    'connection.url': db.jdbcUrl,
    'connection.user': db.user,
    'connection.password': db.password,
    mode: 'incrementing',
    'incrementing.column.name': 'id',
    'topic.prefix': 'chaos-',
    ...further,
  }
}

export async function memory([what = 'load', kind = 'mariadb', amount]: readonly string[]): Promise<boolean> {
  await using running = await server(kind as Kind)
  await using db = await running.database()
  switch (what) {
    case 'load':
      return await load(db, kind as Kind, Number(amount ?? 5_000_000))
    case 'tables':
      return await tables(db, Number(amount ?? 500))
    case 'polling':
      return await polling(db, Number(amount ?? 300))
    default:
      throw new Error(`There is no ${what}.`)
  }
}

async function load(db: TestDatabase, kind: Kind, rows: number): Promise<boolean> {
  const columns = 'id bigint not null primary key, customer int, note varchar(100), amount decimal(12,2), at timestamp'
  await db.query(`create table big (${columns})`)
  await db.query(ROWS[kind](rows))
  tell(`A table of ${rows.toLocaleString('en-US')} rows is read.`)
  await using worker = await startSmallWorker(connector(db, { 'table.whitelist': 'big' }), ['--once'])
  const code = await worker.ended
  return isFlat(worker.samples) && code === 0
}

async function tables(db: TestDatabase, count: number): Promise<boolean> {
  const names = Array.from({ length: count }, (_, i) => `t${i}`)
  for (const name of names) {
    await db.query(`create table ${name} (id bigint not null primary key, note varchar(100))`)
    await db.query(`insert into ${name} values (1, 'a'), (2, 'b'), (3, 'c')`)
  }
  const further = { 'table.whitelist': names.join(','), 'tasks.max': '4', 'poll.interval.ms': '1000' }
  await using worker = await startSmallWorker(connector(db, further))
  const start = Date.now()
  await waitFor('all tables to be read', async () => (await offsetsOf(worker)) === count, {
    timeoutMs: 600_000,
    everyMs: 500,
  })
  tell(`All ${count} tables were read once after ${Math.round((Date.now() - start) / 1000)} s.`)
  const warm = worker.samples.length
  for (let round = 4; round < 184; round += 1) {
    await pause(1000)
    for (const name of names.filter((_, i) => i % 10 === round % 10)) {
      await db.query(`insert into ${name} values (${round}, 'more')`)
    }
  }
  worker.stop()
  const code = await worker.ended
  return isFlat(worker.samples.slice(warm)) && code === 0
}

async function offsetsOf(worker: SmallWorker): Promise<number> {
  const answer = await fetch(`${worker.url}/connectors/chaos/offsets`)
  return ((await answer.json()) as { offsets: unknown[] }).offsets.length
}

/** At 5 ms, three minutes have as many polls as an hour at 100 ms. */
async function polling(db: TestDatabase, seconds: number): Promise<boolean> {
  await db.query('create table t (id bigint not null primary key, note varchar(100))')
  const further = { 'table.whitelist': 't', 'poll.interval.ms': '5' }
  await using worker = await startSmallWorker(connector(db, further))
  for (let second = 1; second <= seconds; second += 1) {
    await pause(1000)
    await db.query(`insert into t values (${second}, 'row')`)
  }
  worker.stop()
  const code = await worker.ended
  return isFlat(worker.samples) && code === 0
}
