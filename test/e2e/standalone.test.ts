// A standalone worker as a process: files in, HTTP, signals, exit codes.
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import Sqlite from 'better-sqlite3'
import { waitFor } from '@rowbridge/testkit'
import { describe, expect, it } from 'vitest'
import { rowbridge, startRowbridge, Workplace } from './command.js'

function makeTable(file: string): Sqlite {
  const database = new Sqlite(file)
  database.exec('create table t (id integer primary key, name text)')
  return database
}

async function getJson(url: string): Promise<unknown> {
  return (await fetch(url)).json()
}

describe('a standalone worker', () => {
  it('carries rows from the connector files it was started with', async () => {
    await using place = await Workplace.open()
    const source = makeTable(place.path('source.db'))
    source.exec("insert into t values (1, 'Ann'), (2, 'Jörg')")
    const sourceLines = Object.entries({ name: 'src', ...place.sourceConfig() }).map(
      ([key, value]) => `${key}=${value}`,
    )
    const sourceFile = await place.file('source.properties', sourceLines.join('\n'))
    const sinkFile = await place.file('sink.json', JSON.stringify({ name: 'snk', config: place.sinkConfig() }))
    await place.worker(await place.workerFile(), sourceFile, sinkFile)
    const sink = await waitFor(
      'the database of the sink',
      () => new Sqlite(place.path('sink.db'), { fileMustExist: true }),
    )
    const rows = () => sink.prepare('select id, name from t order by id').all()
    await waitFor('two rows', () => rows().length === 2)
    source.exec("insert into t values (3, 'Cem')")
    await waitFor('three rows', () => rows().length === 3)
    expect(rows()).toEqual([
      { id: 1, name: 'Ann' },
      { id: 2, name: 'Jörg' },
      { id: 3, name: 'Cem' },
    ])
    source.close()
    sink.close()
  })

  it('takes connectors over HTTP and goes on where it was after a restart', async () => {
    await using place = await Workplace.open()
    const source = makeTable(place.path('source.db'))
    source.exec("insert into t values (1, 'Ann')")
    const workerFile = await place.workerFile()
    const post = (name: string, config: Record<string, string>) =>
      fetch(`${place.url}/connectors`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name, config }),
      })
    const lines = async () => {
      const read = await rowbridge([
        'topics',
        'read',
        'x-t',
        '--from-beginning',
        '--until-end',
        '--bootstrap-server',
        place.log,
      ])
      return read.stdout.split('\n').filter((line) => line !== '')
    }
    const first = await place.worker(workerFile)
    expect((await post('src', place.sourceConfig())).status).toBe(201)
    await waitFor('a record', async () => (await lines()).length === 1)
    await waitFor('a stored offset', async () => {
      const { offsets } = (await getJson(`${place.url}/connectors/src/offsets`)) as { offsets: unknown[] }
      return offsets.length === 1
    })
    first.process.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)
    source.exec("insert into t values (2, 'Ben')")
    await place.worker(workerFile)
    expect((await post('src', place.sourceConfig())).status).toBe(201)
    await waitFor('a second record', async () => (await lines()).length >= 2)
    expect((await lines()).map((line) => (JSON.parse(line) as { payload: unknown }).payload)).toEqual([
      { id: 1, name: 'Ann' },
      { id: 2, name: 'Ben' },
    ])
    source.close()
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('stops cleanly on %s, with exit code 0', async (signal) => {
    await using place = await Workplace.open()
    const worker = await place.worker(await place.workerFile())
    worker.process.kill(signal)
    const { code, stdout } = await worker.ended
    expect(stdout).toContain('Stopped')
    expect(code).toBe(0)
  })

  it('stops at once while a client has just been answered and keeps its connection', async () => {
    await using place = await Workplace.open()
    makeTable(place.path('source.db')).close()
    const file = await place.file('src.json', JSON.stringify({ name: 'src', config: place.sourceConfig() }))
    const worker = await place.worker(await place.workerFile(), file)
    const deleted = fetch(`${place.url}/connectors/src`, { method: 'DELETE' })
    await waitFor('a deletion under way', async () => (await fetch(`${place.url}/connectors`)).ok, { everyMs: 1 })
    const start = performance.now()
    worker.process.kill('SIGTERM')
    expect((await worker.ended).code).toBe(0)
    expect(performance.now() - start).toBeLessThan(10_000)
    expect((await deleted).status).toBe(204)
  })

  it('stops soon though a request is still open', async () => {
    await using place = await Workplace.open()
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const worker = await place.worker(await place.workerFile())
    const body = JSON.stringify({
      name: 'snk',
      ...place.sinkConfig(),
      'connection.url': `jdbc:postgresql://127.0.0.1:${port}/x`,
    })
    const open = fetch(`${place.url}/connector-plugins/JdbcSink/config/validate`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body,
    }).catch((error: unknown) => error)
    await once(silent, 'connection')
    worker.process.kill('SIGTERM')
    const { code } = await worker.ended
    silent.close()
    expect(code).toBe(0)
    expect(await open).toBeInstanceOf(TypeError)
  })

  it('writes its log as JSON lines on request', async () => {
    await using place = await Workplace.open()
    const worker = startRowbridge(['standalone', '--log-format', 'json', await place.workerFile()])
    await waitFor('a worker that is ready', async () => (await fetch(`${place.url}/health`)).status === 200)
    worker.process.kill('SIGTERM')
    const { stdout } = await worker.ended
    const lines = stdout.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as { message: string }).at(-1)).toMatchObject({ message: 'Stopped' })
  })
})

