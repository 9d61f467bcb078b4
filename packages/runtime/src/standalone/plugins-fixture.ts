// Small plugins that tests steer and look into: a generator, a collector, a converter of text, transforms and a predicate.
import { setTimeout as pause } from 'node:timers/promises'
import {
  byteColumn,
  bytesAt,
  DataError,
  defineBatchTransform,
  defineConfig,
  definePredicate,
  defineTransform,
  perStretch,
  primitive,
  type Connector,
  type ConverterPlugin,
  type ErrantRecords,
  type Json,
  type Plugin,
  type Props,
  type SinkBatch,
  type SinkPlugin,
  type SourceBatch,
  type SourcePlugin,
  type SourceTask,
} from '@rowbridge/api'

const STRING = primitive('string', { optional: true })

/** What tests do to the plugins, and see of them. */
export interface Controls {
  /** `topic-partition@offset=value` in the order in which puts resolved. */
  readonly received: string[]
  /** Batches of every call of put, as `topic-partition@first..last`. */
  readonly puts: string[]
  /** Called before each put; throws to fail it. */
  beforePut: (connector: string, batches: readonly SinkBatch[], signal: AbortSignal) => void | Promise<void>
  /** What the sink task reports of a record by its text; null where it takes the record. */
  report: (text: string) => DataError | null
  /** Called when all reports of a put are made; throws to fail it. */
  afterReports: () => void
  /** Called before each poll; throws to fail it. */
  beforePoll: (connector: string, next: number) => void | Promise<void>
  /** Rows that generators have; further ones come when it grows. */
  rows: number
  /** Text of a row by its number. */
  textOf: (row: number) => string
  readonly opened: string[]
  readonly closed: string[]
  /** Position from which each source task started. */
  readonly startedAt: Json[]
  readonly committed: Json[]
}

const taskPerNumber: (fail: () => void) => Connector = (fail) => {
  let props: Props = {}
  return {
    start: (given) => {
      props = given
      return new Promise((resolve) => {
        fail()
        resolve()
      })
    },
    taskConfigs: (most) => Promise.resolve(Array.from({ length: most }, (_, task) => ({ ...props, task: `${task}` }))),
    stop: () => Promise.resolve(),
  }
}

export function controls(): Controls {
  return {
    received: [],
    puts: [],
    beforePut: () => undefined,
    report: () => null,
    afterReports: () => undefined,
    beforePoll: () => undefined,
    rows: 0,
    textOf: (row) => `row ${row}`,
    opened: [],
    closed: [],
    startedAt: [],
    committed: [],
  }
}

/** Writes `row 0`, `row 1`, … to its topic, in batches; key and value are the same text. */
function generator(control: Controls): SourcePlugin {
  return {
    type: 'source',
    className: 'test.GeneratorSourceConnector',
    taskClass: 'test.GeneratorSourceTask',
    version: '1',
    config: defineConfig({
      topic: { type: 'string', doc: 'Topic.' },
      'batch.size': { type: 'int', default: 10, min: 1, doc: 'Rows of a batch.' },
      broken: { type: 'string', default: '', doc: 'Error of the start.' },
    }),
    connector: () => {
      const connector = taskPerNumber(() => undefined)
      const start: Connector['start'] = async (props, context) => {
        if (props['broken'] !== undefined) throw new RangeError(props['broken'])
        await connector.start(props, context)
      }
      return Promise.resolve({ ...connector, start })
    },
    task: () => Promise.resolve(generatorTask(control)),
  }
}

function generatorTask(control: Controls): SourceTask {
  let [props, next, signal]: [Props, number, AbortSignal] = [{}, 0, new AbortController().signal]
  return {
    start: async (given, context) => {
      props = given
      signal = context.signal
      const [stored] = await context.offsets.read([partitionOf(props)])
      control.startedAt.push(stored ?? null)
      next = (stored as { next?: number } | null)?.next ?? 0
    },
    poll: async () => {
      await control.beforePoll(props['name'] ?? '', next)
      const to = Math.min(control.rows, next + Number(props['batch.size'] ?? 10))
      if (to === next) {
        await pause(5, undefined, { signal }).catch(() => undefined)
        return []
      }
      const values = Array.from({ length: to - next }, (_, i) => control.textOf(next + i))
      next = to
      return [sourceBatch(props, values, next)]
    },
    commit: (batch) => {
      control.committed.push(batch.sourceOffset)
      return Promise.resolve()
    },
    stop: () => Promise.resolve(),
  }
}

function partitionOf(props: Props): Json {
  return { task: props['task'] ?? '' }
}

