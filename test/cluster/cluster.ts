// A cluster of workers for a test: names, worker properties, workers in this process, and calls of their HTTP API.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plugin, Props } from '@rowbridge/api'
import { jsonConverter, stringConverter } from '@rowbridge/converters'
import { restServer } from '@rowbridge/rest'
import { startDistributed } from '@rowbridge/runtime'
import { freePort, uniqueName, waitFor } from '@rowbridge/testkit'
import { quietLog, type QuietLog } from '../integration/quiet-log.js'
import { fileConnectors, type Trace } from './file-connectors.js'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>

export interface TestWorker {
  readonly url: string
  readonly call: Call
  readonly log: QuietLog
  readonly stop: () => Promise<void>
}

export interface Cluster extends AsyncDisposable {
  readonly name: string
  readonly folder: string
  /** Properties of a worker of this cluster that listens there. */
  readonly props: (url: string) => Props
  /** Starts a worker in this process and waits until it has joined. */
  readonly start: (options?: StartOptions) => Promise<TestWorker>
}

export interface StartOptions {
  readonly url?: string
  readonly props?: Props
  readonly plugins?: readonly Plugin[]
  readonly trace?: Trace
}

export function clusterOn(bootstrap: string, further: Props = {}): Cluster {
  const name = uniqueName('dist')
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-cluster-'))
  const workers: TestWorker[] = []
  const props = (url: string): Props => ({
    'bootstrap.servers': bootstrap,
    'group.id': name,
    'config.storage.topic': `${name}-configs`,
    'offset.storage.topic': `${name}-offsets`,
    'status.storage.topic': `${name}-status`,
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'offset.flush.interval.ms': '500',
    'scheduled.rebalance.max.delay.ms': '2000',
    'session.timeout.ms': '6000',
    'heartbeat.interval.ms': '500',
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'rest.advertised.host.name': '127.0.0.1',
    listeners: url,
    ...further,
  })
  return {
    name,
    folder,
    props,
    start: async (options = {}) => {
      const worker = await startHere(props, options)
      workers.push(worker)
      return worker
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.stop()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startHere(propsOf: Cluster['props'], options: StartOptions): Promise<TestWorker> {
  const url = options.url ?? `http://127.0.0.1:${await freePort()}`
  const log = quietLog()
  const props = { ...propsOf(url), ...options.props }
  const plugins = options.plugins ?? [
    ...fileConnectors(options.trace ?? (() => undefined)),
    jsonConverter,
    stringConverter,
  ]
  const worker = await startDistributed({ props, plugins, log })
  const rest = await restServer({ herder: worker.herder, props, log, isReady: () => worker.isReady() })
  let isStopped = false
  await waitFor('the worker has joined its cluster', () => worker.isReady())
  return {
    url,
    log,
    call: callerOf(url),
    stop: async () => {
      if (isStopped) return
      isStopped = true
      await rest.close()
      await worker.stop()
    },
  }
}

export function callerOf(base: string): Call {
  return async (method, path, body) => {
    const response = await fetch(`${base}${path}`, {
      method,
      signal: AbortSignal.timeout(60_000),
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) }
  }
}

interface Status {
  readonly connector: { readonly state: string; readonly worker_id: string }
  readonly tasks: readonly {
    readonly id: number
    readonly state: string
    readonly worker_id: string
    readonly trace?: string
  }[]
}

export async function statusOf(call: Call, name: string): Promise<Status | null> {
  const { status, body } = await call('GET', `/connectors/${name}/status`)
  return status === 200 ? (body as Status) : null
}

/** `RUNNING: RUNNING RUNNING`, the connector and its tasks. */
export async function statesOf(call: Call, name: string): Promise<string> {
  const status = await statusOf(call, name)
  return status === null
    ? 'none'
    : `${status.connector.state}: ${status.tasks.map(({ state }) => state).join(' ')}`.trim()
}

export async function untilStates(call: Call, name: string, states: string): Promise<void> {
  await waitFor(`${name} is ${states}`, async () => {
    const now = await statesOf(call, name)
    if (now !== states) throw new Error(`it is ${now}`)
    return true
  })
}

export function sourceConfig(file: string, topic: string): Props {
  return { 'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector', 'tasks.max': '1', file, topic }
}

export function sinkConfig(file: string, topic: string): Props {
  return {
    'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
    'tasks.max': '1',
    file,
    topics: topic,
  }
}

export function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1)
  } catch {
    return []
  }
}

export const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `line ${from + i}`)
