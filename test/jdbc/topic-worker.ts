// A worker with a log of its own in a temporary folder, on which one topic is filled before, and can be read after.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { byteColumn, textAt, type Log, type Props } from '@rowbridge/api'
import { jdbcSink } from '@rowbridge/connector-jdbc'
import { builtInConverters } from '@rowbridge/converters'
import { openKafka, type Kafka } from '@rowbridge/kafka'
import { startStandalone, type Worker } from '@rowbridge/runtime'

const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter'

export interface Found {
  readonly value: string | null
  readonly headers: Readonly<Record<string, string>>
}

export interface TopicLog extends Disposable {
  /** Adds messages, each a JSON text, to partitions in turn. */
  produce(topic: string, texts: readonly string[], partitions?: number): Promise<void>
  /** All that a topic holds; only while no worker runs. */
  read(topic: string): Promise<readonly Found[]>
  /** Starts a worker with one sink. */
  worker(config: Props, log: Log): Promise<SinkWorker>
}

export interface SinkWorker extends AsyncDisposable {
  /** Sum of the offsets that are committed. */
  committed(): Promise<number>
  /** What failed the task, null while it runs. */
  failure(): Promise<string | null>
}

export function topicLog(): TopicLog {
  const folder = mkdtempSync(join(tmpdir(), 'rb-topic-'))
  const bootstrap = { 'bootstrap.servers': `embedded:${join(folder, 'log')}` }
  const within = async <T>(work: (kafka: Kafka) => Promise<T>): Promise<T> => {
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    const kafka = await openKafka(bootstrap, { clientId: 'test', log, access: 'own' })
    try {
      return await work(kafka)
    } finally {
      await kafka.close()
    }
  }
  return {
    produce: (topic, texts, partitions = 1) => within((kafka) => produce(kafka, { topic, texts, partitions })),
    read: (topic) => within((kafka) => readAll(kafka, topic)),
    worker: async (config, log) => {
      const props = {
        ...bootstrap,
        'key.converter': JSON_CONVERTER,
        'value.converter': JSON_CONVERTER,
        'value.converter.schemas.enable': 'false',
        'offset.storage.file.filename': join(folder, 'offsets'),
        'offset.flush.interval.ms': '100',
      }
      const worker = await startStandalone({ props, plugins: [jdbcSink, ...builtInConverters], log })
      await worker.herder.create('sink', config)
      return sinkWorker(worker)
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function sinkWorker(worker: Worker): SinkWorker {
  return {
    committed: async () => {
      const offsets = await worker.herder.offsets('sink')
      return offsets.reduce((sum, { offset }) => sum + (offset as { kafka_offset: number }).kafka_offset, 0)
    },
    failure: async () => {
      const [task] = (await worker.herder.status('sink')).tasks
      return task?.state === 'FAILED' ? (task.trace ?? '') : null
    },
    [Symbol.asyncDispose]: () => worker.stop(),
  }
}

interface Messages {
  readonly topic: string
  readonly texts: readonly string[]
  readonly partitions: number
}

async function produce(kafka: Kafka, { topic, texts, partitions }: Messages): Promise<void> {
  const admin = kafka.admin('test')
  if ((await admin.describe(topic)) === null) await admin.createTopic({ topic, partitions, replicationFactor: 1 })
  await admin.close()
  const producer = kafka.producer({ clientId: 'test' })
  for (let partition = 0; partition < partitions; partition += 1) {
    const own = texts.filter((_, i) => i % partitions === partition)
    await producer.send({
      topic,
      partition,
      length: own.length,
      keys: null,
      values: byteColumn(own.map((text) => Buffer.from(text))),
      timestamps: null,
      headers: null,
    })
  }
  await producer.close()
}

async function readAll(kafka: Kafka, topic: string): Promise<readonly Found[]> {
  const admin = kafka.admin('test')
  const ends = (await admin.describe(topic)) === null ? [] : await admin.offsets(topic)
  await admin.close()
  const count = ends.reduce((sum, { latest }) => sum + latest, 0)
  const consumer = kafka.consumer({ clientId: 'test', groupId: null, topics: [topic], start: 'earliest' })
  await consumer.start()
  const found: Found[] = []
  while (found.length < count) {
    for (const { length, values, headers } of await consumer.poll(1000)) {
      for (let i = 0; i < length; i += 1) {
        const told = (headers?.[i] ?? []).map(
          ({ key, value }) => [key, value === null ? '' : Buffer.from(value).toString()] as const,
        )
        found.push({ value: textAt(values, i), headers: Object.fromEntries(told) })
      }
    }
  }
  await consumer.close()
  return found
}
