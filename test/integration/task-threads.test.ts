// Tasks run on threads of their own as they run beside the worker: nothing but the port connects them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker as Thread } from 'node:worker_threads'
import { jdbcSink, jdbcSource } from '@rowbridge/connector-jdbc'
import { jsonConverter } from '@rowbridge/converters'
import { startStandalone } from '@rowbridge/runtime'
import { describeWith, uniqueName, waitFor } from '@rowbridge/testkit'
import Sqlite from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { quietLog } from './quiet-log.js'

const SCRIPT = new URL('./task-thread.mjs', import.meta.url)
const ROWS = 5_000

describeWith(['kafka'], 'tasks on threads', ({ kafka }) => {
  it('carry a table from one database to another', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rowbridge-threads-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const source = new Sqlite(join(folder, 'source.db'))
    source.exec('create table t(id integer primary key, name text)')
    source.exec(
      `insert into t with recursive n(i) as (select 1 union all select i + 1 from n where i < ${ROWS}) select i, 'row ' || i from n`,
    )
    const started: string[] = []
    const prefix = uniqueName('threads')
    const json = 'org.apache.kafka.connect.json.JsonConverter'
    const worker = await startStandalone({
      props: {
        'bootstrap.servers': kafka.bootstrap,
        'key.converter': json,
        'value.converter': json,
        'offset.storage.file.filename': join(folder, 'offsets'),
      },
      plugins: [jdbcSource, jdbcSink, jsonConverter],
      log: quietLog(),
      runTask: (port, spec) => {
        started.push(spec.connector)
        void new Thread(SCRIPT, { workerData: { port, spec }, transferList: [port], execArgv: [] })
      },
    })
    onTestFinished(() => worker.stop())
    await worker.herder.create('source', {
      'connector.class': 'JdbcSource',
      'connection.url': `jdbc:sqlite:${join(folder, 'source.db')}`,
      mode: 'incrementing',
      'table.whitelist': 't',
      'topic.prefix': `${prefix}_`,
    })
    await worker.herder.create('sink', {
      'connector.class': 'JdbcSink',
      'connection.url': `jdbc:sqlite:${join(folder, 'target.db')}`,
      topics: `${prefix}_t`,
      'table.name.format': 't',
      'auto.create': 'true',
      'insert.mode': 'upsert',
      'pk.mode': 'record_value',
      'pk.fields': 'id',
    })
    const target = await waitFor('the target', () => new Sqlite(join(folder, 'target.db'), { fileMustExist: true }))
    const count = () => target.prepare('select count(*) as n, count(distinct name) as names from t').get()
    await waitFor('every row', () => expect(count()).toEqual({ n: ROWS, names: ROWS }) ?? true)

    expect(started).toEqual(['source', 'sink'])
    expect((await worker.herder.status('sink')).tasks).toMatchObject([{ state: 'RUNNING' }])
  })
})
