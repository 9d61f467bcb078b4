import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataError, RetriableError, type SinkBatch } from '@rowbridge/api'
import { openKafka } from '@rowbridge/kafka'
import { quietLog, rowsTo, until, workerFixture, type WorkerFixture } from './worker-fixture.js'

let fixture: WorkerFixture
beforeEach(async () => {
  fixture = await workerFixture()
})
afterEach(() => fixture.dispose())

const sink = { 'connector.class': 'CollectorSink', topics: 'in' }
const values = () => fixture.control.received.map((line) => line.slice(line.indexOf('=') + 1))
const has = (count: number) => () => fixture.control.received.length >= count
const stateOf = async (name: string) => {
  const { connector, tasks } = await fixture.worker.herder.status(name)
  return [connector.state, ...tasks.map(({ state }) => state)].join(' ')
}
const committedOf = async (name: string) => {
  const offsets = await fixture.worker.herder.offsets(name)
  return offsets.map(({ offset }) => (offset as { kafka_offset: number }).kafka_offset)
}
const holds = (batches: readonly SinkBatch[], text: string) =>
  batches.some((batch) => batch.value.values.includes(text))

describe('a sink task', () => {
  it('is given all records in order and commits them when it stops', async () => {
    await fixture.produce('in', rowsTo(1200))
    await fixture.worker.herder.create('out', sink)
    await until('all records are put', has(1200))

    await fixture.worker.herder.setTargetState('out', 'STOPPED')

    expect(values()).toEqual(rowsTo(1200))
    expect(await fixture.worker.herder.offsets('out')).toEqual([
      { partition: { kafka_partition: 0, kafka_topic: 'in' }, offset: { kafka_offset: 1200 } },
    ])
    expect(await fixture.worker.herder.topics('out')).toEqual(['in'])
  })

  it('goes on where it was', async () => {
    await fixture.produce('in', rowsTo(10))
    await fixture.worker.herder.create('out', sink)
    await until('the first records are put', has(10))
    await fixture.restart()
    await fixture.produce('in', ['more'])

    await fixture.worker.herder.create('out', sink)
    await until('the last record is put', has(11))

    expect(values()).toEqual([...rowsTo(10), 'more'])
  })

  it('waits for a topic that does not exist yet, and says so', async () => {
    await fixture.worker.herder.create('out', { ...sink, topics: 'later' })
    await until('it runs', async () => (await stateOf('out')) === 'RUNNING RUNNING')
    expect(fixture.log.some(({ message }) => message.startsWith('Topic later does not exist'))).toBe(true)

    await fixture.produce('later', ['a'])
    await until('the record is put', has(1))

    expect(fixture.control.received).toEqual(['later-0@0=a'])
  })

  it('reads every topic that matches topics.regex as a whole', async () => {
    await fixture.produce('orders', ['a'])
    await fixture.produce('orders-old', ['b'])
    await fixture.worker.herder.create('out', { 'connector.class': 'CollectorSink', 'topics.regex': 'ord...' })
    await until('the record is put', has(1))
    await fixture.worker.herder.setTargetState('out', 'STOPPED')

    expect(fixture.control.received).toEqual(['orders-0@0=a'])
  })

  it('is given the same batches again after an error that may mend, none lost and none twice', async () => {
    let failures = 2
    fixture.control.beforePut = () => {
      if (failures > 0) throw new RetriableError('busy', `deadlock ${(failures -= 1)}`)
    }
    await fixture.produce('in', rowsTo(1500))
    await fixture.worker.herder.create('out', sink)
    await until('all records are put', has(1500))

    const [first] = fixture.control.puts
    expect(fixture.control.puts.slice(0, 3)).toEqual([first, first, first])
    expect(values()).toEqual(rowsTo(1500))
    expect(await stateOf('out')).toBe('RUNNING RUNNING')
  })

  it('that fails tells the records it failed on, and leaves its siblings alone', async () => {
    fixture.control.beforePut = (name) => {
      if (name === 'bad') throw new TypeError('no such table')
    }
    await fixture.produce('in', rowsTo(3))
    await fixture.worker.herder.create('bad', sink)
    await fixture.worker.herder.create('good', sink)
    await until('the bad one failed', async () => (await stateOf('bad')) === 'RUNNING FAILED')
    await until('the good one has all records', has(3))

    const trace = (await fixture.worker.herder.status('bad')).tasks[0]?.trace
    expect(trace).toContain('Writing in-0@0..2 failed')
    expect(trace).toContain('Caused by: TypeError: no such table')
    expect(await stateOf('good')).toBe('RUNNING RUNNING')
    expect(await committedOf('bad')).toEqual([])
  })

  it('names the one record that cannot be written, after its elders were written', async () => {
    fixture.control.beforePut = (_, batches) => {
      if (holds(batches, 'row 6')) throw new DataError('too-long', 'value too long')
    }
    await fixture.produce('in', rowsTo(10))
    await fixture.worker.herder.create('out', sink)
    await until('it failed', async () => (await stateOf('out')) === 'RUNNING FAILED')

    expect((await fixture.worker.herder.status('out')).tasks[0]?.trace).toContain('in-0@6: value too long')
    expect(values()).toEqual(rowsTo(6))
    expect(await committedOf('out')).toEqual([6])
  })

  it('with errors.tolerance=all skips and logs records that cannot be written or read', async () => {
    fixture.control.beforePut = (_, batches) => {
      if (holds(batches, 'bad')) throw new DataError('too-long', 'value too long')
    }
    await fixture.produce('in', ['a', 'UNREADABLE', 'b', 'bad', 'c'])
    await fixture.worker.herder.create('out', { ...sink, 'errors.tolerance': 'all' })
    await until('the good records are put', has(3))
    await fixture.worker.herder.setTargetState('out', 'STOPPED')

    expect(values()).toEqual(['a', 'b', 'c'])
    expect(await committedOf('out')).toEqual([5])
    const reports = fixture.log.filter(({ message }) => message.startsWith('Error encountered in task out-0.'))
    expect(
      reports.map(({ message }) => /'([A-Z_]+)'.*is (\S+)\. The record is skipped/.exec(message)?.slice(1)),
    ).toEqual([
      ['VALUE_CONVERTER', 'in-0@1'],
      ['TASK_PUT', 'in-0@3'],
    ])
  })

  it('with errors.tolerance=none fails on a record that cannot be read, naming it', async () => {
    await fixture.produce('in', ['a', 'UNREADABLE'])
    await fixture.worker.herder.create('out', sink)
    await until('it failed', async () => (await stateOf('out')) === 'RUNNING FAILED')

    expect((await fixture.worker.herder.status('out')).tasks[0]?.trace).toContain('in-0@1, value: cannot be read')
  })

  it('pauses and resumes', async () => {
    const { herder } = fixture.worker
    await fixture.produce('in', ['a'])
    await herder.create('out', sink)
    await until('the first record is put', has(1))
    await herder.setTargetState('out', 'PAUSED')
    await until('it is paused', async () => (await stateOf('out')) === 'PAUSED PAUSED')
    await until('what was put is committed', async () => (await committedOf('out'))[0] === 1)
    await fixture.produce('in', ['b'])
    expect(values()).toEqual(['a'])

    await herder.setTargetState('out', 'STARTED')
    await until('the second record is put', has(2))

    expect(values()).toEqual(['a', 'b'])
  })

  it('created paused is not started until it is resumed', async () => {
    await fixture.produce('in', ['a'])
    await fixture.worker.herder.create('out', sink, 'PAUSED')
    expect(await stateOf('out')).toBe('PAUSED')

    await fixture.worker.herder.setTargetState('out', 'STARTED')
    await until('the record is put', has(1))

    expect(await stateOf('out')).toBe('RUNNING RUNNING')
  })

  it('commits what it put before another member of its group goes on', async () => {
    await createTopic('in', 2)
    await fixture.produce('in', rowsTo(50))
    const shared = { ...sink, 'consumer.override.group.id': 'shared' }
    await fixture.worker.herder.create('one', shared)
    await until('the first member has all records', has(50))

    await fixture.worker.herder.create('two', shared)
    await until('the second member has a partition', () =>
      fixture.control.opened.some((name) => name.startsWith('two:')),
    )
    await fixture.produce('in', ['last'])
    await until('the last record is put', has(51))

    expect(values()).toEqual([...rowsTo(50), 'last'])
    expect(fixture.control.closed.slice(0, 2).sort()).toEqual(['one:in-0', 'one:in-1'])
  })

  it('ends the put that is on before another member goes on', async () => {
    await createTopic('in', 2)
    await fixture.produce('in', rowsTo(50))
    const release = new AbortController()
    const released = once(release.signal, 'abort')
    fixture.control.beforePut = async (name) => {
      if (name === 'one') await released
    }
    const shared = { ...sink, 'consumer.override.group.id': 'shared' }
    await fixture.worker.herder.create('one', shared)
    await until('a put is on', () => fixture.control.puts.length === 1)

    await fixture.worker.herder.create('two', shared)
    await until('the second member runs', async () => (await stateOf('two')) === 'RUNNING RUNNING')
    setTimeout(() => release.abort(), 400)
    await until(
      'both have a partition',
      () => fixture.control.opened.filter((name) => name.startsWith('two:')).length > 0,
    )
    await fixture.produce('in', ['last'])
    await until('the last record is put', has(51))
    await fixture.worker.herder.setTargetState('one', 'STOPPED')

    expect(values()).toEqual([...rowsTo(50), 'last'])
  })

  it('leaves what it could not write to the member that takes over, none lost and none twice', async () => {
    await createTopic('in', 2)
    await fixture.produce('in', rowsTo(1500))
    let isShared = false
    fixture.control.beforePut = (name) => {
      if (name === 'one' && !isShared) throw new RetriableError('busy', 'table is locked')
    }
    const shared = { ...sink, 'consumer.override.group.id': 'shared' }
    await fixture.worker.herder.create('one', shared)
    await until('a put failed', () => fixture.control.puts.length > 0)
    await fixture.worker.herder.create('two', shared)
    await until('both have a partition', () => fixture.control.opened.some((name) => name.startsWith('two:')))
    isShared = true
    await until('all records are put', has(1500))
    await fixture.worker.herder.setTargetState('one', 'STOPPED')
    await fixture.worker.herder.setTargetState('two', 'STOPPED')

    expect(values()).toEqual(rowsTo(1500))
    expect((await committedOf('one')).reduce((sum, offset) => sum + offset, 0)).toBe(1500)
  })

  it('whose put is ended by the stop does not fail', async () => {
    let isPutting = false
    fixture.control.beforePut = async (_connector, _batches, signal) => {
      isPutting = true
      await once(signal, 'abort')
      signal.throwIfAborted()
    }
    await fixture.produce('in', rowsTo(3))
    await fixture.worker.herder.create('out', sink)
    await until('it puts', () => isPutting)
    await fixture.worker.stop()
    expect(fixture.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('that hangs is given up when the time of a graceful stop is over', async () => {
    const release = new AbortController()
    const released = once(release.signal, 'abort')
    fixture.control.beforePut = async () => {
      await released
    }
    await fixture.restart({ 'task.shutdown.graceful.timeout.ms': '300' })
    await fixture.produce('in', ['a'])
    await fixture.worker.herder.create('out', sink)
    await until('a put is on', () => fixture.control.puts.length === 1)

    const start = Date.now()
    await fixture.worker.stop()

    expect(Date.now() - start).toBeLessThan(2000)
    expect(fixture.log.some(({ message }) => message.includes('out-0 did not end within'))).toBe(true)
    release.abort()
  })
})

async function createTopic(topic: string, partitions: number): Promise<void> {
  const props = { 'bootstrap.servers': `embedded:${join(fixture.folder, 'log')}` }
  const kafka = await openKafka(props, { clientId: 'test', log: quietLog, access: 'own' })
  await kafka.admin('test').createTopic({ topic, partitions, replicationFactor: 1 })
  await kafka.close()
}
