// Keys and masks of the source through a whole worker: converters, log and sink.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jdbcSink, jdbcSource } from '@rowbridge/connector-jdbc'
import { jsonConverter } from '@rowbridge/converters'
import { openKafka } from '@rowbridge/kafka'
import { startStandalone, type Worker } from '@rowbridge/runtime'
import { describeWith, waitFor } from '@rowbridge/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rowsOf, serverPlace } from '../jdbc/place.js'

const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter'

describeWith(['mariadb', 'postgresql'], 'keys through a worker', ({ mariadb, postgresql }) => {
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  let folder: string
  let worker: Worker

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rb-keys-'))
    const props = {
      'bootstrap.servers': `embedded:${join(folder, 'log')}`,
      'key.converter': JSON_CONVERTER,
      'value.converter': JSON_CONVERTER,
      'offset.storage.file.filename': join(folder, 'offsets'),
      'offset.flush.interval.ms': '100',
    }
    worker = await startStandalone({ props, plugins: [jdbcSource, jdbcSink, jsonConverter], log: silent, openKafka })
  })

  afterAll(async () => {
    await worker.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('fact 73e: a source that is paused and resumed runs again, and reads on', async () => {
    await using origin = await serverPlace(mariadb)
    await origin.query('CREATE TABLE breaks (id INT PRIMARY KEY)')
    await origin.query('INSERT INTO breaks VALUES (1)')
    await worker.herder.create('breaks', {
      ...origin.props,
      'connector.class': 'JdbcSource',
      mode: 'incrementing',
      'incrementing.column.name': 'id',
      'table.whitelist': 'breaks',
      'topic.prefix': 'keys-',
      'poll.interval.ms': '50',
    })
    const states = async () => {
      const { connector, tasks } = await worker.herder.status('breaks')
      return [connector.state, ...tasks.map(({ state }) => state)].join(' ')
    }
    const position = async () => (await worker.herder.offsets('breaks')).map(({ offset }) => offset)
    const isAt = async (incrementing: number) => JSON.stringify(await position()) === JSON.stringify([{ incrementing }])
    await waitFor('the first row', () => isAt(1))
    await worker.herder.setTargetState('breaks', 'PAUSED')
    await waitFor('the pause', async () => (await states()) === 'PAUSED PAUSED')
    await origin.query('INSERT INTO breaks VALUES (2)')
    await worker.herder.setTargetState('breaks', 'STARTED')
    await waitFor('the end of the pause', async () => (await states()) === 'RUNNING RUNNING')
    await waitFor('the second row', () => isAt(2))
    expect(await states()).toBe('RUNNING RUNNING')
    await worker.herder.delete('breaks')
  })

  test('rows find their rows by the key of the record, masked columns as text', async () => {
    await using origin = await serverPlace(mariadb)
    await using target = await serverPlace(postgresql)
    await origin.query(
      'CREATE TABLE keyed (a VARCHAR(9) NOT NULL, id INT NOT NULL, mail VARCHAR(40), PRIMARY KEY (id, a))',
    )
    await origin.query("INSERT INTO keyed VALUES ('x', 1, 'm@x.org'), ('y', 2, NULL)")
    await worker.herder.create('keys-from', {
      ...origin.props,
      'connector.class': 'JdbcSource',
      mode: 'incrementing',
      'incrementing.column.name': 'id',
      'table.whitelist': 'keyed',
      'topic.prefix': 'keys-',
      'poll.interval.ms': '100',
      'key.mode': 'primary_key',
      'columns.mask.with': 'mail:-',
    })
    await worker.herder.create('keys-to', {
      ...target.props,
      'connector.class': 'JdbcSink',
      topics: 'keys-keyed',
      'table.name.format': 'copied',
      'insert.mode': 'upsert',
      'pk.mode': 'record_key',
      'auto.create': 'true',
    })
    await waitFor('the rows', async () => (await rowsOf(target, 'copied')).length === 2)
    const copied = await target.query('SELECT id, a, mail FROM copied ORDER BY id')
    expect(copied.map((row) => Object.values(row).map(String))).toEqual([
      ['1', 'x', '-'],
      ['2', 'y', 'null'],
    ])
    const keys = await target.query(
      "SELECT string_agg(column_name, ',' ORDER BY ordinal_position) AS names FROM information_schema.key_column_usage WHERE table_name = 'copied'",
    )
    expect(keys[0]?.['names']).toMatch(/^(?:id,a|a,id)$/)
  })
})
