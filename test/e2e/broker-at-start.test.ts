// A broker that is not there yet when the worker starts, as after a restart of the whole machine.
import Sqlite from 'better-sqlite3'
import { describeWith, waitFor } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { Workplace } from './command.js'

describeWith(['privateKafka'], 'a worker that starts before its broker', ({ privateKafka }) => {
  it('carries rows once the broker is there; no task has failed', async () => {
    await using place = await Workplace.open()
    const source = new Sqlite(place.path('source.db'))
    source.exec("create table t (id integer primary key, name text); insert into t values (1, 'Ann')")
    source.close()
    await privateKafka.kill()
    const worker = await place.worker(
      await place.workerFile(`bootstrap.servers=${privateKafka.bootstrap}`),
      await place.file('source.json', JSON.stringify({ name: 'src', config: place.sourceConfig() })),
      await place.file('sink.json', JSON.stringify({ name: 'snk', config: place.sinkConfig() })),
    )
    await waitFor('a try of the sink', () => worker.output().includes('Reaching Kafka failed'))
    await privateKafka.restart()
    const sink = await waitFor(
      'the database of the sink',
      () => new Sqlite(place.path('sink.db'), { fileMustExist: true }),
      { timeoutMs: 60_000 },
    )
    await waitFor('the row', () => sink.prepare('select id, name from t').all().length === 1, { timeoutMs: 60_000 })
    sink.close()
    expect(worker.output()).not.toContain('ERROR')
  })
})
