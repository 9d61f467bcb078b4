// Workers that are killed, stopped and frozen while a sink writes each record exactly once: what was lost, and what came twice.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { uniqueName, waitFor } from '@rowbridge/testkit'
import type { Place } from '../jdbc/place.js'
import { fillTopic } from '../jdbc/topic-worker.js'
import { sinkFiles, startSinkProcess, type SinkFiles, type SinkProcess } from './sink-process.js'

export interface OnceOutcome {
  readonly rows: number
  readonly lost: number
  readonly doubled: number
  readonly kills: number
  /** Those of them that came while there was work left. */
  readonly midway: number
  readonly takeOvers: number
}

export interface OnceOptions {
  readonly records: number
  /** Longest time from the first row that a worker wrote to its end. */
  readonly lifeMs: number
  /** Kills at least, though all should be written. */
  readonly kills: number
}

const PARTITIONS = 4
/** More time than any machine needs for some rows. */
const PATIENCE = { timeoutMs: 120_000 }

interface Scene extends AsyncDisposable {
  readonly folder: string
  readonly topic: string
  readonly sink: Readonly<Record<string, string>>
  readonly count: () => Promise<number>
  readonly outcome: (told: Pick<OnceOutcome, 'kills' | 'midway'>, records: number) => Promise<OnceOutcome>
}

async function sceneOf(place: Place): Promise<Scene> {
  await place.query('CREATE TABLE t (id BIGINT NOT NULL, part INT)')
  const folder = mkdtempSync(join(tmpdir(), 'rb-once-'))
  const topic = uniqueName('once')
  const numberOf = async (sql: string) => Number(Object.values((await place.query(sql))[0] ?? {})[0])
  return {
    folder,
    topic,
    sink: {
      name: `${topic}_sink`,
      'connector.class': 'JdbcSink',
      ...Object.fromEntries(Object.entries(place.props).filter(([, value]) => value !== '')),
      topics: topic,
      'table.name.format': 't',
      'exactly.once': 'true',
      'retry.backoff.ms': '100',
      'max.retries': '600',
      // Many small transactions: work that lasts, and ends of workers between any two of its steps.
      'consumer.override.max.poll.records': '5',
      'consumer.override.session.timeout.ms': '6000',
      'consumer.override.heartbeat.interval.ms': '500',
    },
    count: () => numberOf('SELECT count(*) FROM t'),
    outcome: async (told, records) => {
      const rows = await numberOf('SELECT count(*) FROM t')
      const ids = await numberOf(`SELECT count(DISTINCT id) FROM t WHERE id >= 0 AND id < ${records}`)
      const takeOvers = await numberOf('SELECT sum(epoch) FROM rowbridge_offsets')
      return { rows, lost: records - ids, doubled: rows - ids, ...told, takeOvers }
    },
    [Symbol.asyncDispose]: () => {
      rmSync(folder, { recursive: true, force: true })
      return Promise.resolve()
    },
  }
}

function textsOf(records: number): string[] {
  return Array.from({ length: records }, (_, id) => JSON.stringify({ id, part: id % PARTITIONS }))
}

/** One worker on a log of its own, killed again and again in the middle of its work. */
export async function killedOnce(place: Place, { records, lifeMs, kills: wanted }: OnceOptions): Promise<OnceOutcome> {
  await using scene = await sceneOf(place)
  const bootstrap = `embedded:${join(scene.folder, 'log')}`
  await fillTopic(bootstrap, { topic: scene.topic, texts: textsOf(records), partitions: PARTITIONS })
  const files = await sinkFiles({ folder: scene.folder, name: 'one', bootstrap, sink: scene.sink })
  let kills = 0
  let midway = 0
  while ((await scene.count()) < records || kills < wanted) {
    const worker = startSinkProcess(files)
    try {
      const before = await scene.count()
      const isOn = async () => (await scene.count()) > before || before >= records || worker.hasFailed()
      await waitFor('a row', isOn, PATIENCE)
      await pause(Math.random() * lifeMs)
    } finally {
      await worker.end('SIGKILL')
    }
    if (worker.hasFailed()) throw new Error(`The worker failed:\n${worker.output().slice(-4000)}`)
    kills += 1
    if ((await scene.count()) < records) midway += 1
  }
  await lastLook(files)
  return scene.outcome({ kills, midway }, records)
}

/** A worker that finds all written, and ends in order: nothing may come of it. */
async function lastLook(files: SinkFiles): Promise<void> {
  const worker = startSinkProcess(files)
  try {
    const opened = () => worker.output().split('Reading goes on at').length > PARTITIONS
    await waitFor('a worker that knows where it was', opened, PATIENCE)
  } finally {
    await worker.end('SIGTERM')
  }
}

/** Two workers in one group: in turn one is killed, stopped in order, or frozen until the other has taken over. */
export async function rebalancedOnce(
  place: Place,
  bootstrap: string,
  { records, lifeMs, kills: wanted }: OnceOptions,
): Promise<OnceOutcome> {
  await using scene = await sceneOf(place)
  await fillTopic(bootstrap, { topic: scene.topic, texts: textsOf(records), partitions: PARTITIONS })
  const names = ['one', 'two']
  const files = await Promise.all(
    names.map((name) => sinkFiles({ folder: scene.folder, name, bootstrap, sink: scene.sink })),
  )
  const workers = files.map((own) => startSinkProcess(own))
  let kills = 0
  let midway = 0
  try {
    while ((await scene.count()) < records || kills < wanted) {
      const before = await scene.count()
      await waitFor('a row', async () => (await scene.count()) > before || before >= records, PATIENCE)
      await pause(Math.random() * lifeMs)
      if ((await scene.count()) < records) midway += 1
      const at = kills % 2
      await troubleOne(workers[at], kills % 3)
      const own = files[at]
      if (own !== undefined) workers[at] = startSinkProcess(own)
      kills += 1
    }
  } finally {
    for (const worker of workers) await worker.end('SIGKILL')
  }
  return scene.outcome({ kills, midway }, records)
}

/** Longer than its session lasts, so that the other takes over from one that is still alive. */
const FROZEN_MS = 9000
/** What it does when it goes on, before it is ended. */
const THAWED_MS = 2000

async function troubleOne(worker: SinkProcess | undefined, kind: number): Promise<void> {
  if (worker === undefined) return
  if (kind === 2) {
    worker.signal('SIGSTOP')
    await pause(FROZEN_MS)
    worker.signal('SIGCONT')
    await pause(THAWED_MS)
  }
  await worker.end(kind === 0 ? 'SIGTERM' : 'SIGKILL')
}
