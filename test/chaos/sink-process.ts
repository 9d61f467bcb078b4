// A worker in a process of its own that runs one sink; it is started on the same files again and again.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@rowbridge/testkit'

const EXECUTABLE = join(import.meta.dirname, '../../packages/cli/bin/rowbridge.js')
const BUILT_EXECUTABLE = join(import.meta.dirname, '../../../packages/cli/bin/rowbridge.js')
const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter'

export interface SinkFiles {
  readonly paths: readonly string[]
}

export interface SinkProcess {
  /** All it has printed. */
  output(): string
  /** Whether its task is told to have failed. */
  hasFailed(): boolean
  signal(name: NodeJS.Signals): void
  /** Sends the signal and waits for the end. */
  end(name: NodeJS.Signals): Promise<void>
}

export interface SinkFilesOptions {
  readonly folder: string
  /** Tells the files of several workers apart. */
  readonly name: string
  readonly bootstrap: string
  readonly sink: Readonly<Record<string, string>>
}

export async function sinkFiles({ folder, name, bootstrap, sink }: SinkFilesOptions): Promise<SinkFiles> {
  const worker = {
    'bootstrap.servers': bootstrap,
    listeners: `http://127.0.0.1:${await freePort()}`,
    'key.converter': JSON_CONVERTER,
    'value.converter': JSON_CONVERTER,
    'value.converter.schemas.enable': 'false',
    'offset.storage.file.filename': join(folder, `${name}.offsets`),
    'offset.flush.interval.ms': '200',
  }
  const paths = [join(folder, `${name}.properties`), join(folder, `${name}-sink.json`)]
  writeFileSync(
    paths[0] ?? '',
    Object.entries(worker)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  writeFileSync(paths[1] ?? '', JSON.stringify(sink))
  return { paths }
}

export function startSinkProcess({ paths }: SinkFiles): SinkProcess {
  const executable = import.meta.dirname.includes(join('test', 'dist')) ? BUILT_EXECUTABLE : EXECUTABLE
  const child: ChildProcess = spawn(process.execPath, [executable, 'standalone', ...paths], {
    env: { ...process.env, NO_COLOR: '1' },
  })
  const printed: string[] = []
  child.stdout?.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  const ended = once(child, 'close')
  return {
    output: () => printed.join(''),
    hasFailed: () => child.exitCode !== null || / FAILED|fenced|taken over by another/.test(printed.join('')),
    signal: (name) => void child.kill(name),
    end: async (name) => {
      child.kill(name)
      await ended
    },
  }
}
