// The worker is killed at random moments while rows are inserted: none may be missing, and with upsert none doubled.
import { setTimeout as pause } from 'node:timers/promises'
import { uniqueName, describeWith, waitFor } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { workerFiles, startWorker } from './worker-process.js'

const KILLS = 20

describeWith(['mariadb', 'postgresql', 'kafka'], 'a worker killed at random moments on Kafka', (servers) => {
  it(`carries every row once through ${KILLS} kills`, async () => {
    await using source = await servers.mariadb.database()
    await using target = await servers.postgresql.database()
    const prefix = `${uniqueName('kill')}_`
    await source.query('create table numbers(id bigint auto_increment primary key, text varchar(60) not null)')
    const files = await workerFiles(
      { 'bootstrap.servers': servers.kafka.bootstrap, 'offset.flush.interval.ms': '200' },
      [
        {
          name: `${prefix}source`,
          'connector.class': 'JdbcSource',
          'connection.url': source.jdbcUrl,
          'connection.user': source.user,
          'connection.password': source.password,
          mode: 'incrementing',
          'table.whitelist': 'numbers',
          'topic.prefix': prefix,
          'poll.interval.ms': '20',
        },
        {
          name: `${prefix}sink`,
          'connector.class': 'JdbcSink',
          'connection.url': target.jdbcUrl,
          'connection.user': target.user,
          'connection.password': target.password,
          topics: `${prefix}numbers`,
          'insert.mode': 'upsert',
          'pk.mode': 'record_value',
          'pk.fields': 'id',
          'auto.create': 'true',
          'consumer.override.session.timeout.ms': '6000',
        },
      ],
    )
    let inserted = 0
    const inserting = new AbortController()
    const inserter = (async () => {
      while (!inserting.signal.aborted) {
        const texts = Array.from({ length: 50 }, (_, i) => `('row ${inserted + i}')`)
        await source.query(`insert into numbers(text) values ${texts.join(',')}`)
        inserted += 50
        await pause(20)
      }
    })()
    for (let kill = 0; kill < KILLS; kill += 1) {
      const worker = await startWorker(files)
      await pause(Math.random() * 1500)
      await worker.kill('SIGKILL')
    }
    inserting.abort()
    await inserter
    await using worker = await startWorker(files)
    const count = async () => Number((await target.query(`select count(*) as n from "${prefix}numbers"`))[0]?.['n'])
    await waitFor('all rows', async () => (await count()) >= inserted, { timeoutMs: 120_000 })
    const wanted = await source.query('select id, text from numbers order by id')
    const got = await target.query(`select id, text from "${prefix}numbers" order by id`)
    expect(got.map(shown)).toEqual(wanted.map(shown))
    expect(worker.exitCode).toBeNull()
  })
})

/** The drivers differ in how they hand over a 64-bit integer. */
function shown(row: Record<string, unknown>): string {
  return `${Number(row['id'])} ${String(row['text'])}`
}
