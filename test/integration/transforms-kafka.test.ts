// Transforms, headers and dead letters through a real broker: a table goes through five transforms into a topic, and from the
// topic through transforms into a table; what cannot be processed goes into a dead letter queue.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { byteColumn, textAt, type Props } from '@rowbridge/api'
import { jdbcSink, jdbcSource } from '@rowbridge/connector-jdbc'
import { builtInConverters } from '@rowbridge/converters'
import { openKafka, type RecordHeader } from '@rowbridge/kafka'
import { startStandalone, type Worker } from '@rowbridge/runtime'
import { describeWith, uniqueName, waitFor } from '@rowbridge/testkit'
import { builtInPredicates, builtInTransforms } from '@rowbridge/transforms'
import Sqlite from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { quietLog } from './quiet-log.js'

const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter'
const SMT = 'org.apache.kafka.connect.transforms'

describeWith(['kafka'], 'transforms and dead letters on a real broker', ({ kafka: { bootstrap } }) => {
  const fixture = async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rowbridge-transforms-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const worker = await startStandalone({
      props: {
        'bootstrap.servers': bootstrap,
        'key.converter': JSON_CONVERTER,
        'value.converter': JSON_CONVERTER,
        'offset.storage.file.filename': join(folder, 'offsets'),
        'offset.flush.interval.ms': '200',
      },
      plugins: [jdbcSource, jdbcSink, ...builtInConverters, ...builtInTransforms, ...builtInPredicates],
      log: quietLog(),
    })
    onTestFinished(() => worker.stop())
    const database = (name: string) => {
      const opened = new Sqlite(join(folder, name), { timeout: 10_000 })
      onTestFinished(() => void opened.close())
      return { opened, url: `jdbc:sqlite:${join(folder, name)}` }
    }
    return { worker, database }
  }

  it('five transforms with predicates lie between a table and its topics', async () => {
    const { worker, database } = await fixture()
    const { opened, url } = database('source.db')
    opened.exec('create table orders(id integer primary key, customer text, secret text, price text)')
    opened.exec(
      "insert into orders values (1,'ann','s1','10'), (2,null,'s2','20'), (3,'eve','s3','x'), (4,'bob','s4','40')",
    )
    const prefix = uniqueName('smt')
    await worker.herder.create('source', {
      'connector.class': 'JdbcSource',
      'connection.url': url,
      mode: 'incrementing',
      'table.whitelist': 'orders',
      'topic.prefix': `${prefix}_`,
      'errors.tolerance': 'all',
      transforms: 'key,mask,price,tag,route',
      'transforms.key.type': `${SMT}.ValueToKey`,
      'transforms.key.fields': 'id',
      'transforms.mask.type': `${SMT}.MaskField$Value`,
      'transforms.mask.fields': 'secret',
      'transforms.mask.predicate': 'isOrders',
      'transforms.price.type': `${SMT}.Cast$Value`,
      'transforms.price.spec': 'price:int32',
      'transforms.tag.type': `${SMT}.InsertHeader`,
      'transforms.tag.header': 'origin',
      'transforms.tag.value.literal': 'shop',
      'transforms.tag.predicate': 'isTombstone',
      'transforms.tag.negate': 'true',
      'transforms.route.type': `${SMT}.RegexRouter`,
      'transforms.route.regex': '(.*)_orders',
      'transforms.route.replacement': '$1.sales',
      predicates: 'isOrders,isTombstone',
      'predicates.isOrders.type': `${SMT}.predicates.TopicNameMatches`,
      'predicates.isOrders.pattern': '.*_orders',
      'predicates.isTombstone.type': `${SMT}.predicates.RecordIsTombstone`,
    })
    const records = await waitFor('three records', () => readAtLeast(bootstrap, `${prefix}.sales`, 3))
    const committed = await waitFor('the offset of the last row', async () => {
      const [stored] = await worker.herder.offsets('source')
      expect(stored?.offset).toEqual({ incrementing: 4 })
      return stored
    })

    expect(records.map(({ key, value, headers }) => [payloadOf(key), payloadOf(value), headers])).toEqual([
      [{ id: 1 }, { id: 1, customer: 'ann', secret: '', price: 10 }, [['origin', 'shop']]],
      [{ id: 2 }, { id: 2, customer: null, secret: '', price: 20 }, [['origin', 'shop']]],
      [{ id: 4 }, { id: 4, customer: 'bob', secret: '', price: 40 }, [['origin', 'shop']]],
    ])
    expect(committed).toBeDefined()
    const status = await worker.herder.status('source')
    expect(status.tasks[0]?.state).toBe('RUNNING')
  })

  const sinkOf = (url: string, topic: string, further: Props): Props => ({
    'connector.class': 'JdbcSink',
    'connection.url': url,
    topics: topic,
    'table.name.format': 'sales',
    'auto.create': 'true',
    'insert.mode': 'upsert',
    'pk.mode': 'record_value',
    'pk.fields': 'id',
    ...further,
  })

  it('what a sink cannot read, change or write goes into the queue with its reason, and the rest into the table', async () => {
    const { worker, database } = await fixture()
    const { opened, url } = database('target.db')
    opened.exec('create table sales(id integer primary key, price integer check (price < 100), origin text)')
    const topic = uniqueName('smt')
    const letters = `${topic}_dlq`
    await produce(bootstrap, topic, [
      message(1, '10'),
      '{not json',
      message(2, 'x'),
      message(3, '500'),
      message(4, '40'),
    ])
    await worker.herder.create(
      'sink',
      sinkOf(url, topic, {
        'errors.tolerance': 'all',
        'errors.deadletterqueue.topic.name': letters,
        'errors.deadletterqueue.topic.replication.factor': '1',
        'errors.deadletterqueue.context.headers.enable': 'true',
        transforms: 'price,where',
        'transforms.price.type': `${SMT}.Cast$Value`,
        'transforms.price.spec': 'price:int32',
        'transforms.where.type': `${SMT}.InsertField$Value`,
        'transforms.where.topic.field': 'origin',
      }),
    )
    const found = await waitFor('three letters', () => readAtLeast(bootstrap, letters, 3))
    await waitFor('the commit of all', async () => {
      const offsets = (await worker.herder.offsets('sink')).map(({ offset }) => offset)
      expect(offsets).toEqual([{ kafka_offset: 5 }])
      return true
    })

    expect(opened.prepare('select * from sales order by id').all()).toEqual([
      { id: 1, price: 10, origin: topic },
      { id: 4, price: 40, origin: topic },
    ])
    const told = found.map(({ value, headers }) => {
      const header = (name: string) => headers.find(([key]) => key === `__connect.errors.${name}`)?.[1]
      return [value, header('offset'), header('stage'), header('class.name'), header('exception.class.name')]
    })
    const failed = 'org.apache.kafka.connect.errors.DataException'
    expect(told.toSorted(([, a], [, b]) => Number(a) - Number(b))).toEqual([
      ['{not json', '1', 'VALUE_CONVERTER', JSON_CONVERTER, failed],
      [message(2, 'x'), '2', 'TRANSFORMATION', `${SMT}.Cast$Value`, failed],
      [message(3, '500'), '3', 'TASK_PUT', expect.stringContaining('SinkTask'), failed],
    ])
    expect(found[0]?.headers.slice(0, 2)).toEqual([
      ['h', '1'],
      ['__connect.errors.topic', topic],
    ])
  })

  it('a queue that cannot be made fails the task, and says what to do', async () => {
    const { worker, database } = await fixture()
    const { url } = database('target.db')
    const topic = uniqueName('smt')
    const queue = { 'errors.deadletterqueue.topic.name': `${topic}_dlq` }
    await worker.herder.create('sink', sinkOf(url, topic, { ...queue, 'errors.tolerance': 'all' }))
    const trace = await waitFor('the failure', () => failureOf(worker, 'sink'))

    expect(trace).toContain(`Could not initialize dead letter queue with topic=${topic}_dlq`)
    expect(trace).toContain('errors.deadletterqueue.topic.replication.factor')
  })
})

