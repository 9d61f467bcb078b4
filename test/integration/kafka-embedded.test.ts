// The embedded log is a log like any other: as its owner sees it, and as a visitor does.
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { byteColumn } from '@rowbridge/api'
import { openKafka, type Kafka } from '@rowbridge/kafka'
import { kafkaConformance } from '@rowbridge/testkit'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { quietLog } from './quiet-log.js'

kafkaConformance('the embedded log', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rowbridge-log-'))
  const open = () =>
    openKafka({ 'bootstrap.servers': `embedded:${folder}` }, { clientId: 'suite', log: quietLog(), access: 'own' })
  const kafka = await open()
  const admin = kafka.admin('suite')
  let topics = 0
  return {
    kafka,
    topic: async (partitions) => {
      const topic = `conformance.${++topics}`
      await admin.createTopic({ topic, partitions, replicationFactor: 1 })
      return topic
    },
    reopen: open,
    close: async () => {
      await kafka.close()
      await rm(folder, { recursive: true })
    },
  }
})

async function opened(folder: string, props: Readonly<Record<string, string>> = {}): Promise<Kafka> {
  const own = { ...props, 'bootstrap.servers': `embedded:${folder}` }
  const kafka = await openKafka(own, { clientId: 'test', log: quietLog(), access: 'own' })
  onTestFinished(() => kafka.close())
  return kafka
}

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rowbridge-log-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

const batchOf = (topic: string, values: readonly Uint8Array[], key: string | null = null) => ({
  topic,
  partition: null,
  length: values.length,
  keys: key === null ? null : byteColumn(values.map(() => Buffer.from(key))),
  values: byteColumn(values),
  timestamps: null,
  headers: null,
})

describe('the embedded log', () => {
  test('makes a topic when something is first sent to it', async () => {
    const kafka = await opened(await temporary(), { 'num.partitions': '3' })
    await kafka.producer({ clientId: 'test' }).send(batchOf('made', [Buffer.from('v')]))
    expect(await kafka.admin('test').describe('made')).toMatchObject({ partitions: 3 })
  })

  test('makes none where auto.create.topics.enable is false', async () => {
    const kafka = await opened(await temporary(), { 'auto.create.topics.enable': 'false' })
    const sent = kafka.producer({ clientId: 'test' }).send(batchOf('unmade', [Buffer.from('v')]))
    await expect(sent).rejects.toMatchObject({ code: 'unknown-topic' })
  })

  test('keeps what groups committed, and forgets it with the topic', async () => {
    const folder = await temporary()
    const first = await opened(folder)
    await first.producer({ clientId: 'test' }).send(batchOf('t', [Buffer.from('v')]))
    await first.admin('test').alterCommitted('g', [{ topic: 't', partition: 0, offset: 1 }])
    await first.close()
    const second = await opened(folder)
    expect(await second.admin('test').committed('g')).toEqual([{ topic: 't', partition: 0, offset: 1 }])
    await second.admin('test').deleteTopic('t')
    expect(await second.admin('test').committed('g')).toEqual([])
  })

  test('compacts by itself a topic that asks for it', async () => {
    const folder = await temporary()
    const kafka = await opened(folder)
    const config = { 'cleanup.policy': 'compact' }
    await kafka.admin('test').createTopic({ topic: 't', partitions: 1, replicationFactor: 1, config })
    const producer = kafka.producer({ clientId: 'test' })
    const sizeOf = async () => {
      const path = join(folder, 'topics', 't', '0')
      const sizes = await Promise.all((await readdir(path)).map(async (name) => (await stat(join(path, name))).size))
      return sizes.reduce((sum, size) => sum + size, 0)
    }
    for (let i = 0; i < 8; i++) await producer.send(batchOf('t', [randomBytes(500_000)], 'the same key'))
    await vi.waitFor(async () => expect(await sizeOf()).toBeLessThan(2_000_000), 20_000)
    const consumer = kafka.consumer({ clientId: 'test', groupId: null, topics: ['t'], start: 'earliest' })
    await consumer.start()
    const batches = []
    while (batches.at(-1)?.offsets.at(-1) !== 7) batches.push(...(await consumer.poll(1000)))
    expect(batches.length).toBeLessThan(8)
  })

  test('goes on at the earliest record when a group committed an offset that the log does not have', async () => {
    const folder = await temporary()
    const kafka = await opened(folder)
    const config = { 'segment.bytes': '100' }
    await kafka.admin('test').createTopic({ topic: 't', partitions: 1, replicationFactor: 1, config })
    const producer = kafka.producer({ clientId: 'test' })
    for (const value of ['0', '1', '2']) await producer.send(batchOf('t', [Buffer.from(value)]))
    await kafka.admin('test').alterCommitted('g', [{ topic: 't', partition: 0, offset: 99 }])
    const consumer = kafka.consumer({ clientId: 'test', groupId: 'g', topics: ['t'], start: 'earliest' })
    await consumer.start()
    const offsets: number[] = []
    while (offsets.length < 3) offsets.push(...(await consumer.poll(1000)).flatMap((batch) => batch.offsets))
    expect(offsets).toEqual([0, 1, 2])
  })
})