function sourceBatch(props: Props, values: readonly string[], next: number): SourceBatch {
  return {
    topic: props['topic'] ?? '',
    partition: null,
    length: values.length,
    key: { schema: STRING, values },
    value: { schema: STRING, values },
    timestamps: null,
    headers: null,
    sourcePartition: partitionOf(props),
    sourceOffset: { next },
  }
}

/** Keeps what it is given. */
function collector(control: Controls): SinkPlugin {
  return {
    type: 'sink',
    className: 'test.CollectorSinkConnector',
    taskClass: 'test.CollectorSinkTask',
    version: '1',
    config: defineConfig({}),
    connector: () => Promise.resolve(taskPerNumber(() => undefined)),
    task: () => {
      let connector = ''
      let signal = new AbortController().signal
      let errant: ErrantRecords | null = null
      return Promise.resolve({
        start: (_props, context) => {
          connector = context.connector
          errant = context.errantRecords
          signal = context.signal
          return Promise.resolve()
        },
        open: (partitions) => {
          control.opened.push(...partitions.map(({ topic, partition }) => `${connector}:${topic}-${partition}`))
          return Promise.resolve()
        },
        close: (partitions) => {
          control.closed.push(...partitions.map(({ topic, partition }) => `${connector}:${topic}-${partition}`))
          return Promise.resolve()
        },
        put: async (batches) => {
          control.puts.push(batches.map((batch) => `${batch.topic}-${batch.partition}@${batch.offsets[0]}`).join(' '))
          await control.beforePut(connector, batches, signal)
          const good: string[] = []
          for (const batch of batches) {
            for (const [i, text] of batch.value.values.entries()) {
              const error = control.report(String(text))
              if (error === null) good.push(`${batch.topic}-${batch.partition}@${batch.offsets[i]}=${String(text)}`)
              else void errant?.report(batch, i, error)
            }
          }
          control.afterReports()
          control.received.push(...good)
        },
        stop: () => Promise.resolve(),
      })
    },
  }
}

/** Values are text; `UNWRITABLE` cannot be written and `UNREADABLE` not be read. */
const textConverter: ConverterPlugin = {
  type: 'converter',
  className: 'test.TextConverter',
  version: '1',
  config: defineConfig({
    'converter.type': { type: 'enum', values: ['key', 'value'], doc: 'The side, supplied by the worker.' },
    trim: { type: 'boolean', default: false, doc: 'Accepted without effect.' },
  }),
  converter: () =>
    Promise.resolve(() => ({
      encoder: () =>
        Promise.resolve({
          encode: (values) => {
            const index = values.indexOf('UNWRITABLE')
            if (index >= 0) throw new DataError('invalid-text', 'cannot be written', { index })
            return byteColumn(values.map((value) => (value === null ? null : Buffer.from(value as string))))
          },
        }),
      decoder: () => ({
        decode: (column) => {
          const values = Array.from({ length: column.length }, (_, i) => bytesAt(column, i))
          const texts = values.map((bytes) => (bytes === null ? null : Buffer.from(bytes).toString()))
          const index = texts.indexOf('UNREADABLE')
          if (index >= 0) return Promise.reject(new DataError('invalid-text', 'cannot be read', { index }))
          return Promise.resolve([{ schema: STRING, values: texts }])
        },
      }),
    })),
}

/** Values in upper case; `BAD` cannot be. */
const shout = defineTransform('test.Shout', defineConfig({}), () => (schema) => ({
  schema,
  row: (row) => shouted(String(row)),
}))

function shouted(text: string): string {
  if (text === 'BAD') throw new DataError('invalid-text', 'cannot be shouted', { hint: 'Whisper it.' })
  return text.toUpperCase()
}

const drop = defineBatchTransform('test.Drop', defineConfig({}), () => ({ apply: () => null }))

/** Each record to a topic of its text. */
const spread = defineBatchTransform('test.Spread', defineConfig({}), () => ({
  apply: (batch) =>
    perStretch(
      batch,
      (i) => String(batch.value.values[i]),
      (stretch, text) => ({ ...stretch, topic: `${stretch.topic}.${text}` }),
    ),
}))

const textIs = definePredicate(
  'test.TextIs',
  defineConfig({ text: { type: 'string', check: (text) => (text === '' ? 'empty' : null), doc: 'The text.' } }),
  ({ text }) => ({ test: ({ value }) => value.values.map((each) => each === text) }),
)

/** All of them, under one set of controls. */
export function steeredPlugins(control: Controls): readonly Plugin[] {
  return [generator(control), collector(control), textConverter, ...shout, drop, spread, textIs]
}
