// Drives connectors and tasks by hand, as a worker would: with a log that can be looked at and offsets that are kept.
import {
  objectOf,
  parseJson,
  stringifyJson,
  type Connector,
  type Json,
  type Log,
  type Props,
  type RecordBatch,
  type SinkBatch,
  type SinkTask,
  type SourceBatch,
  type SourceTask,
} from '@rowbridge/api'
import { jdbcSink, jdbcSource } from '@rowbridge/connector-jdbc'
import type { Place } from './place.js'

export interface Journal {
  readonly warnings: string[]
  readonly infos: string[]
  readonly details: string[]
  readonly log: Log
}

export function journal(): Journal {
  const warnings: string[] = []
  const infos: string[] = []
  const details: string[] = []
  const note = (message: string) => void warnings.push(message)
  const info = (message: string) => void infos.push(message)
  const debug = (message: string) => void details.push(message)
  return { warnings, infos, details, log: { debug, info, warn: note, error: note } }
}

/** Offsets by the text of their partition, as the offsets topic keeps them. */
export type Offsets = Map<string, string>

/** A source record as it would be stored. */
export interface Told {
  readonly topic: string
  readonly value: Record<string, unknown>
  readonly partition: string
  /** Offset of the batch it came in. */
  readonly offset: string
}

export interface Source extends AsyncDisposable {
  readonly task: SourceTask
  readonly journal: Journal
  readonly metrics: Map<string, number>
  /** What the task says keeps it from its work, each once; null: nothing any more. */
  readonly troubles: (string | null)[]
  readonly batches: SourceBatch[]
  /** Polls until there are that many further records, or none has come for long, and stores their offsets. */
  take(records: number): Promise<readonly Told[]>
  /** Polls once; whether it came with records. */
  poll(): Promise<boolean>
}

/** A poll that waits for a slow machine comes back without records, so that it is not the number of polls that counts. */
const LONGEST_IDLE_MS = 20_000
const QUICK: Props = { name: 'test', 'poll.interval.ms': '20', 'poll.linger.ms': '150', 'connection.backoff.ms': '100' }

export function sourceProps(place: Place, props: Props): Props {
  return { ...QUICK, ...place.props, ...props }
}

/** A connector with its tasks' configurations. */
export async function startConnector(place: Place, props: Props) {
  const connector: Connector = await jdbcSource.connector()
  const stop = new AbortController()
  const told = journal()
  const asked = { reconfigurations: 0, errors: [] as unknown[] }
  await connector.start(sourceProps(place, props), {
    name: 'test',
    log: told.log,
    signal: stop.signal,
    requestTaskReconfiguration: () => void (asked.reconfigurations += 1),
    raiseError: (error) => void asked.errors.push(error),
  })
  return {
    connector,
    asked,
    journal: told,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await connector.stop()
    },
  }
}

/** The only task of a connector, started. */
export async function startSource(place: Place, props: Props, offsets: Offsets = new Map()): Promise<Source> {
  await using started = await startConnector(place, props)
  const [config = {}] = await started.connector.taskConfigs(1)
  const source = await startTask(config, offsets)
  return source
}

export async function startTask(config: Props, offsets: Offsets): Promise<Source> {
  const task = await jdbcSource.task()
  const stop = new AbortController()
  const told = journal()
  const metrics = new Map<string, number>()
  const batches: SourceBatch[] = []
  const troubles: (string | null)[] = []
  const read = (partitions: readonly Json[]) =>
    Promise.resolve(partitions.map((partition) => parseJson(offsets.get(stringifyJson(partition)) ?? 'null')))
  await task.start(config, {
    connector: 'test',
    task: 0,
    log: told.log,
    signal: stop.signal,
    metrics: {
      add: (name, by) => metrics.set(name, (metrics.get(name) ?? 0) + by),
      set: (name, to) => metrics.set(name, to),
    },
    offsets: { read },
    troubled: (problem) => void troubles.push(problem),
  })
  const pollOnce = async () => {
    const polled = await task.poll()
    batches.push(...polled)
    for (const batch of polled) offsets.set(stringifyJson(batch.sourcePartition), stringifyJson(batch.sourceOffset))
    return polled
  }
  return {
    task,
    journal: told,
    metrics,
    troubles,
    batches,
    async take(records) {
      const taken: Told[] = []
      let last = performance.now()
      while (taken.length < records && performance.now() - last < LONGEST_IDLE_MS) {
        const polled = (await pollOnce()).flatMap(toldOf)
        if (polled.length > 0) last = performance.now()
        taken.push(...polled)
      }
      return taken
    },
    poll: async () => (await pollOnce()).some((batch) => batch.length > 0),
    async [Symbol.asyncDispose]() {
      stop.abort()
      await task.stop()
    },
  }
}

function toldOf(batch: SourceBatch): Told[] {
  return batch.value.values.map((row) => ({
    topic: batch.topic,
    value: batch.value.schema === null ? {} : objectOf(batch.value.schema, row as unknown[]),
    partition: stringifyJson(batch.sourcePartition),
    offset: stringifyJson(batch.sourceOffset),
  }))
}

export interface Sink extends AsyncDisposable {
  readonly task: SinkTask
  readonly journal: Journal
  readonly metrics: Map<string, number>
  put(...batches: readonly RecordBatch[]): Promise<void>
}

export async function startSink(place: Place, props: Props): Promise<Sink> {
  const task = await jdbcSink.task()
  const stop = new AbortController()
  const told = journal()
  const metrics = new Map<string, number>()
  await task.start(
    { name: 'test', 'max.retries': '3', 'retry.backoff.ms': '20', ...place.props, ...props },
    {
      connector: 'test',
      task: 0,
      log: told.log,
      signal: stop.signal,
      metrics: {
        add: (name, by) => metrics.set(name, (metrics.get(name) ?? 0) + by),
        set: (name, to) => metrics.set(name, to),
      },
      errantRecords: null,
    },
  )
  let next = 0
  return {
    task,
    journal: told,
    metrics,
    put: (...batches) =>
      task.put(batches.map((batch) => ({ ...sinkBatch(batch, next), offsets: offsetsFrom(batch.length) }))),
    async [Symbol.asyncDispose]() {
      stop.abort()
      await task.stop()
    },
  }

  function offsetsFrom(length: number): number[] {
    const offsets = Array.from({ length }, (_, i) => next + i)
    next += length
    return offsets
  }
}

function sinkBatch(batch: RecordBatch, first: number): SinkBatch {
  return { ...batch, partition: 0, offsets: Array.from({ length: batch.length }, (_, i) => first + i) }
}
