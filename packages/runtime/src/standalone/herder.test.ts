import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConfigError, type Props } from '@rowbridge/api'
import { until, workerFixture, type WorkerFixture } from './worker-fixture.js'

let fixture: WorkerFixture
beforeEach(async () => {
  fixture = await workerFixture()
})
afterEach(() => fixture.dispose())

const source: Props = { 'connector.class': 'GeneratorSource', topic: 'rows' }
const sink: Props = { 'connector.class': 'CollectorSink', topics: 'in' }
const advice =
  '\nYou can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`'

describe('creating a connector', () => {
  it('answers with its config, tasks and type', async () => {
    expect(await fixture.worker.herder.create(' gen ', source)).toEqual({
      name: 'gen',
      config: { ...source, name: 'gen' },
      tasks: [{ connector: 'gen', task: 0 }],
      type: 'source',
    })
    expect(await fixture.worker.herder.connectors()).toEqual(['gen'])
  })

  it.each([
    {
      what: 'an empty name',
      name: '  ',
      config: source,
      message: `Connector configuration is invalid and contains the following 1 error(s):\nInvalid value  for configuration name: String may not be empty${advice}`,
    },
    {
      what: 'a name with control characters',
      name: 'a\nb',
      config: source,
      message: `Connector configuration is invalid and contains the following 1 error(s):\nInvalid value a\nb for configuration name: String may not contain control sequences but had the following ASCII chars: 10${advice}`,
    },
    {
      what: 'a name that a client takes out of an URL',
      name: '..',
      config: source,
      message: `Connector configuration is invalid and contains the following 1 error(s):\nInvalid value .. for configuration name: A URL cannot end in this name${advice}`,
    },
    {
      what: 'another name inside',
      name: 'x',
      config: { ...source, name: 'y' },
      message: "Connector name configuration (y) doesn't match connector name in the URL (x)",
    },
    {
      what: 'no class',
      name: 'x',
      config: { 'db.password': 'secret' },
      message: 'Connector config {db.password=[hidden], name=x} contains no connector type',
    },
    {
      what: 'two bad keys',
      name: 'x',
      config: { ...sink, 'topics.regex': 'a', 'tasks.max': '0' },
      message: `Connector configuration is invalid and contains the following 3 error(s):\nInvalid value 0 for configuration tasks.max: Value must be at least 1\ntopics and topics.regex are mutually exclusive options, but both are set.\ntopics and topics.regex are mutually exclusive options, but both are set.${advice}`,
    },
    {
      what: 'an unknown converter',
      name: 'x',
      config: { ...source, 'value.converter': 'no.such.Converter' },
      message: `Connector configuration is invalid and contains the following 1 error(s):\nInvalid value no.such.Converter for configuration value.converter: Class no.such.Converter could not be found.${advice}`,
    },
  ])('with $what is refused in the words of Kafka Connect', async ({ name, config, message }) => {
    const error: unknown = await fixture.worker.herder.create(name, config).catch((reason: unknown) => reason)

    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).message).toBe(message)
    expect(await fixture.worker.herder.connectors()).toEqual([])
  })

  it.each([
    ['transforms.mask.type', { ...source, transforms: 'mask' }],
    ['predicates.p.type', { ...source, predicates: 'p', 'predicates.p.type': 'no.such.Predicate' }],
    ['topics', { ...sink, topics: 'in,dlq', 'errors.deadletterqueue.topic.name': 'dlq' }],
    [
      'topics.regex',
      { 'connector.class': 'CollectorSink', 'topics.regex': 'd.*', 'errors.deadletterqueue.topic.name': 'dlq' },
    ],
    ['exactly.once.support', { ...source, 'exactly.once.support': 'required' }],
    ['transaction.boundary', { ...source, 'transaction.boundary': 'interval' }],
    ['header.converter', { ...sink, 'header.converter': 'org.apache.kafka.connect.json.JsonConverter' }],
    ['topic.creation.default.partitions', { ...source, 'topic.creation.default.replication.factor': '1' }],
  ] as const)('that asks for what is not there, in %s, is refused by that key', async (key, config: Props) => {
    const error: unknown = await fixture.worker.herder.create('x', config).catch((reason: unknown) => reason)

    expect((error as ConfigError).problems.map((problem) => problem.key)).toEqual([key])
  })

  it('that exists is refused', async () => {
    await fixture.worker.herder.create('gen', source)

    await expect(fixture.worker.herder.create('gen', source)).rejects.toMatchObject({
      code: 'connector-exists',
      message: 'Connector gen already exists',
    })
  })

  it('takes a converter of its own, and refuses a bad key of it', async () => {
    const own = { ...source, 'key.converter': 'TextConverter', 'value.converter': 'test.TextConverter' }
    await fixture.worker.herder.create('own', { ...own, 'value.converter.trim': 'true' })

    await expect(fixture.worker.herder.create('bad', { ...own, 'value.converter.trim': 'maybe' })).rejects.toThrow(
      'Invalid value maybe for configuration trim',
    )
  })

  it('names keys without effect and what was probably meant', async () => {
    await fixture.worker.herder.create('gen', { ...source, 'batch.sizes': '5', 'key.converter.schemas.enable': 'true' })

    await fixture.worker.herder.create('own', {
      ...source,
      'key.converter': 'TextConverter',
      'key.converter.trimm': 'true',
    })

    const warnings = fixture.log.filter(({ level }) => level === 'warn').map(({ message }) => message)
    expect(warnings).toContain('Unknown key key.converter.trimm: it has no effect. Did you mean key.converter.trim?')
    expect(warnings).toContain('Unknown key batch.sizes: it has no effect. Did you mean batch.size?')
    expect(warnings).toContain(
      "key.converter.schemas.enable have no effect without key.converter in the connector's configuration.",
    )
  })

  it('whose start fails shows FAILED with the reason, and the others run', async () => {
    await fixture.worker.herder.create('bad', { ...source, broken: 'no route to host' })
    await fixture.worker.herder.create('good', source)
    await until('the good one runs', async () => {
      const { tasks } = await fixture.worker.herder.status('good')
      return tasks[0]?.state === 'RUNNING'
    })

    const { connector, tasks } = await fixture.worker.herder.status('bad')
    expect(connector).toMatchObject({ state: 'FAILED', worker_id: '127.0.0.1:8083' })
    expect(connector.trace).toContain('no route to host')
    expect(tasks).toEqual([])
  })
})

