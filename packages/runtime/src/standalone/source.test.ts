import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RetriableError } from '@rowbridge/api'
import { openKafka, type Kafka } from '@rowbridge/kafka'
import type { OpenKafka } from '../task/host.js'
import { quietLog, rowsTo, until, workerFixture, type WorkerFixture } from './worker-fixture.js'

let fixture: WorkerFixture
beforeEach(async () => {
  fixture = await workerFixture()
})
afterEach(() => fixture.dispose())

const source = { 'connector.class': 'GeneratorSource', topic: 'rows' }
const stateOf = async (name: string) => {
  const { connector, tasks } = await fixture.worker.herder.status(name)
  return [connector.state, ...tasks.map(({ state }) => state)].join(' ')
}
const isSent = (count: number) => () => {
  const row = fixture.worker.progress().find(({ type }) => type === 'source')
  return fixture.control.committed.some((offset) => (offset as { next: number }).next >= count) && row !== undefined
}

describe('a source task', () => {
  it('writes all rows in order and remembers where it was when the worker stops', async () => {
    fixture.control.rows = 95
    await fixture.worker.herder.create('gen', source)
    await until('all rows are sent', isSent(95))

    await fixture.restart()

    expect(await fixture.read('rows')).toEqual(rowsTo(95))
    await fixture.worker.herder.create('gen', source)
    expect(await fixture.worker.herder.offsets('gen')).toEqual([{ partition: { task: '0' }, offset: { next: 95 } }])
  })

  it('resumes after the last acked batch', async () => {
    fixture.control.rows = 40
    await fixture.worker.herder.create('gen', source)
    await until('all rows are sent', isSent(40))
    await fixture.restart()

    fixture.control.rows = 70
    await fixture.worker.herder.create('gen', source)
    await until('all rows are sent', isSent(70))

    expect(fixture.control.startedAt).toEqual([null, { next: 40 }])
    expect(await fixture.read('rows')).toEqual(rowsTo(70))
  })

  it('sends again what was acked but not yet committed when it was killed', async () => {
    const offsets = join(fixture.folder, 'connect.offsets')
    fixture.control.rows = 20
    await fixture.worker.herder.create('gen', source)
    await until('all rows are sent', isSent(20))
    await fixture.restart()
    await copyFile(offsets, `${offsets}.before`)
    fixture.control.rows = 50
    await fixture.worker.herder.create('gen', source)
    await until('all rows are sent', isSent(50))
    await fixture.worker.stop()
    await copyFile(`${offsets}.before`, offsets)

    await fixture.restart()
    fixture.control.committed.length = 0
    await fixture.worker.herder.create('gen', source)
    await until('all rows are sent again', isSent(50))

    expect(await fixture.read('rows')).toEqual([...rowsTo(50), ...rowsTo(50).slice(20)])
  })

  it('commits offsets every offset.flush.interval.ms', async () => {
    await fixture.restart({ 'offset.flush.interval.ms': '20' })
    fixture.control.rows = 30
    await fixture.worker.herder.create('gen', source)
    await until('all rows are sent', isSent(30))

    await until('an offset is stored', async () => (await fixture.worker.herder.offsets('gen')).length > 0)

    expect(await stateOf('gen')).toBe('RUNNING RUNNING')
  })

  it('pauses, resumes, stops and starts again without losing or doubling a row', async () => {
    const { herder } = fixture.worker
    fixture.control.rows = 30
    await herder.create('gen', source)
    await until('the first rows are sent', isSent(30))
    await herder.setTargetState('gen', 'PAUSED')
    await until('it is paused', async () => (await stateOf('gen')) === 'PAUSED PAUSED')
    fixture.control.rows = 60
    expect(await fixture.read('rows')).toHaveLength(30)

    await herder.setTargetState('gen', 'STARTED')
    await until('further rows are sent', isSent(60))
    await herder.setTargetState('gen', 'STOPPED')
    expect(await stateOf('gen')).toBe('STOPPED')
    expect(await herder.tasks('gen')).toEqual([])
    fixture.control.rows = 90
    await herder.setTargetState('gen', 'STARTED')
    await until('the last rows are sent', isSent(90))

    expect(await fixture.read('rows')).toEqual(rowsTo(90))
  })

  it('fails alone, tells why, and runs on after a restart', async () => {
    const { herder } = fixture.worker
    fixture.control.rows = 50
    fixture.control.beforePoll = (name, next) => {
      if (name === 'bad' && next >= 20) throw new TypeError('table lost')
    }
    await herder.create('bad', { ...source, topic: 'bad' })
    await herder.create('good', { ...source, topic: 'good' })
    await until('the bad one failed', async () => (await stateOf('bad')) === 'RUNNING FAILED')
    await until('the good one has all rows', async () => (await fixture.read('good')).length === 50)
    expect((await herder.status('bad')).tasks[0]?.trace).toContain('TypeError: table lost')

    fixture.control.beforePoll = () => undefined
    const plan = await herder.restart('bad', { includeTasks: true, onlyFailed: true })
    expect([plan.connector.state, plan.tasks[0]?.state]).toEqual(['RUNNING', 'RESTARTING'])
    await until('it runs again', async () => (await stateOf('bad')) === 'RUNNING RUNNING')
    await until('all rows are there', async () => (await fixture.read('bad')).length === 50)

    expect(await fixture.read('bad')).toEqual(rowsTo(50))
  })

  it('polls again after an error that may mend', async () => {
    let failures = 2
    fixture.control.rows = 20
    fixture.control.beforePoll = () => {
      if (failures > 0) throw new RetriableError('gone', `connection lost ${(failures -= 1)}`)
    }
    await fixture.worker.herder.create('gen', source)
    await until('all rows are sent', isSent(20))

    expect(await stateOf('gen')).toBe('RUNNING RUNNING')
    expect(fixture.log.filter(({ message }) => message.startsWith('Poll failed'))).toHaveLength(2)
  })

  it('fails on a record that cannot be written, and sends none after it', async () => {
    fixture.control.rows = 30
    fixture.control.textOf = (row) => (row === 13 ? 'UNWRITABLE' : `row ${row}`)
    await fixture.worker.herder.create('gen', source)
    await until('it failed', async () => (await stateOf('gen')) === 'RUNNING FAILED')

    const trace = (await fixture.worker.herder.status('gen')).tasks[0]?.trace
    expect(trace).toContain('record 4 of 10 for rows of source partition {"task":"0"} up to offset {"next":20}')
    expect(await fixture.read('rows')).toEqual(rowsTo(10))
    expect(await fixture.worker.herder.offsets('gen')).toEqual([{ partition: { task: '0' }, offset: { next: 10 } }])
  })

  it('with errors.tolerance=all skips and logs such a record', async () => {
    fixture.control.rows = 30
    fixture.control.textOf = (row) => (row === 13 ? 'UNWRITABLE' : `row ${row}`)
    await fixture.worker.herder.create('gen', { ...source, 'errors.tolerance': 'all' })
    await until('all rows are sent', isSent(30))

    expect(await fixture.read('rows')).toEqual(rowsTo(30).filter((text) => text !== 'row 13'))
    const reports = fixture.log.filter(({ message }) => message.startsWith('Error encountered in task gen-0.'))
    expect(reports).toHaveLength(1)
    expect(reports[0]?.message).toContain("'KEY_CONVERTER' with class 'test.TextConverter'")
  })

  it('creates its topic as the connector says', async () => {
    fixture.control.rows = 10
    const creation = {
      'topic.creation.groups': 'wide',
      'topic.creation.default.partitions': '1',
      'topic.creation.default.replication.factor': '-1',
      'topic.creation.wide.include': 'ro.*',
      'topic.creation.wide.partitions': '3',
    }
    await fixture.worker.herder.create('gen', { ...source, ...creation })
    await until('all rows are sent', isSent(10))

    const kafka = await openKafka(
      { 'bootstrap.servers': `embedded:${join(fixture.folder, 'log')}` },
      { clientId: 'test', log: quietLog, access: 'own' },
    )
    const topic = await kafka.admin('test').describe('rows')
    await kafka.close()
    expect(topic?.partitions).toBe(3)
    expect(await fixture.worker.herder.topics('gen')).toEqual(['rows'])
  })
})

