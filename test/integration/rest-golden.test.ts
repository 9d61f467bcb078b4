// The HTTP API against the recorded answers of Kafka Connect with the JDBC pair: status, headers, bodies, in the order of the
// recording, with a worker of our own behind it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { jdbcSink, jdbcSource } from '@rowbridge/connector-jdbc'
import { builtInConverters } from '@rowbridge/converters'
import { openKafka } from '@rowbridge/kafka'
import { restServer, type RestServer } from '@rowbridge/rest'
import { LogLevels, startStandalone, type Worker } from '@rowbridge/runtime'
import { describeWith, waitFor, type TestDatabase } from '@rowbridge/testkit'
import { builtInPredicates, builtInTransforms } from '@rowbridge/transforms'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { comparable, goldenCalls, likeRecorded, replay, type GoldenCall } from './golden-calls.js'

/** Connectors that went between two recordings without a recording of their own. */
const DELETED_BEFORE: Readonly<Record<string, readonly string[]>> = {
  '058': ['g-num', 'g ü/%1', 'g-stopped', 'g-paused', 'g-null'],
}

/** What has to have happened before a recording, where calls come quicker than they did then: committed offsets by connector. */
const COMMITTED_BEFORE: Readonly<Record<string, readonly [connector: string, offset: string]>> = {
  '155': ['g-src', '"incrementing":3'],
  '170': ['g-snk', '"kafka_offset":6'],
  '189': ['g-snk', '"kafka_offset":6'],
}

/** Recordings that are not to be equal, by their numbers, with the reason. */
const DIFFERENT: Readonly<Record<string, string>> = {
  ...because('the build and the version of rowbridge are our own', 1),
  ...because('the plugins and their versions are our own', 5, 6, 43, 30, 32),
  ...because('the JSON converter declares no widths and no display names', 9),
  ...because('a wrong insert.mode is told with the modes that there are', 25),
  ...because('the connector says it in words of its own', 17, 19),
  ...because('the text says what is missing, not which pointer was null', 41, 112),
  ...because('a null is a key that is not set', 46),
  ...because('the classes that have loggers are our own', 199, 201, 207, 208),
}

function because(reason: string, ...numbers: readonly number[]): Readonly<Record<string, string>> {
  return Object.fromEntries(numbers.map((number) => [String(number).padStart(3, '0'), reason]))
}

describeWith(['mariadb'], 'the HTTP API answers as recorded', ({ mariadb }) => {
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  let database: TestDatabase
  let folder: string
  let worker: Worker
  let rest: RestServer
  let replaced: readonly (readonly [string, string])[]

  beforeAll(async () => {
    database = await mariadb.database()
    await database.query('create table g_rest (id int not null primary key, name varchar(20))')
    await database.query("insert into g_rest values (1, 'a'), (2, 'b'), (3, 'c')")
    folder = await mkdtemp(join(tmpdir(), 'rc-golden-'))
    const props = {
      'bootstrap.servers': `embedded:${join(folder, 'log')}`,
      'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'offset.storage.file.filename': join(folder, 'offsets'),
      'offset.flush.interval.ms': '3000',
      'rest.advertised.host.name': '127.0.0.1',
      'rest.advertised.port': '8083',
    }
    const plugins = [jdbcSource, jdbcSink, ...builtInConverters, ...builtInTransforms, ...builtInPredicates]
    const logLevels = new LogLevels('INFO')
    worker = await startStandalone({ props, plugins, log: silent, logLevels, openKafka })
    rest = await restServer({
      herder: worker.herder,
      props: { listeners: 'http://127.0.0.1:0' },
      log: silent,
      logLevels,
    })
    replaced = [
      ['jdbc:mariadb://127.0.0.1:3306/peers', database.jdbcUrl],
      ['peers', database.name],
      ['http://127.0.0.1:8083', rest.urls[0] ?? ''],
    ]
  })

  afterAll(async () => {
    await rest.close()
    await worker.stop()
    await database[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  /** What a connector does after a call takes its time, so that reading is repeated until it has happened. */
  const answerOf = async (call: GoldenCall, recorded: unknown) => {
    const attempts = call.method === 'GET' && !(numberOf(call) in DIFFERENT) ? 100 : 1
    for (let attempt = 1; ; attempt += 1) {
      const told = await replay(call, rest.urls[0] ?? '', replaced)
      const answer = comparable(likeRecorded(told, call.answer), call)
      if (attempt >= attempts || isDeepStrictEqual(answer, recorded)) return answer
      await pause(100)
    }
  }

  it.each(goldenCalls())('$name', async (call) => {
    for (const name of DELETED_BEFORE[numberOf(call)] ?? []) {
      await fetch(`${rest.urls[0]}/connectors/${encodeURIComponent(name)}`, { method: 'DELETE' })
    }
    const [connector, offset] = COMMITTED_BEFORE[numberOf(call)] ?? []
    if (connector !== undefined && offset !== undefined) {
      await waitFor(`${connector} to commit ${offset}`, async () => {
        const answer = await fetch(`${rest.urls[0]}/connectors/${connector}/offsets`)
        return (await answer.text()).includes(offset)
      })
    }
    const recorded = comparable(call.answer, call)
    const answer = await answerOf(call, recorded)
    const reason = DIFFERENT[numberOf(call)]
    const verdict = reason === undefined ? answer : isDeepStrictEqual(answer, recorded) ? 'not different' : recorded
    expect(verdict).toEqual(recorded)
  })
})

function numberOf(call: GoldenCall): string {
  return call.name.slice(0, 3)
}
