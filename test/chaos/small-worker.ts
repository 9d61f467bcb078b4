// A worker in a process of its own with a small heap, its memory read once a second.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@rowbridge/testkit'
import { tell } from './tell.js'

const EXECUTABLE = join(import.meta.dirname, '../../../packages/cli/bin/rowbridge.js')
const HEAP_MB = 96

export interface Sample {
  readonly second: number
  readonly residentMb: number
}

export interface SmallWorker extends AsyncDisposable {
  readonly url: string
  readonly samples: readonly Sample[]
  /** The exit code, once it has ended. */
  readonly ended: Promise<number | null>
  stop(): void
}

/** Runs one connector on an embedded log in a temporary folder. */
export async function startSmallWorker(
  config: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<SmallWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-chaos-'))
  const url = `http://127.0.0.1:${await freePort()}`
  const props = {
    'bootstrap.servers': `embedded:${join(folder, 'log')}`,
    listeners: url,
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
    'offset.storage.file.filename': join(folder, 'offsets'),
    'offset.flush.interval.ms': '1000',
  }
  const lines = Object.entries(props).map(([key, value]) => `${key}=${value}\n`)
  writeFileSync(join(folder, 'worker.properties'), lines.join(''))
  writeFileSync(join(folder, 'connector.json'), JSON.stringify({ name: 'chaos', config }))
  const files = [join(folder, 'worker.properties'), join(folder, 'connector.json')]
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${HEAP_MB}`, EXECUTABLE, 'standalone', ...flags, ...files],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const samples: Sample[] = []
  const start = Date.now()
  const timer = setInterval(() => {
    const residentMb = residentMbOf(child.pid ?? 0)
    if (residentMb > 0) samples.push({ second: Math.round((Date.now() - start) / 1000), residentMb })
  }, 1000)
  const ended = once(child, 'exit').then(([code]) => {
    clearInterval(timer)
    return code as number | null
  })
  return {
    url,
    samples,
    ended,
    stop: () => void child.kill('SIGTERM'),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function residentMbOf(pid: number): number {
  try {
    const [, kilobytes = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Math.round(Number(kilobytes) / 1024)
  } catch {
    return 0
  }
}

/** What the memory may grow between the middle third of a run and the last. */
const GROWTH = 1.15

/** Tells the line, and whether it is flat: the start does not count, as every program grows until it is warm. */
export function isFlat(samples: readonly Sample[]): boolean {
  const third = Math.floor(samples.length / 3)
  const most = (part: readonly Sample[]) => Math.max(...part.map(({ residentMb }) => residentMb))
  const step = Math.max(1, Math.floor(samples.length / 15))
  const shown = samples.filter((_, i) => i % step === 0).map(({ second, residentMb }) => `${second} s: ${residentMb}`)
  tell(`Resident memory in MB: ${shown.join(', ')}`)
  if (third === 0) return false
  const [middle, last] = [most(samples.slice(third, 2 * third)), most(samples.slice(2 * third))]
  tell(`At most ${middle} MB in the middle third, ${last} MB in the last.`)
  return last <= middle * GROWTH
}