describe('a worker that cannot start', () => {
  it('says which file and line is broken, with exit code 2', async () => {
    await using place = await Workplace.open()
    const { code, stdout } = await rowbridge(['standalone', await place.file('w.properties', 'a=1\nb=\\u12\n')])
    expect(stdout).toContain(`${place.path('w.properties')}:2: \\u is not followed by four hexadecimal digits`)
    expect(code).toBe(2)
  })

  it('says which setting of the worker is missing, with exit code 2', async () => {
    await using place = await Workplace.open()
    const { code, stdout } = await rowbridge(['standalone', await place.file('w.properties', 'listeners=http://:0\n')])
    expect(stdout).toContain('Missing required configuration "key.converter"')
    expect(code).toBe(2)
  })

  it('names the file that is not there, with exit code 2', async () => {
    const { code, stdout } = await rowbridge(['standalone', '/nowhere/w.properties'])
    expect(stdout).toContain('Cannot read /nowhere/w.properties: there is no such file')
    expect(code).toBe(2)
  })

  it.each([
    ['JSON that is cut off', '{"name":"c",\n"config":{', /c\.json:2:11: Unexpected end-of-input/],
    ['no name', '{"connector.class":"X"}', /missing the mandatory 'name'/],
    ['an unknown class', '{"name":"c","connector.class":"JdbcSorce"}', /JdbcSorce.*JdbcSource/s],
    [
      'a bad setting',
      '{"name":"c","connector.class":"JdbcSource","connection.url":"jdbc:sqlite:x.db","mode":"sideways","topic.prefix":"x"}',
      /Invalid value sideways for configuration mode/,
    ],
  ])('ends with exit code 3 for a connector file with %s', async (_what, content, problem) => {
    await using place = await Workplace.open()
    const { code, stdout } = await rowbridge([
      'standalone',
      await place.workerFile(),
      await place.file('c.json', content),
    ])
    expect(stdout).toMatch(problem)
    expect(code).toBe(3)
  })

  it('names the port that is in use and the setting, with exit code 2', async () => {
    await using place = await Workplace.open()
    const other = createServer().listen(place.port, '127.0.0.1')
    await once(other, 'listening')
    const { code, stdout } = await rowbridge(['standalone', await place.workerFile()])
    other.close()
    expect(stdout).toContain(`listeners=http://127.0.0.1:${place.port}: port ${place.port} is in use`)
    expect(code).toBe(2)
  })

  it.each([
    [['standalone'], 1, "missing required argument 'worker.properties'"],
    [['standalon', 'w.properties'], 1, '(Did you mean standalone?)'],
    [['topics', 'raed', 't'], 1, '(Did you mean read?)'],
    [['topics', 'list'], 1, '--bootstrap-server'],
  ])('%j ends with exit code %i and a hint', async (args, expected, hint) => {
    const { code, stderr } = await rowbridge(args)
    expect(stderr).toContain(hint)
    expect(code).toBe(expected)
  })

  it.each([
    ['--help', /Usage: rowbridge .*standalone.*topics/s],
    ['--version', /^\d+\.\d+\.\d+\n$/],
  ])('answers %s with exit code 0', async (option, text) => {
    const { code, stdout } = await rowbridge([option])
    expect(stdout).toMatch(text)
    expect(code).toBe(0)
  })
})
