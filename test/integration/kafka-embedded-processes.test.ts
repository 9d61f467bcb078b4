// The embedded log among processes: what is acknowledged survives kill -9, one owns the folder, others visit.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { byteColumn, bytesAt, RetriableError } from '@rowbridge/api'
import { openKafka, type Consumer, type Kafka } from '@rowbridge/kafka'
import { kafkaConformance } from '@rowbridge/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startChild, type Child } from './child-process.js'
import { quietLog } from './quiet-log.js'

function temporary(prefix = 'rowbridge-log-'): string {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function child(...args: readonly string[]): Child {
  const started = startChild('embedded-child', ...args)
  onTestFinished(started.kill)
  return started
}

async function open(folder: string, access: 'own' | 'visit'): Promise<Kafka> {
  const kafka = await openKafka(
    { 'bootstrap.servers': `embedded:${folder}` },
    { clientId: 'test', log: quietLog(), access },
  )
  onTestFinished(() => kafka.close())
  return kafka
}

async function makeTopic(kafka: Kafka, partitions: number): Promise<void> {
  await kafka.admin('test').createTopic({ topic: 't', partitions, replicationFactor: 1 })
}

/** All numbers in partition 0 of `t`, up to its end now. */
async function numbersIn(kafka: Kafka): Promise<number[]> {
  const [offsets] = await kafka.admin('test').offsets('t')
  const consumer = kafka.consumer({ clientId: 'test', groupId: null, topics: ['t'], start: 'earliest' })
  await consumer.start()
  const numbers: number[] = []
  while (numbers.length < (offsets?.latest ?? 0)) numbers.push(...(await pollNumbers(consumer)))
  await consumer.close()
  return numbers
}

async function pollNumbers(consumer: Consumer): Promise<number[]> {
  const batches = await consumer.poll(1000)
  return batches.flatMap(({ values, length }) =>
    Array.from({ length }, (_, i) => Number.parseInt(Buffer.from(bytesAt(values, i) ?? []).toString(), 10)),
  )
}

const lastAcked = ({ lines }: Child) =>
  Math.max(-1, ...lines.filter((line) => line.startsWith('acked')).map((line) => Number(line.split(' ')[1])))

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('killed while it appends', () => {
  test('a log has all that was acknowledged, in order, twenty times over', async () => {
    const folder = temporary()
    const kafka = await open(folder, 'own')
    await makeTopic(kafka, 1)
    await kafka.close()
    let sum = 0
    for (let round = 0; round < 20; round++) {
      const writer = child('append', folder)
      await writer.line(/^acked/)
      await pause(Math.random() * 60)
      await writer.kill()
      const again = await open(folder, 'own')
      const numbers = await numbersIn(again)
      await again.close()
      expect(numbers).toEqual(upTo(numbers.length))
      expect(numbers.length).toBeGreaterThan(lastAcked(writer))
      sum += writer.lines.length
    }
    expect(sum).toBeGreaterThan(20)
  })

  test('a visitor leaves only whole records, and its owner goes on', async () => {
    const folder = temporary()
    const kafka = await open(folder, 'own')
    await makeTopic(kafka, 1)
    for (let round = 0; round < 5; round++) {
      const writer = child('append-beside', folder)
      await writer.line(/^acked/)
      await pause(Math.random() * 60)
      await writer.kill()
      const numbers = await numbersIn(kafka)
      expect(numbers).toEqual(upTo(numbers.length))
      expect(numbers.length).toBeGreaterThan(lastAcked(writer))
    }
  })
})

describe('the owner of a folder', () => {
  test('is one of many that start together, also where one was killed before', async () => {
    const folder = temporary()
    for (let round = 0; round < 6; round++) {
      const starters = upTo(5).map(() => child('own', folder))
      const said = await Promise.all(starters.map((starter) => starter.line(/^(open|failed)/)))
      expect(said.filter((line) => line === 'open')).toHaveLength(1)
      expect(said.filter((line) => line.startsWith('failed folder-in-use'))).toHaveLength(4)
      await Promise.all(starters.map((starter) => starter.kill()))
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('owner-'))).toHaveLength(1)
  })

  test('is named to whoever comes second', async () => {
    const folder = temporary()
    const owner = child('own', folder)
    await owner.line(/^open/)
    const error: unknown = await open(folder, 'own').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'folder-in-use', hint: expect.stringContaining('topics') as string })
    expect(String(error)).toContain(`${folder} is in use by process ${owner.pid}`)
  })

  test('lets nobody else of this machine in: its socket and its files are its user’s', async () => {
    const folder = temporary()
    await open(folder, 'own')
    const modes = readdirSync(folder)
      .filter((name) => name.endsWith('.sock') || name.startsWith('owner-'))
      .map((name) => statSync(join(folder, name)).mode & 0o777)
    expect(modes).toEqual([0o600, 0o600])
  })

  test('is found in a folder whose path is too long for a socket', async () => {
    const folder = temporary(`rowbridge-${'long'.repeat(30)}-`)
    const owner = child('own', folder)
    await owner.line(/^open/)
    expect(readdirSync(folder).filter((name) => name.endsWith('.sock'))).toEqual([])
    const visitor = await open(folder, 'visit')
    expect(await visitor.admin('test').topics()).toEqual([])
  })
})