/** The real log, of which every third send fails once before anything is written. */
const shakyKafka: OpenKafka = async (props, options) => {
  const kafka = await openKafka(props, options)
  let sends = 0
  const producer: Kafka['producer'] = (producerOptions) => {
    const real = kafka.producer(producerOptions)
    return {
      send: (batch) => {
        sends += 1
        return sends % 3 === 0 ? Promise.reject(new RetriableError('no-broker', 'no broker')) : real.send(batch)
      },
      close: (timeoutMs) => real.close(timeoutMs),
    }
  }
  return { ...wrapped(kafka), producer }
}

function wrapped(kafka: Kafka): Kafka {
  return {
    producer: (options) => kafka.producer(options),
    consumer: (options) => kafka.consumer(options),
    admin: (clientId) => kafka.admin(clientId),
    member: (options) => kafka.member(options),
    close: () => kafka.close(),
  }
}

it('keeps the order of rows when sends have to be repeated', async () => {
  const shaky = await workerFixture({ openKafka: shakyKafka })
  try {
    shaky.control.rows = 100
    await shaky.worker.herder.create('gen', { ...source, 'batch.size': '7' })
    await until('all rows are there', async () => (await shaky.read('rows')).length >= 100)

    expect(await shaky.read('rows')).toEqual(rowsTo(100))
  } finally {
    await shaky.dispose()
  }
})

/** The real log, which takes what it is sent and never answers. */
const silentKafka: OpenKafka = async (props, options) => {
  const kafka = await openKafka(props, options)
  const silent = { send: () => new Promise<void>(() => undefined), close: () => Promise.resolve() }
  return { ...wrapped(kafka), producer: () => silent }
}

it('does not wait for a log that does not answer when it is to stop', async () => {
  const silent = await workerFixture({
    openKafka: silentKafka,
    props: { 'task.shutdown.graceful.timeout.ms': '600000' },
  })
  try {
    silent.control.rows = 10
    await silent.worker.herder.create('gen', { ...source, 'offset.flush.timeout.ms': '600000' })
    await until('a send is open', () => silent.worker.progress()[0]?.metrics['source-record-active-count'] === 1)
  } finally {
    await silent.dispose()
  }
  expect(silent.log.map(({ message }) => message)).toContainEqual(expect.stringContaining('will be polled again'))
  expect(silent.log.map(({ message }) => message)).not.toContainEqual(expect.stringContaining('given up'))
})
