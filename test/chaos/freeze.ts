// A source whose database is bad to it for a while: every row must come, in order and once.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { textAt } from '@rowbridge/api'
import { jdbcSource } from '@rowbridge/connector-jdbc'
import { stringConverter, jsonConverter } from '@rowbridge/converters'
import { openKafka, type Kafka } from '@rowbridge/kafka'
import { startStandalone } from '@rowbridge/runtime'
import { Proxy, server, waitFor, type TestDatabase } from '@rowbridge/testkit'
import { tell } from './tell.js'

const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter'

/** What is done to the connections, and for how long. */
const HARMS: readonly { readonly name: string; readonly ms: number; readonly harm: (proxy: Proxy) => void }[] = [
  { name: 'frozen', ms: 6000, harm: (proxy) => proxy.freeze() },
  { name: 'open connections dead', ms: 4000, harm: (proxy) => proxy.freeze('open') },
  { name: 'dropped', ms: 500, harm: (proxy) => proxy.drop() },
  { name: 'cut in an answer', ms: 1500, harm: (proxy) => proxy.cutAfter(5000) },
  { name: 'slow', ms: 3000, harm: (proxy) => proxy.delay(200) },
  {
    name: 'away',
    ms: 4000,
    harm: (proxy) => {
      proxy.refuse(true)
      proxy.drop()
    },
  },
]

function heal(proxy: Proxy): void {
  proxy.thaw()
  proxy.delay(0)
  proxy.refuse(false)
}

export async function freeze([kind = 'mariadb', seconds = '120']: readonly string[]): Promise<boolean> {
  await using running = await server(kind === 'postgresql' ? 'postgresql' : 'mariadb')
  await using db = await running.database()
  await using proxy = await Proxy.before(db)
  await db.query('create table t (id bigint not null primary key, note varchar(100))')
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-chaos-'))
  const props = {
    'bootstrap.servers': `embedded:${join(folder, 'log')}`,
    'key.converter': JSON_CONVERTER,
    'value.converter': JSON_CONVERTER,
    'value.converter.schemas.enable': 'false',
    'offset.storage.file.filename': join(folder, 'offsets'),
  }
  const say = (message: string) => tell(`  ${message}`)
  const log = { debug: () => undefined, info: say, warn: say, error: say }
  const worker = await startStandalone({ props, plugins: [jdbcSource, jsonConverter, stringConverter], log })
  await worker.herder.create('chaos', {
    'connector.class': 'JdbcSource',
    'connection.url': proxy.urlOf(db.jdbcUrl).replace(/^jdbc:mariadb:/, `jdbc:${kind}:`),
    'connection.user': db.user,
    'connection.password': db.password,
    'connection.check.ms': '1000',
    'table.whitelist': 't',
    mode: 'incrementing',
    'incrementing.column.name': 'id',
    'topic.prefix': 'chaos-',
    'poll.interval.ms': '20',
  })
  const ended = new AbortController()
  const inserted = insertRows(db, ended.signal)
  const deadline = Date.now() + Number(seconds) * 1000
  for (let i = 0; Date.now() < deadline; i += 1) {
    const { name, ms, harm } = HARMS[i % HARMS.length]!
    await pause(500 + Math.random() * 2000)
    tell(`${name} for ${ms} ms`)
    harm(proxy)
    await pause(ms)
    heal(proxy)
  }
  ended.abort()
  const count = await inserted
  const rows = () =>
    worker.progress().reduce((sum, { metrics }) => sum + (metrics['source-record-write-total'] ?? 0), 0)
  await waitFor('all rows', () => rows() >= count, { timeoutMs: 60_000 })
  await worker.stop()
  const ids = await idsIn(props)
  rmSync(folder, { recursive: true, force: true })
  const isRight = ids.length === count && ids.every((id, i) => id === i + 1)
  tell(`${count} rows were inserted, ${ids.length} came.`)
  return isRight
}

async function insertRows(db: TestDatabase, ended: AbortSignal): Promise<number> {
  let last = 0
  while (!ended.aborted) {
    const values = Array.from({ length: 50 }, (_, i) => `(${last + i + 1}, 'a row that has some length')`)
    await db.query(`insert into t values ${values.join(',')}`)
    last += 50
    await pause(50)
  }
  return last
}

async function idsIn(props: Readonly<Record<string, string>>): Promise<number[]> {
  const log = { debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error }
  const kafka: Kafka = await openKafka(props, { clientId: 'chaos', log, access: 'own' })
  const [end] = await kafka.admin('chaos').offsets('chaos-t')
  const consumer = kafka.consumer({ clientId: 'chaos', groupId: null, topics: ['chaos-t'], start: 'earliest' })
  await consumer.start()
  const ids: number[] = []
  while (ids.length < (end?.latest ?? 0)) {
    for (const { length, values } of await consumer.poll(1000)) {
      for (let i = 0; i < length; i += 1) {
        const text = textAt(values, i) ?? ''
        ids.push((JSON.parse(text) as { id: number }).id)
      }
    }
  }
  await consumer.close()
  await kafka.close()
  return ids
}
