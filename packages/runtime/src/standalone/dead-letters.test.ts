// The dead letter queue of sinks, on the embedded log.
import { DataError, RetriableError, type Props, type SinkBatch } from '@rowbridge/api'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { until, withoutTopic, workerFixture, type WorkerFixture } from './worker-fixture.js'

const queue: Props = {
  'connector.class': 'CollectorSink',
  topics: 'in',
  'errors.tolerance': 'all',
  'errors.deadletterqueue.topic.name': 'letters',
  'errors.deadletterqueue.topic.replication.factor': '1',
}
const withHeaders: Props = { ...queue, 'errors.deadletterqueue.context.headers.enable': 'true' }

let fixture: WorkerFixture
beforeEach(async () => {
  fixture = await workerFixture()
})
afterEach(() => fixture.dispose())

const values = () => fixture.control.received.map((line) => line.slice(line.indexOf('=') + 1))
const lettersAre = (count: number) => async () => (await fixture.records('letters')).length >= count
const committed = async () => (await fixture.worker.herder.offsets('out')).map(({ offset }) => offset)
const metrics = () => fixture.worker.progress()[0]?.metrics ?? {}
const holds = (batches: readonly SinkBatch[], text: string) => batches.some(({ value }) => value.values.includes(text))

it('takes what cannot be read, changed or written, each as it was read', async () => {
  fixture.control.beforePut = (_, batches) => {
    if (holds(batches, 'LONG')) throw new DataError('too-long', 'value too long')
  }
  await fixture.produce('in', ['a', 'UNREADABLE', 'BAD', 'b', 'long', 'c'])
  const loud = { transforms: 'loud', 'transforms.loud.type': 'test.Shout$Value' }
  await fixture.worker.herder.create('out', { ...queue, ...loud })
  await until('all records are dealt with', async () => values().length === 3 && (await lettersAre(3)()))
  await fixture.worker.herder.setTargetState('out', 'STOPPED')

  expect(values()).toEqual(['A', 'B', 'C'])
  expect((await fixture.records('letters')).map(({ value, headers }) => [value, headers])).toEqual([
    ['UNREADABLE', []],
    ['BAD', []],
    ['long', []],
  ])
  expect(await committed()).toEqual([{ kafka_offset: 6 }])
  expect(fixture.log.filter(({ message }) => message.startsWith('Error encountered'))).toEqual([])
})

it('says in headers why, under the names that readers of dead letters know', async () => {
  fixture.control.beforePut = (_, batches) => {
    if (holds(batches, 'long')) {
      throw new DataError('too-long', 'value too long', {
        hint: 'Widen it.',
        facts: { column: 'name', sqlstate: '22001' },
      })
    }
  }
  await fixture.produce('in', ['a', 'long'])
  await fixture.worker.herder.create('out', withHeaders)
  await until('the letter is there', lettersAre(1))

  const [letter] = await fixture.records('letters')
  expect(letter?.headers.filter(([name]) => name !== '__connect.errors.exception.stacktrace')).toEqual([
    ['__connect.errors.topic', 'in'],
    ['__connect.errors.partition', '0'],
    ['__connect.errors.offset', '1'],
    ['__connect.errors.connector.name', 'out'],
    ['__connect.errors.task.id', '0'],
    ['__connect.errors.stage', 'TASK_PUT'],
    ['__connect.errors.class.name', 'test.CollectorSinkTask'],
    ['__connect.errors.exception.class.name', 'org.apache.kafka.connect.errors.DataException'],
    ['__connect.errors.exception.message', 'value too long'],
    ['__rowbridge.errors.code', 'too-long'],
    ['__rowbridge.errors.hint', 'Widen it.'],
    ['__rowbridge.errors.column', 'name'],
    ['__rowbridge.errors.sqlstate', '22001'],
  ])
  expect(letter?.headers[9]?.[1]).toMatch(/^org\.apache\.kafka\.connect\.errors\.DataException: value too long\n\tat /)
})

it('counts what it takes', async () => {
  await fixture.produce('in', ['UNREADABLE', 'a', 'UNREADABLE'])
  await fixture.worker.herder.create('out', queue)
  await until('the figures are told', () => metrics()['total-records-skipped'] === 2)

  expect(metrics()).toMatchObject({
    'total-record-errors': 2,
    'total-record-failures': 2,
    'deadletterqueue-produce-requests': 2,
  })
})