describe('a visitor', () => {
  test('reads and writes while the owner writes', async () => {
    const folder = temporary()
    const first = await open(folder, 'own')
    await makeTopic(first, 1)
    await first.close()
    const owner = child('append', folder)
    await owner.line(/^acked/)
    const visitor = await open(folder, 'visit')
    const numbers = await numbersIn(visitor)
    expect(numbers).toEqual(upTo(numbers.length))
    const values = byteColumn([Buffer.from('from the visitor')])
    const batch = { topic: 'other', partition: 0, length: 1, keys: null, values, timestamps: null, headers: null }
    await visitor.producer({ clientId: 'test' }).send(batch)
    expect(await visitor.admin('test').offsets('other')).toEqual([{ partition: 0, earliest: 0, latest: 1 }])
    expect(owner.lines.filter((line) => line.startsWith('failed'))).toEqual([])
  })

  test('is told when the owner has gone, and takes its place when it opens the folder again', async () => {
    const folder = temporary()
    const owner = child('own', folder)
    await owner.line(/^open/)
    const visitor = await open(folder, 'visit')
    await makeTopic(visitor, 1)
    const consumer = visitor.consumer({ clientId: 'test', groupId: 'g', topics: ['t'], start: 'earliest' })
    await consumer.start()
    const waiting = consumer.poll(30_000).catch((thrown: unknown) => thrown)
    await owner.kill()
    const error = await waiting
    expect(error).toBeInstanceOf(RetriableError)
    expect(error).toMatchObject({ code: 'owner-gone' })
    expect(String(error)).toContain(`process ${owner.pid}`)
    await visitor.close()
    const again = await open(folder, 'visit')
    expect(await again.admin('test').describe('t')).toMatchObject({ partitions: 1 })
  })

  test('that is killed gives its partitions back at once', async () => {
    const folder = temporary()
    const kafka = await open(folder, 'own')
    await makeTopic(kafka, 4)
    const consumer = kafka.consumer({ clientId: 'test', groupId: 'shared', topics: ['t'], start: 'earliest' })
    await consumer.start()
    expect(consumer.assignment()).toHaveLength(4)
    const member = child('consume', folder)
    while (consumer.assignment().length !== 2) await consumer.poll(100)
    await member.line(/^assigned 2/)
    await member.kill()
    while (consumer.assignment().length !== 4) await consumer.poll(100)
    expect(consumer.assignment()).toHaveLength(4)
  })
})

kafkaConformance('a visitor of the embedded log', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-log-'))
  const owner = startChild('embedded-child', 'own', folder)
  await owner.line(/^open/)
  const props = { 'bootstrap.servers': `embedded:${folder}` }
  const visit = () => openKafka(props, { clientId: 'test', log: quietLog(), access: 'visit' })
  const visitor = await visit()
  const admin = visitor.admin('suite')
  let topics = 0
  return {
    kafka: visitor,
    topic: async (partitions) => {
      const topic = `conformance.${++topics}`
      await admin.createTopic({ topic, partitions, replicationFactor: 1 })
      return topic
    },
    reopen: visit,
    close: async () => {
      await visitor.close()
      await owner.kill()
      rmSync(folder, { recursive: true })
    },
  }
})