async function failureOf(worker: Worker, name: string): Promise<string> {
  const [task] = (await worker.herder.status(name)).tasks
  expect(task?.state).toBe('FAILED')
  return task?.trace ?? ''
}

function message(id: number, price: string): string {
  const fields = [
    { type: 'int64', optional: false, field: 'id' },
    { type: 'string', optional: false, field: 'price' },
  ]
  return JSON.stringify({ schema: { type: 'struct', fields, optional: false }, payload: { id, price } })
}

function payloadOf(text: string | null): unknown {
  return text === null ? null : (JSON.parse(text) as { payload: unknown }).payload
}

async function produce(bootstrap: string, topic: string, texts: readonly string[]): Promise<void> {
  const kafka = await openKafka(
    { 'bootstrap.servers': bootstrap },
    { clientId: 'test', log: quietLog(), access: 'own' },
  )
  onTestFinished(() => kafka.close())
  await kafka.admin('test').createTopic({ topic, partitions: 1, replicationFactor: 1 })
  const producer = kafka.producer({ clientId: 'test' })
  const headers: RecordHeader[] = [{ key: 'h', value: Buffer.from('1') }]
  await producer.send({
    topic,
    partition: 0,
    length: texts.length,
    keys: null,
    values: byteColumn(texts.map((text) => Buffer.from(text))),
    timestamps: null,
    headers: texts.map(() => headers),
  })
  await producer.close()
}

interface Found {
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [string, string | null])[]
}

/** The records of a topic once there are so many; fails before. */
async function readAtLeast(bootstrap: string, topic: string, count: number): Promise<readonly Found[]> {
  const kafka = await openKafka(
    { 'bootstrap.servers': bootstrap },
    { clientId: 'test', log: quietLog(), access: 'own' },
  )
  try {
    const admin = kafka.admin('test')
    const ends = (await admin.describe(topic)) === null ? [] : await admin.offsets(topic)
    await admin.close()
    expect(ends.reduce((sum, { latest }) => sum + latest, 0)).toBeGreaterThanOrEqual(count)
    const consumer = kafka.consumer({ clientId: 'test', groupId: null, topics: [topic], start: 'earliest' })
    await consumer.start()
    const found: Found[] = []
    while (found.length < count) {
      for (const { length, keys, values, headers } of await consumer.poll(1000)) {
        for (let i = 0; i < length; i += 1) {
          const told = (headers?.[i] ?? []).map(
            ({ key, value }) => [key, value === null ? null : Buffer.from(value).toString()] as const,
          )
          found.push({ key: textAt(keys, i), value: textAt(values, i), headers: told })
        }
      }
    }
    await consumer.close()
    return found
  } finally {
    await kafka.close()
  }
}
