// One run of the chaos: writers on one table, and beside them readers in each mode, commit-safe and not, which are killed and started again.
// What was committed in the end must have been told to each commit-safe reader; the others show that the writers are wild enough.
import { fork, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Props } from '@rowbridge/api'
import type { ChaosPlace } from './place.js'
import { write } from './writers.js'

export const MODES = ['incrementing', 'timestamp', 'timestamp+incrementing'] as const

export interface Outcome {
  readonly mode: string
  readonly isSafe: boolean
  readonly rows: number
  readonly missing: readonly string[]
  /** Rows told more than once, which a kill may cause. */
  readonly doubled: number
  readonly kills: number
}

export interface ChaosOptions {
  readonly durationMs: number
  readonly killEveryMs: number
  /** Of the readers, beside those of the place. */
  readonly props?: Props
  /** The values of commit.safe to read with. */
  readonly safety?: readonly boolean[]
}

const READER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../dist/chaos/reader-process.js' : './reader-process.js', import.meta.url),
)
/** Time without rows after which a reader has told all it will. An idle answer may come while a slow machine still reads, so that they do not count. */
const IDLE_MS = 8000
const LONGEST_END_MS = 60_000

export async function chaos(
  place: ChaosPlace,
  { durationMs, killEveryMs, props = {}, safety = [true, false] }: ChaosOptions,
): Promise<readonly Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-chaos-'))
  const kinds = MODES.flatMap((mode) => safety.map((isSafe) => ({ mode, isSafe })))
  const isOver = { value: false }
  const running = kinds.map(async ({ mode, isSafe }, no) => {
    const journal = join(folder, `${no}.journal`)
    const config = { ...place.props, ...propsOf(place, mode, isSafe), ...props }
    const kills = await readKilled({ journal, config, killEveryMs, isOver })
    return { mode, isSafe, journal, kills }
  })
  const ended = Promise.all(running)
  ended.catch(() => (isOver.value = true))
  try {
    await write(place, durationMs)
    isOver.value = true
    const readers = await ended
    const rows = await place.query('SELECT id, mark, at FROM t')
    const wanted = rows.map((row) => `${String(row['id'])}/${String(row['mark'])}`)
    return readers.map(({ mode, isSafe, journal, kills }) => {
      const told = marksOf(journal)
      const counts = new Map<string, number>()
      for (const mark of told) counts.set(mark, (counts.get(mark) ?? 0) + 1)
      const shown = mode === 'incrementing' ? new Set([...counts.keys()].map(idOf)) : counts
      const missing = wanted.filter((mark) => !shown.has(mode === 'incrementing' ? idOf(mark) : mark))
      return { mode, isSafe, rows: wanted.length, missing, doubled: told.length - counts.size, kills }
    })
  } finally {
    isOver.value = true
    await Promise.allSettled(running)
    rmSync(folder, { recursive: true, force: true })
  }
}

const idOf = (mark: string): string => mark.slice(0, mark.indexOf('/'))

function propsOf(place: ChaosPlace, mode: string, isSafe: boolean): Props {
  return {
    mode,
    ...(mode === 'timestamp' ? {} : { 'incrementing.column.name': 'id' }),
    ...(mode === 'incrementing' ? {} : { 'timestamp.column.name': 'at' }),
    tables: place.kind === 'mariadb' ? '`t`' : '"public"."t"',
    'tables.fetched': 'true',
    'topic.prefix': 'chaos-',
    'table.whitelist': 't',
    'poll.interval.ms': '50',
    'poll.linger.ms': '100',
    'commit.safe': String(isSafe),
  }
}

interface Killed {
  readonly journal: string
  readonly config: Props
  readonly killEveryMs: number
  readonly isOver: { readonly value: boolean }
}

/** Reads until the writers are done and nothing more comes; gives the number of kills. */
async function readKilled({ journal, config, killEveryMs, isOver }: Killed): Promise<number> {
  let kills = 0
  while (!isOver.value) {
    const child = await started(journal, config)
    await sleep(killEveryMs * (0.5 + Math.random()))
    await killed(child)
    kills += 1
  }
  const last = await started(journal, config)
  await idle(last)
  await killed(last)
  return kills
}

async function started(journal: string, config: Props): Promise<ChildProcess> {
  const child = fork(READER, [journal, JSON.stringify(config)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  })
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve())
    child.once('exit', (code) => reject(new Error(`A reader ended with ${code} before it had started.`)))
  })
  return child
}

function idle(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    let last = performance.now()
    const limit = setTimeout(resolve, LONGEST_END_MS)
    child.on('message', (message) => {
      if (message !== 'idle') last = performance.now()
      if (performance.now() - last < IDLE_MS) return
      clearTimeout(limit)
      resolve()
    })
    child.once('exit', () => resolve())
  })
}

function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

/** A kill may cut the last line. */
function marksOf(journal: string): string[] {
  if (!existsSync(journal)) return []
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1)
  return lines.flatMap((line) => (JSON.parse(line) as { readonly marks?: string[] }).marks ?? [])
}
