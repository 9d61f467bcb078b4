// What `bootstrap.servers` may say, and what is wrong with the rest.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '@rowbridge/api'
import { expect, onTestFinished, test } from 'vitest'
import { openKafka } from './open.js'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const options = { clientId: 'test', log, access: 'own' } as const

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-open-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test.each<[string, (folder: string) => string]>([
  ['nothing', () => ''],
  ['no folder', () => 'embedded:'],
  ['a file', (folder) => `embedded:${folder}/file`],
  ['a folder in a file', (folder) => `embedded:${folder}/file/log`],
  ['a folder that cannot be made', () => 'embedded:/proc/rowbridge'],
  ['a folder and a host', (folder) => `embedded:${folder},kafka:9092`],
  ['a host and a folder', (folder) => `kafka:9092,embedded:${folder}`],
])('%s is a problem of bootstrap.servers', async (_name, servers) => {
  const folder = temporary()
  writeFileSync(join(folder, 'file'), '')
  const opened = openKafka({ 'bootstrap.servers': servers(folder) }, options)
  const error: unknown = await opened.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ConfigError)
  expect(error).toMatchObject({ problems: [{ key: 'bootstrap.servers' }], hint: expect.any(String) as string })
})

test('a folder is made when it is not there', async () => {
  const kafka = await openKafka({ 'bootstrap.servers': `embedded:${join(temporary(), 'new', 'folder')}` }, options)
  const admin = kafka.admin('test')
  expect(await admin.topics()).toEqual([])
  await kafka.close()
})

test('several in one process share the folder until the last is closed', async () => {
  const props = { 'bootstrap.servers': `embedded:${temporary()}`, 'num.partitions': '2' }
  const [first, second] = await Promise.all([openKafka(props, options), openKafka(props, options)])
  await first.admin('test').createTopic({ topic: 't', partitions: -1, replicationFactor: 1 })
  expect(await second.admin('test').describe('t')).toMatchObject({ partitions: 2 })
  await first.close()
  expect(await second.admin('test').describe('t')).toMatchObject({ partitions: 2 })
  await second.close()
  const third = await openKafka(props, { ...options, access: 'visit' })
  expect(await third.admin('test').describe('t')).toMatchObject({ partitions: 2 })
  await third.close()
})

test('topics whose names differ in case only are different topics', async () => {
  const kafka = await openKafka({ 'bootstrap.servers': `embedded:${temporary()}` }, options)
  const admin = kafka.admin('test')
  for (const topic of ['orders', 'Orders', 'ORDERS']) {
    expect(await admin.createTopic({ topic, partitions: 1, replicationFactor: 1 })).toBe(true)
  }
  expect((await admin.topics()).map(({ topic }) => topic)).toEqual(['orders', 'Orders', 'ORDERS'])
  await kafka.close()
})
