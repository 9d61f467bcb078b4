// A topic into a table: the sink connector in a worker, against kafkajs, JSON.parse and knex, and against no more than
// writing the rows.
import { setTimeout } from 'node:timers/promises'
import { bytesAt, type ByteColumn } from '@rowbridge/api'
import { jsonConverter } from '@rowbridge/converters'
import type { Consumer as PortConsumer, Kafka as Port } from '@rowbridge/kafka'
import { uniqueName } from '@rowbridge/testkit'
import { Kafka, logLevel, type Consumer } from 'kafkajs'
import { createTopic, deleteTopic, open, openLog, payloadOf, type BenchLog } from './log.js'
import type { Comparison, Outcome, Way } from './measure.js'
import { ORDER, orders, outcomeOf } from './orders.js'
import { plainOrder } from './plain.js'
import { openPlace, orderOfRow, type Place, type PlaceName } from './places.js'
import { orFailure } from './source.js'
import { failed, startWorker, type BenchWorker } from './worker.js'

/** Rows of a message batch when the topic is filled. */
const BATCH = 500
/** Rows of one statement of knex. */
const CHUNK = 1000
const ASK_MS = 20

interface Scene {
  readonly place: Place
  readonly log: BenchLog
  readonly topic: string
  readonly rows: number
}

export async function sinkBench(name: PlaceName, rows: number): Promise<Comparison> {
  const place = await openPlace(name)
  const log = await openLog(name === 'sqlite')
  const topic = uniqueName('rowbridge_bench')
  await createTopic(log, topic, await messages(rows))
  const scene = { place, log, topic, rows }
  return {
    name: `sink ${name}, ${log.isEmbedded ? 'embedded log' : 'Kafka'}`,
    rows,
    repetitions: 5,
    warmUp: 1,
    expected: outcomeOf(orders(rows)),
    ways: [connector(scene), log.isEmbedded ? plainEmbedded(scene) : plainKafkajs(scene), bareWrite(scene)],
    close: async () => {
      await deleteTopic(log, topic)
      await place[Symbol.asyncDispose]()
      await log[Symbol.asyncDispose]()
    },
  }
}

async function messages(rows: number): Promise<ByteColumn[]> {
  const make = await jsonConverter.converter()
  const encoder = await make({}).encoder('orders', ORDER)
  const all = orders(rows)
  return Array.from({ length: Math.ceil(rows / BATCH) }, (_, i) =>
    encoder.encode(all.slice(i * BATCH, (i + 1) * BATCH)),
  )
}

async function outcomeOfTable(place: Place, table: string): Promise<Outcome> {
  return outcomeOf((await place.readAll(table)).map(orderOfRow))
}

function connector({ place, log, topic, rows }: Scene): Way {
  let name = ''
  let running: BenchWorker | null = null
  let fetched: (() => void) | null = null
  return {
    name: 'JdbcSinkConnector',
    prepare: async () => {
      name = uniqueName('rowbridge_bench')
      await place.create(name)
      running = await startWorker(log.servers, { fetched: () => fetched?.() })
    },
    run: async (restart) => {
      const { worker } = running!
      fetched = () => {
        fetched = null
        restart()
      }
      await worker.herder.create(name, {
        'connector.class': 'JdbcSink',
        'tasks.max': '1',
        ...place.connection,
        topics: topic,
        'table.name.format': name,
        'insert.mode': 'upsert',
        'pk.mode': 'record_value',
        'pk.fields': 'id',
      })
      await orFailure(written(place, name, rows), () => failed(worker, name))
    },
    check: async () => {
      await running?.[Symbol.asyncDispose]()
      return outcomeOfTable(place, name)
    },
  }
}

/** Resolves when the last row is there; rows come in the order of the topic. */
async function written(place: Place, table: string, rows: number): Promise<void> {
  for (;;) {
    const found = await place.knex(table).max({ last: 'id' })
    if (Number(found[0]?.['last']) === rows) return
    await setTimeout(ASK_MS)
  }
}

async function plainWrite(place: Place, table: string, values: readonly (Uint8Array | null)[]): Promise<void> {
  const rows = values.map((value) => place.rowOf(plainOrder(payloadOf(value))))
  for (let at = 0; at < rows.length; at += CHUNK) {
    await place
      .knex(table)
      .insert(rows.slice(at, at + CHUNK))
      .onConflict('id')
      .merge()
  }
}

function plainKafkajs({ place, log, topic, rows }: Scene): Way {
  const kafka = new Kafka({ brokers: log.servers.split(','), logLevel: logLevel.NOTHING })
  let table = ''
  let consumer: Consumer | null = null
  return {
    name: 'kafkajs, JSON.parse, knex',
    prepare: async () => {
      table = uniqueName('rowbridge_bench')
      await place.create(table)
      consumer = kafka.consumer({ groupId: table })
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
    },
    run: async (restart) => {
      let done = 0
      await new Promise<void>((resolve, reject) => {
        const eachBatch = async ({ batch }: { batch: { messages: { value: Buffer | null }[] } }) => {
          if (done === 0) restart()
          await plainWrite(
            place,
            table,
            batch.messages.map((message) => message.value),
          ).catch(reject)
          done += batch.messages.length
          if (done >= rows) resolve()
        }
        consumer!.on(consumer!.events.CRASH, ({ payload }) => reject(payload.error))
        consumer!.run({ eachBatch }).catch(reject)
      })
    },
    check: async () => {
      await consumer?.disconnect()
      return outcomeOfTable(place, table)
    },
  }
}

function plainEmbedded({ place, log, topic, rows }: Scene): Way {
  let table = ''
  let kafka: Port | null = null
  let consumer: PortConsumer | null = null
  return {
    name: 'same log, JSON.parse, knex',
    prepare: async () => {
      table = uniqueName('rowbridge_bench')
      await place.create(table)
      kafka = await open(log)
      consumer = kafka.consumer({ clientId: 'bench', groupId: table, topics: [topic], start: 'earliest' })
      await consumer.start()
    },
    run: async (restart) => {
      let done = 0
      while (done < rows) {
        for (const { values, length, partition, offsets } of await consumer!.poll(1000)) {
          if (done === 0) restart()
          await plainWrite(
            place,
            table,
            Array.from({ length }, (_, i) => bytesAt(values, i)),
          )
          done += length
          await consumer!.commit([{ topic, partition, offset: (offsets.at(-1) ?? 0) + 1 }])
        }
      }
    },
    check: async () => {
      await consumer?.close()
      await kafka?.close()
      return outcomeOfTable(place, table)
    },
  }
}

function bareWrite({ place, rows }: Scene): Way {
  const prepared = place.prepared(orders(rows))
  let table = ''
  return {
    name: 'writing alone, bare driver',
    prepare: () => {
      table = uniqueName('rowbridge_bench')
      return place.create(table)
    },
    run: () => place.writeAll(table, prepared),
    check: () => outcomeOfTable(place, table),
  }
}
