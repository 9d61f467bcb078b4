// `rowbridge distributed` as users run it: two workers by the command, one worker file each, asked over HTTP.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeWith, freePort, server, uniqueName, waitFor } from '@rowbridge/testkit'
import { expect, onTestFinished, test } from 'vitest'
import { callerOf, statusOf, untilStates } from '../cluster/cluster.js'
import { rowbridge, startRowbridge } from './command.js'
import { place } from './places.js'

const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter'

describeWith(['kafka', 'mariadb', 'postgresql'], 'rowbridge distributed', () => {
  test('copies a table with two workers, and goes on with one of them', async () => {
    const [broker, mariadb, postgresql] = [await server('kafka'), await server('mariadb'), await server('postgresql')]
    await using from = await place('mariadb', { mariadb, postgresql })
    await using to = await place('postgresql', { mariadb, postgresql })
    await from.query('create table orders (id int not null primary key, note varchar(20))')
    const add = (ids: readonly number[]) =>
      from.query(`insert into orders values ${ids.map((id) => `(${id}, 'n')`).join(',')}`)
    await add([1, 2, 3])
    const name = uniqueName('dist')
    const [one, other] = [await startWorker(name, broker.bootstrap), await startWorker(name, broker.bootstrap)]
    for (const { call } of [one, other])
      await waitFor('it is ready', async () => (await call('GET', '/health')).status === 200)

    const source = {
      'connector.class': 'JdbcSource',
      ...from.login,
      mode: 'incrementing',
      'incrementing.column.name': 'id',
      'table.whitelist': 'orders',
      'topic.prefix': `${name}-`,
      'poll.interval.ms': '200',
    }
    const sink = {
      'connector.class': 'JdbcSink',
      ...to.login,
      topics: `${name}-orders`,
      'table.name.format': 'copied',
      'auto.create': 'true',
      'insert.mode': 'upsert',
      'pk.mode': 'record_value',
      'pk.fields': 'id',
    }
    expect((await one.call('PUT', '/connectors/src/config', source)).status).toBe(201)
    expect((await other.call('PUT', '/connectors/snk/config', sink)).status).toBe(201)
    const copied = async () => (await to.query('select id from copied order by id')).map(({ id }) => id)
    await waitFor('the rows arrive', async () => (await copied()).length === 3)
    await untilStates(one.call, 'src', 'RUNNING: RUNNING')
    const ownerOf = async (name: string) => (await statusOf(one.call, name))?.tasks[0]?.worker_id
    await waitFor('each worker has a task', async () => {
      const owners = [await ownerOf('src'), await ownerOf('snk')]
      return !owners.includes(undefined) && owners[0] !== owners[1]
    })

    expect(await other.stop()).toBe(0)
    await add([4, 5])
    await waitFor('the further rows arrive', async () => (await copied()).length === 5)
    expect(await copied()).toEqual([1, 2, 3, 4, 5])
    expect(await one.stop()).toBe(0)
  })

  test('says what is missing in the worker file, and ends with 2', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rowbridge-dist-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'worker.properties')
    writeFileSync(file, `key.converter=${JSON_CONVERTER}\nvalue.converter=${JSON_CONVERTER}\n`)
    const { code, stdout } = await rowbridge(['distributed', file])
    expect([code, stdout.includes('group.id')]).toEqual([2, true])
  })
})

async function startWorker(name: string, bootstrap: string) {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-dist-'))
  const url = `http://127.0.0.1:${await freePort()}`
  const props = {
    'bootstrap.servers': bootstrap,
    'group.id': name,
    'config.storage.topic': `${name}-configs`,
    'offset.storage.topic': `${name}-offsets`,
    'status.storage.topic': `${name}-status`,
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'scheduled.rebalance.max.delay.ms': '1000',
    'key.converter': JSON_CONVERTER,
    'value.converter': JSON_CONVERTER,
    'rest.advertised.host.name': '127.0.0.1',
    listeners: url,
  }
  const file = join(folder, 'worker.properties')
  writeFileSync(
    file,
    Object.entries(props)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  const { process: child, output, ended } = startRowbridge(['distributed', file])
  onTestFinished(({ task }) => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
    if (task.result?.state === 'fail') process.stderr.write(`The worker had printed:\n${output().slice(-6000)}\n`)
  })
  return {
    call: callerOf(url),
    stop: async () => {
      child.kill('SIGTERM')
      return (await ended).code
    },
  }
}
