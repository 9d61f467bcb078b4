// A worker as users run it: the command in a process of its own, files in a temporary folder, asked over HTTP.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, waitFor } from '@rowbridge/testkit'
import { onTestFinished } from 'vitest'
import { startRowbridge } from './command.js'

export interface WorkerFiles {
  readonly folder: string
  /** Where the worker answers. */
  readonly url: string
  /** Arguments after `rowbridge standalone`. */
  readonly paths: readonly string[]
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

export interface WorkerProcess extends AsyncDisposable {
  readonly url: string
  /** Null while it runs. */
  readonly exitCode: number | null
  /** All it has printed. */
  readonly output: () => string
  get(path: string): Promise<Answer>
  put(path: string, body?: unknown): Promise<Answer>
  post(path: string, body?: unknown): Promise<Answer>
  /** Posts a connector and throws unless it was made. */
  create(name: string, config: Readonly<Record<string, string>>): Promise<void>
  /** Sends the signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>
}

/** Worker and connector files in a temporary folder; a worker may be started on them again and again. */
export async function workerFiles(
  props: Readonly<Record<string, string>>,
  connectors: readonly Readonly<Record<string, string>>[] = [],
): Promise<WorkerFiles> {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-e2e-'))
  const url = `http://127.0.0.1:${await freePort()}`
  const worker = {
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'offset.storage.file.filename': join(folder, 'connect.offsets'),
    'offset.flush.interval.ms': '500',
    listeners: url,
    ...props,
  }
  const lines = Object.entries(worker).map(([key, value]) => `${key}=${value}\n`)
  const paths = [join(folder, 'worker.properties')]
  writeFileSync(join(folder, 'worker.properties'), lines.join(''))
  connectors.forEach((connector, i) => {
    const path = join(folder, `connector-${i}.json`)
    writeFileSync(path, JSON.stringify(connector))
    paths.push(path)
  })
  return { folder, url, paths }
}

/** Starts a worker and waits until it answers. */
export async function startWorker(what: WorkerFiles | Readonly<Record<string, string>>): Promise<WorkerProcess> {
  const isOwn = !isFiles(what)
  const files = isFiles(what) ? what : await workerFiles(what)
  const { process: child, output, ended } = startRowbridge(['standalone', ...files.paths])
  onTestFinished(({ task }) => {
    child.kill('SIGKILL')
    if (task.result?.state === 'fail') process.stderr.write(`The worker had printed:\n${output().slice(-10_000)}\n`)
  })
  const call = caller(files.url)
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await ended
  }
  await waitFor('an answer of the worker', () => {
    if (child.exitCode !== null) throw new Error(`The worker ended with ${child.exitCode}:\n${output()}`)
    return call('GET', '/')
  })
  return {
    url: files.url,
    get exitCode() {
      return child.exitCode
    },
    output,
    get: (path) => call('GET', path),
    put: (path, body) => call('PUT', path, body),
    post: (path, body) => call('POST', path, body),
    async create(name, config) {
      const made = await call('POST', '/connectors', { name, config })
      if (made.status !== 201) throw new Error(`${name}: ${JSON.stringify(made)}`)
    },
    kill,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await kill('SIGTERM')
      if (isOwn) rmSync(files.folder, { recursive: true, force: true })
    },
  }
}

function caller(url: string) {
  return async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  }
}

function isFiles(what: WorkerFiles | Readonly<Record<string, string>>): what is WorkerFiles {
  return Array.isArray(what['paths'])
}
