// Transforms in the pipelines of a worker, on the embedded log.
import type { Props } from '@rowbridge/api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rowsTo, until, workerFixture, type WorkerFixture } from './worker-fixture.js'

const source: Props = { 'connector.class': 'test.GeneratorSourceConnector', topic: 'rows', 'batch.size': '5' }
const sink: Props = { 'connector.class': 'CollectorSink', topics: 'in' }
const loud: Props = { transforms: 'loud', 'transforms.loud.type': 'test.Shout$Value' }
/** Drops the records whose text is the given one. */
const without = (text: string): Props => ({
  transforms: 'drop',
  'transforms.drop.type': 'test.Drop',
  'transforms.drop.predicate': 'is',
  predicates: 'is',
  'predicates.is.type': 'test.TextIs',
  'predicates.is.text': text,
})

let fixture: WorkerFixture
beforeEach(async () => {
  fixture = await workerFixture()
})
afterEach(() => fixture.dispose())

const stateOf = async (name: string) => (await fixture.worker.herder.status(name)).tasks[0]?.state
const values = () => fixture.control.received.map((line) => line.slice(line.indexOf('=') + 1))
const offsetsOf = async (name: string) => (await fixture.worker.herder.offsets(name)).map(({ offset }) => offset)

describe('of a source', () => {
  it('change what goes into the topic', async () => {
    fixture.control.rows = 7
    await fixture.worker.herder.create('gen', { ...source, ...loud })
    await until('all rows are sent', async () => (await fixture.read('rows')).length === 7)

    expect(await fixture.read('rows')).toEqual(rowsTo(7).map((text) => text.toUpperCase()))
  })

  it('drop records, whose offsets count as done', async () => {
    fixture.control.rows = 10
    fixture.control.textOf = (row) => (row < 5 ? `row ${row}` : 'gone')
    await fixture.worker.herder.create('gen', { ...source, ...without('gone') })
    await until('all rows are dealt with', () => fixture.control.committed.length === 2)
    await fixture.worker.herder.setTargetState('gen', 'STOPPED')

    expect(await fixture.read('rows')).toEqual(rowsTo(5))
    expect(await offsetsOf('gen')).toEqual([{ next: 10 }])
  })

  it('part a batch into topics, and its offset waits for all of them', async () => {
    fixture.control.rows = 4
    fixture.control.textOf = (row) => (row === 2 ? 'b' : 'a')
    const spread = { transforms: 'spread', 'transforms.spread.type': 'Spread' }
    await fixture.worker.herder.create('gen', { ...source, ...spread })
    await until('the batch is dealt with', () => fixture.control.committed.length === 1)
    await fixture.worker.herder.setTargetState('gen', 'STOPPED')

    expect(await fixture.read('rows.a')).toEqual(['a', 'a', 'a'])
    expect(await fixture.read('rows.b')).toEqual(['b'])
    expect(await fixture.worker.herder.topics('gen')).toEqual(['rows.a', 'rows.b'])
    expect(await offsetsOf('gen')).toEqual([{ next: 4 }])
  })

  it('that fail on a record fail the task, and tell which record and transform', async () => {
    fixture.control.rows = 3
    fixture.control.textOf = (row) => (row === 1 ? 'BAD' : `row ${row}`)
    await fixture.worker.herder.create('gen', { ...source, ...loud })
    await until('it failed', async () => (await stateOf('gen')) === 'FAILED')

    const trace = (await fixture.worker.herder.status('gen')).tasks[0]?.trace
    expect(trace).toContain('record 2 of 3 for rows')
    expect(trace).toContain('test.Shout$Value: cannot be shouted. Whisper it.')
    expect(await offsetsOf('gen')).toEqual([])
  })

  it('with errors.tolerance=all leave out and log the records that they fail on', async () => {
    fixture.control.rows = 3
    fixture.control.textOf = (row) => (row === 1 ? 'BAD' : `row ${row}`)
    await fixture.worker.herder.create('gen', { ...source, ...loud, 'errors.tolerance': 'all' })
    await until('the others are sent', async () => (await fixture.read('rows')).length === 2)

    expect(await fixture.read('rows')).toEqual(['ROW 0', 'ROW 2'])
    const reports = fixture.log.filter(({ message }) => message.startsWith('Error encountered in task gen-0.'))
    expect(reports.map(({ message }) => message.includes("'TRANSFORMATION' with class 'test.Shout$Value'"))).toEqual([
      true,
    ])
  })
})

