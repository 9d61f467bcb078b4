// A table into a topic: the source connector in a worker, against knex, JSON.stringify and kafkajs, and against no more
// than reading the table.
import { byteColumn } from '@rowbridge/api'
import type { Kafka as Port } from '@rowbridge/kafka'
import { uniqueName } from '@rowbridge/testkit'
import { Kafka, logLevel } from 'kafkajs'
import { createTopic, deleteTopic, open, openLog, outcomeOfTopic, type BenchLog } from './log.js'
import type { Comparison, Way } from './measure.js'
import { orders, outcomeOf } from './orders.js'
import { base64OfDecimal, plainMessage, type PlainPayload } from './plain.js'
import { fill, millisOf, openPlace, orderOfRow, type Place, type PlaceName } from './places.js'
import { failed, startWorker, type BenchWorker } from './worker.js'

const TABLE = 'orders'
/** Rows of a page, here and there. */
const PAGE = 1000
const WATCH_MS = 500

interface Scene {
  readonly place: Place
  readonly log: BenchLog
  readonly rows: number
}

export async function sourceBench(name: PlaceName, rows: number): Promise<Comparison> {
  const place = await openPlace(name)
  const log = await openLog(name === 'sqlite')
  await fill(place, TABLE, rows)
  const scene = { place, log, rows }
  return {
    name: `source ${name}, ${log.isEmbedded ? 'embedded log' : 'Kafka'}`,
    rows,
    repetitions: 5,
    warmUp: 1,
    expected: outcomeOf(orders(rows)),
    ways: [connector(scene), log.isEmbedded ? plainEmbedded(scene) : plainKafkajs(scene), bareRead(scene)],
    close: async () => {
      await place[Symbol.asyncDispose]()
      await log[Symbol.asyncDispose]()
    },
  }
}

function connector({ place, log, rows }: Scene): Way {
  let prefix = ''
  let running: BenchWorker | null = null
  let done: (() => void) | null = null
  let acked = 0
  const count = (records: number) => {
    acked += records
    if (acked >= rows) done?.()
  }
  return {
    name: 'JdbcSourceConnector',
    prepare: async () => {
      prefix = uniqueName('rowbridge_bench')
      acked = 0
      await createTopic(log, `${prefix}${TABLE}`)
      running = await startWorker(log.servers, { acked: (topic, n) => topic === `${prefix}${TABLE}` && count(n) })
    },
    run: async () => {
      const { worker } = running!
      const finished = new Promise<void>((resolve) => (done = resolve))
      await worker.herder.create(prefix, {
        'connector.class': 'JdbcSource',
        'tasks.max': '1',
        ...place.connection,
        mode: 'incrementing',
        'incrementing.column.name': 'id',
        'table.whitelist': TABLE,
        'topic.prefix': prefix,
        'batch.max.rows': String(PAGE),
      })
      await orFailure(finished, () => failed(worker, prefix))
    },
    check: async () => {
      await running?.[Symbol.asyncDispose]()
      const outcome = await outcomeOfTopic(log, `${prefix}${TABLE}`)
      await deleteTopic(log, `${prefix}${TABLE}`)
      return outcome
    },
  }
}

/** What is awaited, unless the check finds that it will never come. */
export async function orFailure(finished: Promise<void>, check: () => Promise<void>): Promise<void> {
  let watching: NodeJS.Timeout | undefined
  const failure = new Promise<never>((_resolve, reject) => {
    watching = setInterval(() => void check().catch(reject), WATCH_MS)
  })
  try {
    await Promise.race([finished, failure])
  } finally {
    clearInterval(watching)
  }
}

/** All pages of the table as messages. */
async function eachPage({ place }: Scene, send: (messages: Buffer[]) => Promise<void>): Promise<void> {
  let last = 0
  for (;;) {
    const page = await place.knex(TABLE).select().where('id', '>', last).orderBy('id').limit(PAGE)
    if (page.length === 0) return
    await send(page.map((row: Record<string, unknown>) => plainMessage(payloadOfRow(row))))
    last = Number(page.at(-1).id)
  }
}

function payloadOfRow(row: Record<string, unknown>): PlainPayload {
  return {
    id: Number(row['id']),
    customer_id: Number(row['customer_id']),
    status: row['status'] as string,
    amount: base64OfDecimal(row['amount'] as string),
    ratio: row['ratio'] as number,
    is_paid: Boolean(row['is_paid']),
    created_at: millisOf(row['created_at']),
    day: millisOf(row['day']) / 86_400_000,
    note: row['note'] as string | null,
    token: (row['token'] as Buffer).toString('base64'),
  }
}

function plainKafkajs(scene: Scene): Way {
  const { log } = scene
  const kafka = new Kafka({ brokers: log.servers.split(','), logLevel: logLevel.NOTHING })
  const producer = kafka.producer()
  let topic = ''
  return {
    name: 'knex, JSON.stringify, kafkajs',
    prepare: async () => {
      topic = uniqueName('rowbridge_bench')
      await createTopic(log, topic)
      await producer.connect()
    },
    run: () =>
      eachPage(scene, async (messages) => {
        await producer.send({ topic, messages: messages.map((value) => ({ value })) })
      }),
    check: async () => {
      await producer.disconnect()
      const outcome = await outcomeOfTopic(log, topic)
      await deleteTopic(log, topic)
      return outcome
    },
  }
}

function plainEmbedded(scene: Scene): Way {
  const { log } = scene
  let topic = ''
  let kafka: Port | null = null
  return {
    name: 'knex, JSON.stringify, same log',
    prepare: async () => {
      topic = uniqueName('rowbridge_bench')
      await createTopic(log, topic)
      kafka = await open(log)
    },
    run: async () => {
      const producer = kafka!.producer({ clientId: 'bench' })
      await eachPage(scene, async (messages) => {
        const { length } = messages
        const values = byteColumn(messages)
        await producer.send({ topic, partition: 0, length, keys: null, values, timestamps: null, headers: null })
      })
      await producer.close()
    },
    check: async () => {
      await kafka?.close()
      const outcome = await outcomeOfTopic(log, topic)
      await deleteTopic(log, topic)
      return outcome
    },
  }
}

function bareRead({ place }: Scene): Way {
  let read: unknown[][] = []
  return {
    name: 'reading alone, bare driver',
    run: async () => void (read = await place.readAll(TABLE)),
    check: () => Promise.resolve(outcomeOf(read.map(orderOfRow))),
  }
}