describe('a connector that is there', () => {
  it('is replaced by a new config, and deleted', async () => {
    const { herder } = fixture.worker
    expect((await herder.putConfig('gen', source)).isNew).toBe(true)
    const { isNew, info } = await herder.putConfig('gen', { ...source, topic: 'other' })
    expect([isNew, info.config['topic']]).toEqual([false, 'other'])
    fixture.control.rows = 10
    await until('the new config is at work', async () => (await herder.topics('gen')).includes('other'))

    await herder.delete('gen')

    expect(await herder.connectors()).toEqual([])
    expect(await herder.topics('gen')).toEqual([])
    await expect(herder.status('gen')).rejects.toThrow('No status found for connector gen')
  })

  it('shares its work among tasks.max tasks', async () => {
    const { herder } = fixture.worker
    await herder.create('gen', { ...source, 'tasks.max': '3' })

    expect((await herder.tasks('gen')).map(({ id, config }) => [id.task, config['task.class']])).toEqual([
      [0, 'test.GeneratorSourceTask'],
      [1, 'test.GeneratorSourceTask'],
      [2, 'test.GeneratorSourceTask'],
    ])
    await until('all run', async () => (await herder.status('gen')).tasks.every(({ state }) => state === 'RUNNING'))
    expect(fixture.worker.progress().map(({ connector, task, state }) => [connector, task, state])).toEqual([
      ['gen', 0, 'RUNNING'],
      ['gen', 1, 'RUNNING'],
      ['gen', 2, 'RUNNING'],
    ])
  })

  it('created stopped has no tasks', async () => {
    const { herder } = fixture.worker
    await herder.create('gen', source, 'STOPPED')

    expect(await herder.status('gen')).toMatchObject({ connector: { state: 'STOPPED' }, tasks: [] })
  })

  it('restarts as asked', async () => {
    const { herder } = fixture.worker
    await herder.create('gen', source)
    const starts = () => fixture.control.startedAt.length
    await until('it runs', async () => (await herder.status('gen')).tasks[0]?.state === 'RUNNING')

    await herder.restart('gen', { includeTasks: false, onlyFailed: false })
    expect(starts()).toBe(1)
    const untouched = await herder.restart('gen', { includeTasks: true, onlyFailed: true })
    expect([untouched.connector.state, untouched.tasks[0]?.state]).toEqual(['RUNNING', 'RUNNING'])
    const all = await herder.restart('gen', { includeTasks: true, onlyFailed: false })
    expect([all.connector.state, all.tasks[0]?.state]).toEqual(['RESTARTING', 'RESTARTING'])
    await until('its task started again', () => starts() === 2)
    await herder.restartTask('gen', 0)
    await until('its task started once more', () => starts() === 3)
    await until('it runs', async () => (await herder.status('gen')).tasks[0]?.state === 'RUNNING')
  })

  it('shows UNASSIGNED once the worker has stopped', async () => {
    const { herder } = fixture.worker
    await herder.create('gen', source)
    await until('it runs', async () => (await herder.status('gen')).tasks[0]?.state === 'RUNNING')

    await fixture.worker.stop()

    expect(await herder.status('gen')).toMatchObject({
      connector: { state: 'UNASSIGNED' },
      tasks: [{ id: 0, state: 'UNASSIGNED' }],
    })
    await expect(herder.create('more', source)).rejects.toMatchObject({ code: 'worker-stopping' })
  })
})

