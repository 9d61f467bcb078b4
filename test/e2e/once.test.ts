// `rowbridge standalone --once`: what is there is carried, reported, and the command ends by itself.
import Sqlite from 'better-sqlite3'
import { waitFor } from '@rowbridge/testkit'
import { describe, expect, it } from 'vitest'
import { rowbridge, Workplace } from './command.js'

function makeTable(place: Workplace, rows: number): Sqlite {
  const database = new Sqlite(place.path('source.db'))
  database.exec('create table t (id integer primary key, name text)')
  addRows(database, 1, rows)
  return database
}

function addRows(database: Sqlite, from: number, to: number): void {
  database.exec(
    `insert into t with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to}) select i, 'row ' || i from n`,
  )
}

/** A source and a sink, as files. */
async function connectors(place: Workplace, further: Record<string, string> = {}): Promise<readonly string[]> {
  const source = JSON.stringify({ name: 'src', config: { ...place.sourceConfig(), ...further } })
  const sink = JSON.stringify({ name: 'snk', config: place.sinkConfig() })
  return [await place.file('source.json', source), await place.file('sink.json', sink)]
}

function copied(place: Workplace): unknown {
  const sink = new Sqlite(place.path('sink.db'), { fileMustExist: true })
  const [row] = sink.prepare('select count(*) as n, max(id) as last from t').all()
  sink.close()
  return row
}

interface Line {
  readonly message: string
  readonly connector?: string
  readonly rows?: number
  readonly bytes?: number
  readonly seconds?: number
}

const reportsOf = (stdout: string): Line[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)
    .filter(({ rows }) => rows !== undefined)

describe('a run to the present end', () => {
  it('carries what is there, reports it and ends; the next one carries what came since', async () => {
    await using place = await Workplace.open()
    const source = makeTable(place, 5000)
    const args = [
      'standalone',
      '--once',
      '--log-format',
      'json',
      await place.workerFile(),
      ...(await connectors(place)),
    ]
    const first = await rowbridge(args)
    expect(first).toMatchObject({ code: 0 })
    expect(copied(place)).toEqual({ n: 5000, last: 5000 })
    expect(reportsOf(first.stdout)).toMatchObject([
      { connector: 'src', rows: 5000 },
      { connector: 'snk', rows: 5000 },
    ])
    addRows(source, 5001, 5010)
    const second = await rowbridge(args)
    expect(second).toMatchObject({ code: 0 })
    expect(copied(place)).toEqual({ n: 5010, last: 5010 })
    expect(reportsOf(second.stdout).map(({ rows }) => rows)).toEqual([10, 10])
    expect((await rowbridge(args)).code).toBe(0)
    source.close()
  })

  it('ends with 4 and the cause when a connector fails', async () => {
    await using place = await Workplace.open()
    makeTable(place, 10).close()
    const files = await connectors(place, { 'incrementing.column.name': 'name', 'validate.non.null': 'false' })
    const { code, stdout } = await rowbridge(['standalone', '--once', await place.workerFile(), ...files])
    expect(code).toBe(4)
    expect(stdout).toContain('Choose another column in incrementing.column.name')
  })

  it('of one connector leaves it STOPPED, and a resume runs it once more', async () => {
    await using place = await Workplace.open()
    const source = makeTable(place, 3)
    const [file = ''] = await connectors(place, { 'run.once': 'true' })
    await place.worker(await place.workerFile(), file)
    const stateOf = async () => {
      const answer = await fetch(`${place.url}/connectors/src/status`)
      return ((await answer.json()) as { connector: { state: string } }).connector.state
    }
    const lines = async () => {
      const from = ['--from-beginning', '--until-end', '--bootstrap-server', place.log]
      return (await rowbridge(['topics', 'read', 'x-t', ...from])).stdout.split('\n').filter((line) => line !== '')
    }
    await waitFor('the end of the run', async () => (await stateOf()) === 'STOPPED')
    expect(await lines()).toHaveLength(3)
    addRows(source, 4, 5)
    await fetch(`${place.url}/connectors/src/resume`, { method: 'PUT' })
    await waitFor('the end of the second run', async () => (await lines()).length === 5)
    await waitFor('a stop', async () => (await stateOf()) === 'STOPPED')
    source.close()
  })
})