it('with errors.log.enable is told beside the log, with the record where that is wanted', async () => {
  await fixture.produce('in', ['UNREADABLE'])
  const told = { 'errors.log.enable': 'true', 'errors.log.include.messages': 'true' }
  await fixture.worker.herder.create('out', { ...queue, ...told })
  await until('the letter is there', lettersAre(1))

  const [line] = fixture.log.filter(({ message }) => message.startsWith('Error encountered in task out-0.'))
  expect(line?.message).toMatch(
    /'VALUE_CONVERTER' with class 'test.TextConverter'.*where consumed record is \{topic='in', partition=0, offset=0, timestamp=\d+, timestampType=CreateTime\}/,
  )
})

it('takes a record that the task reports, while the task goes on with the others', async () => {
  fixture.control.report = (text) => (text === 'odd' ? new DataError('odd', 'an odd record') : null)
  await fixture.produce('in', ['a', 'odd', 'b'])
  await fixture.worker.herder.create('out', withHeaders)
  await until('all records are dealt with', async () => values().length === 2 && (await lettersAre(1)()))
  await fixture.worker.herder.setTargetState('out', 'STOPPED')

  expect(values()).toEqual(['a', 'b'])
  expect(fixture.control.puts).toHaveLength(1)
  const [letter] = await fixture.records('letters')
  expect([letter?.value, letter?.headers[5]]).toEqual(['odd', ['__connect.errors.stage', 'TASK_PUT']])
  expect(await committed()).toEqual([{ kafka_offset: 3 }])
})

it('takes a reported record once, however often the put is repeated', async () => {
  fixture.control.report = (text) => (text === 'odd' ? new DataError('odd', 'an odd record') : null)
  let failures = 2
  fixture.control.afterReports = () => {
    failures -= 1
    if (failures >= 0) throw new RetriableError('busy', 'table is locked')
  }
  await fixture.produce('in', ['a', 'odd'])
  await fixture.worker.herder.create('out', queue)
  await until('the put is done', () => values().length === 1)
  await fixture.worker.herder.setTargetState('out', 'STOPPED')

  expect((await fixture.records('letters')).map(({ value }) => value)).toEqual(['odd'])
})

it('takes nothing when the database is away: the same is tried again', async () => {
  let isAway = true
  fixture.control.beforePut = () => {
    if (isAway) throw new RetriableError('connection-lost', 'no connection')
  }
  await fixture.produce('in', ['a', 'b'])
  await fixture.worker.herder.create('out', queue)
  await until('some puts failed', () => fixture.control.puts.length > 1)
  isAway = false
  await until('all records are put', () => values().length === 2)

  expect(await fixture.records('letters')).toEqual([])
})

it('is made when the task starts, before there is anything to put into it', async () => {
  await fixture.produce('in', ['a'])
  await fixture.worker.herder.create('out', queue)
  await until('the record is put', () => values().length === 1)

  expect(fixture.log.some(({ message }) => message === 'Created dead letter queue letters')).toBe(true)
})

it('is told of the record before errors.tolerance=none fails the task', async () => {
  await fixture.produce('in', ['a', 'UNREADABLE', 'b'])
  await fixture.worker.herder.create('out', { ...queue, 'errors.tolerance': 'none' })
  await until('it failed', async () => (await fixture.worker.herder.status('out')).tasks[0]?.state === 'FAILED')

  expect((await fixture.records('letters')).map(({ value }) => value)).toEqual(['UNREADABLE'])
})

it('keeps an offset back until it has the record', async () => {
  const failing = await workerFixture({ openKafka: withoutTopic('letters') })
  try {
    await failing.produce('in', ['a', 'UNREADABLE', 'b'])
    await failing.worker.herder.create('out', queue)
    await until('the letter was refused', () =>
      failing.log.some(({ message }) => message.startsWith('Sending to the dead')),
    )
    await failing.worker.herder.setTargetState('out', 'STOPPED')

    expect(await failing.worker.herder.offsets('out')).toEqual([])
  } finally {
    await failing.dispose()
  }
})
