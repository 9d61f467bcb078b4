// The internal topics of a cluster hold what those of a Java cluster hold, record by record and step by step.
import { readFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { bytesAt, textAt } from '@rowbridge/api'
import { jdbcSink, jdbcSource } from '@rowbridge/connector-jdbc'
import { jsonConverter } from '@rowbridge/converters'
import { openKafka, type Admin, type Consumer } from '@rowbridge/kafka'
import { describeWith, server, waitFor, type TestDatabase } from '@rowbridge/testkit'
import { expect, test } from 'vitest'
import { clusterOn, untilStates, type Call, type Cluster } from '../cluster/cluster.js'
import { quietLog } from './quiet-log.js'

const FOLDER = join(import.meta.dirname, '../golden/internal-topics')
const TOPICS = ['configs', 'offsets', 'status'] as const
type Topic = (typeof TOPICS)[number]

interface Record {
  readonly partition: number
  readonly key: string
  readonly value: string | null
}

describeWith(['kafka', 'mariadb'], 'the internal topics of a cluster', () => {
  test('hold at each step what those of a Java cluster hold', async () => {
    const [broker, mariadb] = [await server('kafka'), await server('mariadb')]
    await using db = await mariadb.database()
    await db.query('create table g_int (id int not null primary key, note varchar(20))')
    await db.query("insert into g_int values (1, 'a'), (2, 'b'), (3, 'c')")
    await using cluster = clusterOn(broker.bootstrap, AS_RECORDED)
    const { call, url } = await cluster.start({ plugins: [jdbcSource, jdbcSink, jsonConverter] })
    await using topics = await internalTopics(broker.bootstrap, cluster)
    const golden = goldenOf({ db, url })
    expect(await topics.settings()).toEqual(golden.settings)

    for (const { name, act } of STEPS) {
      await act(call, golden)
      for (const topic of TOPICS) {
        const expected = golden.records(name, topic)
        if (expected === null) continue
        await waitFor(`the same records of ${topic} after ${name}`, () => {
          expect(shape(topics.peek(topic))).toEqual(shape(expected))
          return true
        })
      }
      topics.next()
    }
  }, 180_000)
})

const AS_RECORDED = {
  'offset.flush.interval.ms': '60000',
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
}

const both = async (call: Call, verb: string, states: string) => {
  for (const name of ['int-src', 'int-snk']) await call('PUT', `/connectors/${name}/${verb}`)
  for (const name of ['int-src', 'int-snk']) await untilStates(call, name, states)
}

const STEPS: readonly { readonly name: string; readonly act: (call: Call, golden: Golden) => Promise<void> }[] = [
  { name: '00-empty-worker', act: () => Promise.resolve() },
  {
    name: '01-running',
    act: async (call, golden) => {
      for (const name of ['int-src', 'int-snk']) {
        const made = await call('POST', '/connectors', { name, config: golden.configOf('01-running', name) })
        expect(made).toMatchObject({ status: 201 })
        await untilStates(call, name, 'RUNNING: RUNNING')
      }
      await waitFor('both have used a topic', async () => {
        const answers = await Promise.all(
          ['int-src', 'int-snk'].map((name) => call('GET', `/connectors/${name}/topics`)),
        )
        return answers.every(({ body }) => JSON.stringify(body).includes('gint-'))
      })
    },
  },
  { name: '02-paused', act: (call) => both(call, 'pause', 'PAUSED: PAUSED') },
  { name: '03-resumed', act: (call) => both(call, 'resume', 'RUNNING: RUNNING') },
  {
    name: '04-restarted',
    act: async (call) => {
      for (const name of ['int-src', 'int-snk']) {
        await call('POST', `/connectors/${name}/restart?includeTasks=true`)
      }
    },
  },
  {
    name: '05-config-changed',
    act: async (call, golden) => {
      for (const name of ['int-src', 'int-snk']) await untilStates(call, name, 'RUNNING: RUNNING')
      await call('PUT', '/connectors/int-src/config', golden.configOf('05-config-changed', 'int-src'))
    },
  },
  {
    name: '06-stopped',
    act: async (call) => {
      await untilStates(call, 'int-src', 'RUNNING: RUNNING')
      for (const name of ['int-src', 'int-snk']) {
        await call('PUT', `/connectors/${name}/stop`)
        await untilStates(call, name, 'STOPPED:')
      }
    },
  },
  {
    name: '07-offsets-altered',
    act: async (call, golden) => {
      const [record] = golden.records('07-offsets-altered', 'offsets') ?? []
      const [, partition] = JSON.parse(record?.key ?? '[]') as unknown[]
      const body = { offsets: [{ partition, offset: { incrementing: 1 } }] }
      expect(await call('PATCH', '/connectors/int-src/offsets', body)).toMatchObject({ status: 200 })
    },
  },
  {
    name: '08-offsets-deleted',
    act: async (call) => {
      expect(await call('DELETE', '/connectors/int-src/offsets')).toMatchObject({ status: 200 })
    },
  },
  {
    name: '09-cluster-logger',
    act: async (call) => {
      const answer = await call('PUT', '/admin/loggers/io.confluent?scope=cluster', { level: 'INFO' })
      expect(answer).toMatchObject({ status: 204 })
    },
  },
  {
    name: '10-deleted',
    act: async (call) => {
      for (const name of ['int-src', 'int-snk']) await call('DELETE', `/connectors/${name}`)
    },
  },
]

interface Golden {
  readonly settings: unknown
  /** Null when the step wrote nothing to the topic. */
  readonly records: (step: string, topic: Topic) => readonly Record[] | null
  readonly configOf: (step: string, connector: string) => unknown
}

/** The recording, in the names of this test's database and worker. */
function goldenOf({ db, url }: { readonly db: TestDatabase; readonly url: string }): Golden {
  const here = (text: string) =>
    text
      .replaceAll('jdbc:mariadb://127.0.0.1:3306/peers', db.jdbcUrl)
      .replaceAll('peers', db.name)
      .replaceAll('127.0.0.1:8083', url.replace('http://', ''))
  const records = (step: string, topic: Topic): readonly Record[] | null => {
    const file = join(FOLDER, `${step}.${topic}.jsonl`)
    if (!existsSync(file)) return null
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    return lines.map((line) => {
      const { partition, key, value } = JSON.parse(line) as Record
      return { partition, key: here(key), value: value === null ? null : here(value) }
    })
  }
  const settings = JSON.parse(readFileSync(join(FOLDER, 'topics.json'), 'utf8')) as readonly {
    readonly topic: string
  }[]
  return {
    settings: settings.map((one) => ({ ...one, topic: one.topic.split('-').at(-1) })),
    records,
    configOf: (step, connector) => {
      const record = records(step, 'configs')?.find(({ key }) => key === `connector-${connector}`)
      return (JSON.parse(record?.value ?? '{}') as { readonly properties: unknown }).properties
    },
  }
}

/** What is the same in every run: the records of each key in order, times, keys and generations by their kind. */
function shape(records: readonly Record[]): unknown {
  const byKey = new Map<string, unknown[]>()
  for (const { key, value, partition } of records) {
    const own = byKey.get(key) ?? []
    const place = key.startsWith('status-topic-') || key.startsWith('[') ? 'as the name falls' : partition
    const told = { place, value: value === null ? null : plain(JSON.parse(value)) }
    if (JSON.stringify(own.at(-1)) !== JSON.stringify(told)) own.push(told)
    byKey.set(key, own)
  }
  return Object.fromEntries([...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const VARIES: readonly string[] = ['generation', 'discoverTimestamp', 'creation-timestamp', 'key']

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, own]): [string, unknown] => [
    key,
    VARIES.includes(key) ? typeof own : plain(own),
  ])
  return Object.fromEntries(members)
}

