// The command `rowbridge` as a process, as users run it: from the built tree, with files in a folder of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, waitFor } from '@rowbridge/testkit'

export const ROOT = join(import.meta.dirname, '../..')
const EXECUTABLE = join(ROOT, 'packages/cli/bin/rowbridge.js')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly process: ChildProcess
  readonly output: () => string
  /** Resolves when it has ended. */
  readonly ended: Promise<Ended>
}

/** Starts a script of the built tree. */
export function start(script: string, args: readonly string[], input?: string): Running {
  const child = spawn(process.execPath, [script, ...args], { cwd: ROOT, env: { ...process.env, NO_COLOR: '1' } })
  const stdout: string[] = []
  const stderr: string[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk.toString()))
  child.stdin.on('error', () => {})
  if (input !== undefined) child.stdin.end(input)
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout: stdout.join(''),
    stderr: stderr.join(''),
  }))
  return { process: child, output: () => stdout.join('') + stderr.join(''), ended }
}

export function startRowbridge(args: readonly string[], input?: string): Running {
  return start(EXECUTABLE, args, input)
}

/** Runs the command to its end. */
export function rowbridge(args: readonly string[], input = ''): Promise<Ended> {
  return startRowbridge(args, input).ended
}

/** A folder for one test with a worker's files, removed on dispose. */
export class Workplace implements AsyncDisposable {
  readonly folder: string
  readonly port: number
  readonly #running: Running[] = []

  constructor(folder: string, port: number) {
    this.folder = folder
    this.port = port
  }

  static async open(): Promise<Workplace> {
    return new Workplace(await mkdtemp(join(tmpdir(), 'rowbridge-e2e-')), await freePort())
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get log(): string {
    return `embedded:${this.path('log')}`
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  async file(name: string, content: string): Promise<string> {
    await writeFile(this.path(name), content)
    return this.path(name)
  }

  /** The usual worker file; `further` lines may replace settings, as later ones win. */
  workerFile(...further: readonly string[]): Promise<string> {
    const lines = [
      `bootstrap.servers=${this.log}`,
      `listeners=http://127.0.0.1:${this.port}`,
      'key.converter=org.apache.kafka.connect.json.JsonConverter',
      'value.converter=org.apache.kafka.connect.json.JsonConverter',
      `offset.storage.file.filename=${this.path('offsets')}`,
      'offset.flush.interval.ms=200',
    ]
    return this.file('worker.properties', [...lines, ...further, ''].join('\n'))
  }

  /** Settings of a source that polls table `t` of `source.db` into the topic `x-t`. */
  sourceConfig(): Record<string, string> {
    return {
      'connector.class': 'io.confluent.connect.jdbc.JdbcSourceConnector',
      'connection.url': `jdbc:sqlite:${this.path('source.db')}`,
      'table.whitelist': 't',
      mode: 'incrementing',
      'incrementing.column.name': 'id',
      'topic.prefix': 'x-',
      'poll.interval.ms': '20',
    }
  }

  /** Settings of a sink that writes the topic `x-t` into table `t` of `sink.db`. */
  sinkConfig(): Record<string, string> {
    return {
      'connector.class': 'io.confluent.connect.jdbc.JdbcSinkConnector',
      topics: 'x-t',
      'connection.url': `jdbc:sqlite:${this.path('sink.db')}`,
      'table.name.format': 't',
      'auto.create': 'true',
      'insert.mode': 'upsert',
      'pk.mode': 'record_value',
      'pk.fields': 'id',
    }
  }

  /** Starts a worker and resolves when it is ready. */
  async worker(...files: readonly string[]): Promise<Running> {
    const running = startRowbridge(['standalone', ...files])
    this.#running.push(running)
    await waitFor(
      'a worker that is ready',
      async () => {
        if (running.process.exitCode !== null) return true
        return (await fetch(`${this.url}/health`)).status === 200
      },
      { everyMs: 20 },
    )
    if (running.process.exitCode !== null) throw new Error(`The worker ended:\n${running.output()}`)
    return running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#running) {
      running.process.kill('SIGKILL')
      await running.ended
    }
    await rm(this.folder, { recursive: true, force: true })
  }
}
