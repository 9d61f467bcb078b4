// A compacted topic as a record log, on brokers and on the embedded log.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '@rowbridge/api'
import { openKafka, type Kafka } from '@rowbridge/kafka'
import { TopicLog } from '@rowbridge/runtime'
import { describeWith, server, uniqueName } from '@rowbridge/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { quietLog } from './quiet-log.js'

const log = quietLog()

async function topicOn(kafka: Kafka, partitions: number): Promise<string> {
  onTestFinished(() => kafka.close())
  const topic = uniqueName('dist-log')
  const config = { 'cleanup.policy': 'compact' }
  await kafka.admin('test').createTopic({ topic, partitions, replicationFactor: 1, config })
  return topic
}

async function opened(kafka: Kafka, topic: string): Promise<{ log: TopicLog; told: [string, Json | null][] }> {
  const told: [string, Json | null][] = []
  const own = new TopicLog({ kafka, topic, clientId: 'test', log })
  onTestFinished(() => own.close())
  await own.follow((key, value) => told.push([key, value]))
  return { log: own, told }
}

function suite(open: () => Promise<Kafka>): void {
  test('tells what is appended, before the append resolves', async () => {
    const kafka = await open()
    const one = await opened(kafka, await topicOn(kafka, 1))
    await one.log.append([
      ['a', { n: 1 }],
      ['b', null],
    ])
    expect(one.told).toEqual([
      ['a', { n: 1 }],
      ['b', null],
    ])
  })

  test('tells one who comes later everything, and then what others append', async () => {
    const kafka = await open()
    const topic = await topicOn(kafka, 5)
    const one = await opened(kafka, topic)
    for (let i = 0; i < 20; i += 1) await one.log.append([[`key ${i}`, i]])
    const other = await opened(kafka, topic)
    await one.log.append([['late', 9_007_199_254_740_993n]])
    await other.log.readToEnd()
    expect(new Map(other.told)).toEqual(new Map(one.told))
    expect(other.told).toHaveLength(21)
    expect(other.told.at(-1)).toEqual(['late', 9_007_199_254_740_993n])
  })

  test('counts its position by the records of its partition', async () => {
    const kafka = await open()
    const one = await opened(kafka, await topicOn(kafka, 1))
    const before = one.log.position
    await one.log.append([
      ['a', 1],
      ['b', 2],
    ])
    expect([before, one.log.position]).toEqual([-1, 2])
  })

  test('many appends at once are all there', async () => {
    const kafka = await open()
    const one = await opened(kafka, await topicOn(kafka, 3))
    await Promise.all(Array.from({ length: 200 }, (_, i) => one.log.append([[`k${i}`, i]])))
    expect(new Set(one.told.map(([, value]) => value)).size).toBe(200)
  })
}

describeWith(['kafka'], 'a topic of Kafka as a record log', () => {
  suite(async () => {
    const broker = await server('kafka')
    return openKafka({ 'bootstrap.servers': broker.bootstrap }, { clientId: 'test', log, access: 'own' })
  })
})

describe('a topic of the embedded log as a record log', () => {
  suite(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dist-log-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    return openKafka({ 'bootstrap.servers': `embedded:${folder}` }, { clientId: 'test', log, access: 'own' })
  })
})