describe('of a sink', () => {
  it('go one after the other, each on the records that its predicate picks', async () => {
    const chain = {
      ...without('b'),
      transforms: 'drop,loud,shy',
      'transforms.loud.type': 'test.Shout$Value',
      'transforms.loud.predicate': 'isC',
      'transforms.loud.negate': 'true',
      'transforms.shy.type': 'test.Drop',
      'transforms.shy.predicate': 'isA',
      predicates: 'is,isA,isC',
      'predicates.isA.type': 'TextIs',
      'predicates.isA.text': 'A',
      'predicates.isC.type': 'TextIs',
      'predicates.isC.text': 'c',
    }
    await fixture.produce('in', ['a', 'b', 'c', 'd', 'c', null])
    await fixture.worker.herder.create('out', { ...sink, ...chain })
    await until('all records are dealt with', () => fixture.control.received.length === 4)

    expect(fixture.control.received).toEqual(['in-0@2=c', 'in-0@3=D', 'in-0@4=c', 'in-0@5=null'])
  })

  it('drop records, whose offsets are committed', async () => {
    await fixture.produce('in', ['a', 'gone', 'gone'])
    await fixture.worker.herder.create('out', { ...sink, ...without('gone') })
    await until('the record is put', () => fixture.control.received.length === 1)
    await fixture.worker.herder.setTargetState('out', 'STOPPED')

    expect(values()).toEqual(['a'])
    expect(await offsetsOf('out')).toEqual([{ kafka_offset: 3 }])
  })

  it('that part topics keep the place of records in the topic they were read from', async () => {
    await fixture.produce('in', ['a', 'b', 'a'])
    const spread = { transforms: 'spread', 'transforms.spread.type': 'Spread' }
    await fixture.worker.herder.create('out', { ...sink, ...spread })
    await until('all records are put', () => fixture.control.received.length === 3)
    await fixture.worker.herder.setTargetState('out', 'STOPPED')

    expect(fixture.control.received).toEqual(['in.a-0@0=a', 'in.b-0@1=b', 'in.a-0@2=a'])
    expect(await offsetsOf('out')).toEqual([{ kafka_offset: 3 }])
  })
})

describe('a configuration', () => {
  const errorsOf = async (props: Props) => {
    const infos = await fixture.worker.herder.validate('CollectorSink', { name: 'x', ...sink, ...props })
    return infos.configs.flatMap(({ name, errors }) => errors.map((text) => `${name}: ${text}`))
  }

  it.each<readonly [string, Props, string]>([
    [
      'an unknown transform',
      { transforms: 'a', 'transforms.a.type': 'test.Shuot$Value' },
      'transforms.a.type: Invalid value test.Shuot$Value for configuration transforms.a.type: Class test.Shuot$Value could not be found. Did you mean test.Shout$Value?',
    ],
    [
      'a transform without a type',
      { transforms: 'a' },
      'transforms.a.type: Missing required configuration "transforms.a.type" which has no default value.',
    ],
    [
      'a predicate that is not listed',
      { transforms: 'a', 'transforms.a.type': 'test.Drop', 'transforms.a.predicate': 'p', predicates: '' },
      'transforms.a.predicate: Invalid value p for configuration transforms.a.predicate: There is no such predicate; predicates names none',
    ],
    [
      'a negation of nothing',
      { transforms: 'a', 'transforms.a.type': 'test.Drop', 'transforms.a.negate': 'true' },
      "transforms.a.negate: Config 'transforms.a.negate' was provided but there is no config 'transforms.a.predicate' defining a predicate to be negated.",
    ],
    [
      'a predicate without what it needs',
      { predicates: 'p', 'predicates.p.type': 'test.TextIs' },
      'predicates.p.text: Missing required configuration "predicates.p.text" which has no default value.',
    ],
    [
      'an alias listed twice',
      { transforms: 'a,a', 'transforms.a.type': 'test.Drop' },
      'transforms: Invalid value [a, a] for configuration transforms: Duplicate alias provided.',
    ],
  ])('with %s says so at its key', async (_what, props, message) => {
    expect(await errorsOf(props)).toEqual([message])
  })

  it('with a misspelt key of a transform is told about it', async () => {
    await fixture.worker.herder.create('out', {
      ...sink,
      ...loud,
      'transforms.loud.predicat': 'x',
      'transforms.lod.type': 'y',
    })
    const warnings = fixture.log.filter(({ level }) => level === 'warn').map(({ message }) => message)
    expect(warnings).toContain(
      'Unknown key transforms.loud.predicat: it has no effect. Did you mean transforms.loud.predicate?',
    )
    expect(warnings).toContain('transforms.lod.type have no effect: transforms does not list what they are for.')
  })
})