describe('a connector that is not there', () => {
  it.each([
    ['info', () => fixture.worker.herder.info('no'), 'Connector no not found'],
    ['status', () => fixture.worker.herder.status('no'), 'No status found for connector no'],
    ['tasks', () => fixture.worker.herder.tasks('no'), 'Connector no not found'],
    ['delete', () => fixture.worker.herder.delete('no'), 'Connector no not found'],
    ['pause', () => fixture.worker.herder.setTargetState('no', 'PAUSED'), 'Unknown connector no'],
    ['restartTask', () => fixture.worker.herder.restartTask('no', 0), 'Unknown connector: no'],
    ['offsets', () => fixture.worker.herder.offsets('no'), 'Connector no not found'],
    [
      'restart',
      () => fixture.worker.herder.restart('no', { includeTasks: false, onlyFailed: false }),
      'Unknown connector: no',
    ],
  ] as const)('is unknown to %s', async (_, ask, message) => {
    await expect(ask()).rejects.toMatchObject({ code: 'unknown-connector', message })
  })
})

describe('validating a configuration', () => {
  it('lists framework keys first, then those of the plugin', async () => {
    const infos = await fixture.worker.herder.validate('GeneratorSource', { ...source, name: 'gen' })

    expect(infos.name).toBe('GeneratorSource')
    expect(infos.errorCount).toBe(0)
    expect(infos.groups).toEqual([
      'Common',
      'Transforms',
      'Predicates',
      'Error Handling',
      'Topic Creation',
      'Exactly Once Support',
      'offsets.topic',
    ])
    const names = infos.configs.map(({ name }) => name)
    expect(names.slice(0, 4)).toEqual(['name', 'connector.class', 'tasks.max', 'tasks.max.enforce'])
    expect(names.slice(-4)).toEqual(['offsets.storage.topic', 'topic', 'batch.size', 'broken'])
  })

  it('tells the places of keys in their groups as Kafka Connect does', async () => {
    const infos = await fixture.worker.herder.validate('CollectorSink', { ...sink, name: 'out' })

    const places = infos.configs.map(({ name, order }) => [name, order])
    expect(Object.fromEntries(places)).toMatchObject({
      name: 1,
      'connector.class': 2,
      'tasks.max': 3,
      'tasks.max.enforce': 4,
      topics: 4,
      'topics.regex': 4,
      'header.converter': 7,
      transforms: 8,
      predicates: 9,
      'config.action.reload': 10,
      'errors.log.include.messages': 5,
      'errors.deadletterqueue.topic.name': 6,
    })
  })

  it('blames both keys when a sink has no topics', async () => {
    const infos = await fixture.worker.herder.validate('CollectorSink', { 'connector.class': 'CollectorSink' })

    const blamed = infos.configs.filter(({ errors }) => errors.length > 0).map(({ name, errors }) => [name, ...errors])
    expect(blamed).toEqual([
      ['name', 'Missing required configuration "name" which has no default value.'],
      ['topics', 'Must configure one of topics or topics.regex'],
      ['topics.regex', 'Must configure one of topics or topics.regex'],
    ])
    expect(infos.errorCount).toBe(3)
  })

  it('refuses the class of another plugin', async () => {
    await expect(fixture.worker.herder.validate('CollectorSink', { ...source, name: 'gen' })).rejects.toThrow(
      'Included connector type GeneratorSource does not match request type CollectorSink',
    )
  })
})

describe('starting a worker', () => {
  it('refuses a bad key of a converter, naming it in full', async () => {
    await expect(fixture.restart({ 'value.converter.trim': 'maybe' })).rejects.toThrow(
      'value.converter: Invalid value maybe for configuration trim',
    )
  })

  it('names misspelt keys of its converters', async () => {
    await fixture.restart({ 'key.converter.trimm': 'true' })

    expect(fixture.log.map(({ message }) => message)).toContain(
      'Unknown key key.converter.trimm: it has no effect. Did you mean key.converter.trim?',
    )
  })

  it('says that no broker answers, and runs', async () => {
    await fixture.restart({ 'bootstrap.servers': '127.0.0.1:1' })

    await until('it is said', () =>
      fixture.log.some(({ level, message }) => level === 'warn' && /does not answer.*127\.0\.0\.1:1/.test(message)),
    )
    expect(await fixture.worker.herder.connectors()).toEqual([])
  })
})
