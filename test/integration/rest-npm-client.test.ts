// The npm client `kafka-connect-client`, driven through all its calls against a worker of ours.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jdbcSource } from '@rowbridge/connector-jdbc'
import { jsonConverter } from '@rowbridge/converters'
import { restServer, type RestServer } from '@rowbridge/rest'
import { startStandalone, type Worker } from '@rowbridge/runtime'
import { waitFor } from '@rowbridge/testkit'
import Database from 'better-sqlite3'
import { KafkaConnectClient, TaskStateValue, type ConnectorClient } from 'kafka-connect-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { quietLog } from './quiet-log.js'

const folder = mkdtempSync(join(tmpdir(), 'rowbridge-npm-client-'))
const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter'
const CLASS = 'io.confluent.connect.jdbc.JdbcSourceConnector'
const config = {
  'connector.class': CLASS,
  'connection.url': `jdbc:sqlite:${join(folder, 'shop.db')}`,
  mode: 'incrementing',
  'incrementing.column.name': 'id',
  'topic.prefix': 'c-',
}
let worker: Worker
let rest: RestServer
let client: KafkaConnectClient
let orders: ConnectorClient

beforeAll(async () => {
  const shop = new Database(join(folder, 'shop.db'))
  shop.exec("create table t (id integer primary key, name text); insert into t values (1, 'a'), (2, 'b')")
  shop.close()
  const props = {
    'bootstrap.servers': `embedded:${join(folder, 'log')}`,
    'key.converter': JSON_CONVERTER,
    'value.converter': JSON_CONVERTER,
    'offset.storage.file.filename': join(folder, 'offsets'),
    'offset.flush.interval.ms': '100',
    listeners: 'http://127.0.0.1:0',
  }
  const log = quietLog()
  worker = await startStandalone({ props, plugins: [jdbcSource, jsonConverter], log })
  rest = await restServer({ herder: worker.herder, props, log })
  const { hostname, port } = new URL(rest.urls[0] ?? '')
  client = new KafkaConnectClient({ host: hostname, port })
  orders = client.connector('orders')
})

afterAll(async () => {
  await rest.close()
  await worker.stop()
  rmSync(folder, { recursive: true, force: true })
})

const running = () =>
  waitFor('a running task', async () => (await orders.getTaskStatus(0)).data.state === TaskStateValue.RUNNING)

describe('the npm client', () => {
  test('asks for the cluster, the plugins and the check of a configuration', async () => {
    expect((await client.getCluster()).data).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\./) })
    expect((await client.getConnectorPlugins()).data.map(({ type }) => type)).toEqual(['source'])
    const all = await client.getConnectorPlugins({ connectorsOnly: false })
    expect(all.data.map(({ type }) => type)).toContain('converter')
    const checked = await client.validateConnectorConfig('JdbcSourceConnector', { ...config, name: 'orders' })
    expect(checked.data).toMatchObject({ name: CLASS, error_count: 0 })
  })

  test('makes connectors by POST and by PUT, shows them and changes them', async () => {
    expect((await client.createConnector('other', { ...config, 'topic.prefix': 'o-' })).status).toBe(201)
    expect((await orders.create(config)).status).toBe(201)
    expect((await client.getConnectors()).data).toEqual(['other', 'orders'])
    expect((await client.getConnectors({ expand: ['status', 'info'] })).status).toBe(200)
    expect((await orders.get()).data).toMatchObject({ name: 'orders', type: 'source' })
    expect((await orders.updateConfig({ ...config, 'poll.interval.ms': '100' })).status).toBe(200)
    expect((await orders.getConfig()).data).toMatchObject({ name: 'orders', 'poll.interval.ms': '100' })
    expect((await client.connector('other').delete()).status).toBe(204)
  })

  test('sees states, tasks and topics, and steers them without bodies', async () => {
    await running()
    expect((await orders.getStatus()).data).toMatchObject({ connector: { state: 'RUNNING' }, type: 'source' })
    expect((await orders.getTasks()).data).toHaveLength(1)
    expect((await orders.pause()).status).toBe(202)
    expect((await orders.resume()).status).toBe(202)
    expect((await orders.restart()).status).toBe(204)
    expect((await orders.restart({ includeTasks: true, onlyFailed: false })).status).toBe(204)
    expect((await orders.restartTask(0)).status).toBe(204)
    await running()
    expect((await orders.resetTopics()).status).toBe(202)
    // It takes the answer apart before it is parsed, whatever the server.
    await expect(orders.getTopics()).rejects.toThrow(TypeError)
  })

  test('reads, changes and resets offsets', async () => {
    const partition = { protocol: '1', table: 't' }
    await waitFor('the offset of the last row', async () => {
      const { data } = (await orders.getOffsets()) as { data: { offsets: { offset: { incrementing?: number } }[] } }
      return data.offsets[0]?.offset.incrementing === 2
    })
    await expect(orders.alterOffsets([{ partition, offset: { incrementing: 1 } }])).rejects.toMatchObject({
      response: { status: 400, data: { error_code: 400 } },
    })
    expect((await orders.stop()).status).toBe(204)
    expect((await orders.alterOffsets([{ partition, offset: { incrementing: 1 } }])).data).toMatchObject({
      message: expect.stringContaining('altered successfully'),
    })
    expect((await orders.resetOffsets()).data).toMatchObject({ message: expect.stringContaining('reset successfully') })
    expect((await orders.getOffsets()).data).toEqual({ offsets: [] })
    expect((await orders.delete()).status).toBe(204)
  })
})
