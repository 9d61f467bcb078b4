// A worker on an embedded log in a temporary folder, with small plugins that tests steer: for the tests of this package.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { byteColumn, describeError, RetriableError, textAt, type Log, type Props } from '@rowbridge/api'
import { openKafka, type Kafka } from '@rowbridge/kafka'
import type { OpenKafka } from '../task/host.js'
import type { Worker } from '../worker.js'
import { startStandalone } from './start.js'
import { controls, steeredPlugins, type Controls } from './plugins-fixture.js'

export interface FixtureRecord {
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
  readonly headers: readonly (readonly [string, string | null])[]
}

export interface LoggedLine {
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

export interface WorkerFixture {
  readonly folder: string
  readonly control: Controls
  readonly log: LoggedLine[]
  /** The worker that runs; another one after `restart`. */
  worker: Worker
  readonly restart: (props?: Props) => Promise<void>
  /** Writes texts to a topic as its own producer. */
  readonly produce: (topic: string, texts: readonly (string | null)[]) => Promise<void>
  /** All texts of a topic as it is now, in order of its partitions. */
  readonly read: (topic: string) => Promise<readonly string[]>
  /** All records of a topic of one partition. */
  readonly records: (topic: string) => Promise<readonly FixtureRecord[]>
  readonly dispose: () => Promise<void>
}

export interface FixtureOptions {
  readonly props?: Props
  readonly openKafka?: OpenKafka
}

/** Opens logs in which one topic takes nothing. */
export const withoutTopic: (topic: string) => OpenKafka = (topic) => async (props, options) => {
  const kafka = await openKafka(props, options)
  const producer: Kafka['producer'] = (producerOptions) => {
    const real = kafka.producer(producerOptions)
    return {
      send: (batch) =>
        batch.topic === topic
          ? Promise.reject(new RetriableError('broker-unreachable', 'no broker'))
          : real.send(batch),
      close: (timeoutMs) => real.close(timeoutMs),
    }
  }
  return {
    producer,
    consumer: (consumerOptions) => kafka.consumer(consumerOptions),
    admin: (clientId) => kafka.admin(clientId),
    member: (memberOptions) => kafka.member(memberOptions),
    close: () => kafka.close(),
  }
}

export async function workerFixture({ props, openKafka: open }: FixtureOptions = {}): Promise<WorkerFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'rowbridge-worker-'))
  const control = controls()
  const lines: LoggedLine[] = []
  const log = collectLog(lines)
  const base: Props = {
    'bootstrap.servers': `embedded:${join(folder, 'log')}`,
    'key.converter': 'test.TextConverter',
    'value.converter': 'TextConverter',
    'offset.storage.file.filename': join(folder, 'connect.offsets'),
    'task.shutdown.graceful.timeout.ms': '2000',
    listeners: 'http://127.0.0.1:8083',
  }
  const start = (further: Props = {}) =>
    startStandalone({
      props: { ...base, ...props, ...further },
      plugins: steeredPlugins(control),
      log,
      ...(open === undefined ? {} : { openKafka: open }),
    })
  const kafka = await openKafka(base, { clientId: 'test', log, access: 'own' })
  const fixture: WorkerFixture = {
    folder,
    control,
    log: lines,
    worker: await start(),
    restart: async (further) => {
      await fixture.worker.stop()
      fixture.worker = await start(further)
    },
    produce: async (topic, texts) => {
      const column = byteColumn(texts.map((text) => (text === null ? null : Buffer.from(text))))
      const producer = kafka.producer({ clientId: 'test' })
      const batch = { topic, partition: 0, length: texts.length, keys: null, values: column }
      await producer.send({ ...batch, timestamps: null, headers: null })
      await producer.close()
    },
    read: async (topic) => (await recordsOf(kafka, topic)).map(({ value }) => value ?? ''),
    records: (topic) => recordsOf(kafka, topic),
    dispose: async () => {
      await fixture.worker.stop()
      await kafka.close()
      await rm(folder, { recursive: true })
    },
  }
  return fixture
}

async function recordsOf(kafka: Kafka, topic: string): Promise<readonly FixtureRecord[]> {
  if ((await kafka.admin('test').describe(topic)) === null) return []
  const consumer = kafka.consumer({ clientId: 'test', groupId: null, topics: [topic], start: 'earliest' })
  await consumer.start()
  const records: FixtureRecord[] = []
  const ends = await kafka.admin('test').offsets(topic)
  const count = ends.reduce((sum, { latest }) => sum + latest, 0)
  while (records.length < count) {
    for (const { length, keys, values, timestamps, headers } of await consumer.poll(1000)) {
      for (let i = 0; i < length; i += 1) {
        records.push({
          key: textAt(keys, i),
          value: textAt(values, i),
          timestamp: timestamps[i] ?? 0,
          headers: (headers?.[i] ?? []).map(({ key, value }) => [
            key,
            value === null ? null : Buffer.from(value).toString(),
          ]),
        })
      }
    }
  }
  await consumer.close()
  return records
}

function collectLog(lines: LoggedLine[]): Log {
  const at =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      const plain = Object.entries(fields).map(([key, value]) => [
        key,
        value instanceof Error ? describeError(value) : value,
      ])
      lines.push({ level, message, fields: Object.fromEntries(plain) })
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function ignore(): void {
  // Nobody listens.
}
export const quietLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** Waits until the condition holds; says what it waited for when it does not within ten seconds. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > end) throw new RangeError(`Waited in vain until ${what}`)
    await pause(5)
  }
}

export const rowsTo = (count: number) => Array.from({ length: count }, (_, i) => `row ${i}`)
