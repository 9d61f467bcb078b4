// What a user sees of a worker whose database goes away, and of one that is killed in the middle of a first load.
import { describeWith, Proxy, waitFor, type TestDatabase } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { rowbridge, Workplace } from './command.js'

const ROWS = 100_000
const SMALL_PAGES = { 'batch.max.rows': '500', 'max.buffer.size': '500' }

function source(url: string, db: TestDatabase, further: Record<string, string> = {}): string {
  const config = {
    'connector.class': 'JdbcSource',
    'connection.url': url,
    'connection.user': db.user,
    'connection.password': db.password,
    'table.whitelist': 'numbers',
    mode: 'incrementing',
    'incrementing.column.name': 'id',
    'topic.prefix': 'x-',
    'poll.interval.ms': '20',
    ...further,
  }
  return JSON.stringify({ name: 'src', config })
}

interface Status {
  readonly connector: { readonly state: string }
  readonly tasks: readonly { readonly state: string; readonly trace?: string }[]
}

async function idsIn(place: Workplace): Promise<number[]> {
  const from = ['--from-beginning', '--until-end', '--bootstrap-server', place.log]
  const { stdout } = await rowbridge(['topics', 'read', 'x-numbers', ...from])
  const lines = stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => (JSON.parse(line) as { payload: { id: number } }).payload.id)
}

describeWith(['mariadb', 'postgresql'], 'a worker', (servers) => {
  it.each(['mariadb', 'postgresql'] as const)('tells in the status of a task that %s is away', async (kind) => {
    await using db = await servers[kind].database()
    await db.query('create table numbers(id bigint primary key)')
    await db.query('insert into numbers values (1)')
    await using proxy = await Proxy.before(db)
    await using place = await Workplace.open()
    const file = await place.file('src.json', source(proxy.urlOf(db.jdbcUrl), db))
    await place.worker(await place.workerFile(), file)
    const task = async () => {
      const answer = await fetch(`${place.url}/connectors/src/status`)
      return ((await answer.json()) as Status).tasks[0]
    }
    await waitFor('a running task', async () => (await task())?.state === 'RUNNING')
    proxy.refuse(true)
    proxy.drop()
    const away = await waitFor('the trouble', async () => ((await task())?.trace === undefined ? null : task()))
    expect(away).toMatchObject({ state: 'RUNNING', trace: expect.stringContaining('Reading') as string })
    proxy.refuse(false)
    await waitFor('the end of the trouble', async () => (await task())?.trace === undefined)
    expect(await task()).toMatchObject({ state: 'RUNNING' })
  })

  it.each(['mariadb', 'postgresql'] as const)(
    'that is killed in the first load of %s goes on where it was',
    async (kind) => {
      await using db = await servers[kind].database()
      await db.query('create table numbers(id bigint primary key)')
      const numbers =
        kind === 'mariadb' ? `select seq from seq_1_to_${ROWS}` : `select * from generate_series(1, ${ROWS})`
      await db.query(`insert into numbers ${numbers}`)
      await using proxy = await Proxy.before(db)
      await using place = await Workplace.open()
      const workerFile = await place.workerFile()
      const file = await place.file('src.json', source(proxy.urlOf(db.jdbcUrl), db, SMALL_PAGES))
      // Two hundred pages take long enough to be interrupted.
      proxy.delay(50)
      const first = await place.worker(workerFile, file)
      await waitFor('a stored offset', async () => {
        const answer = await fetch(`${place.url}/connectors/src/offsets`)
        return ((await answer.json()) as { offsets: unknown[] }).offsets.length === 1
      })
      first.process.kill('SIGKILL')
      await first.ended
      const before = await idsIn(place)
      expect(before.length).toBeLessThan(ROWS)
      proxy.delay(0)
      await place.worker(workerFile, file)
      await waitFor('all rows', async () => (await idsIn(place)).at(-1) === ROWS, { timeoutMs: 120_000, everyMs: 500 })
      const all = await idsIn(place)
      expect(new Set(all).size).toBe(ROWS)
      expect(all[before.length]).toBeGreaterThan(1)
    },
  )
})