interface InternalTopics extends AsyncDisposable {
  /** Name, partitions and cleanup of each. */
  readonly settings: () => Promise<unknown>
  /** Records since the last step. */
  readonly peek: (topic: Topic) => readonly Record[]
  readonly next: () => void
}

async function internalTopics(bootstrap: string, cluster: Cluster): Promise<InternalTopics> {
  const kafka = await openKafka(
    { 'bootstrap.servers': bootstrap, 'metadata.max.age.ms': '500' },
    { clientId: 'golden', log: quietLog(), access: 'own' },
  )
  const admin = kafka.admin('golden')
  const records = new Map<Topic, Record[]>(TOPICS.map((topic) => [topic, []]))
  const readers = TOPICS.map((topic) =>
    readInto(`${cluster.name}-${topic}`, records.get(topic) ?? [], (options) => kafka.consumer(options)),
  )
  return {
    settings: () => Promise.all(TOPICS.map((topic) => settingsOf(admin, topic, `${cluster.name}-${topic}`))),
    peek: (topic) => records.get(topic) ?? [],
    next: () => {
      for (const own of records.values()) own.length = 0
    },
    async [Symbol.asyncDispose]() {
      for (const close of readers) await close()
      await kafka.close()
    },
  }
}

async function settingsOf(admin: Admin, name: Topic, topic: string) {
  const description = await admin.describe(topic)
  const policy = (await admin.topicConfig(topic))['cleanup.policy']
  return { topic: name, partitions: description?.partitions, configs: { 'cleanup.policy': policy } }
}

function readInto(
  topic: string,
  records: Record[],
  open: (options: { clientId: string; groupId: null; topics: readonly string[]; start: 'earliest' }) => Consumer,
): () => Promise<void> {
  const consumer = open({ clientId: 'golden', groupId: null, topics: [topic], start: 'earliest' })
  const closed = new AbortController()
  const reading = (async () => {
    await consumer.start()
    while (!closed.signal.aborted) {
      for (const { partition, keys, values, length } of await consumer.poll(200)) {
        for (let i = 0; i < length; i += 1) {
          const value = bytesAt(values, i) === null ? null : textAt(values, i)
          records.push({ partition, key: textAt(keys, i) ?? '', value })
        }
      }
    }
  })()
  return async () => {
    closed.abort()
    await reading
    await consumer.close()
  }
}
