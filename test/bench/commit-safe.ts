// What commit.safe costs: the same table read with it and without, by turns, while nobody writes and while others do. Their
// transactions run in a process of their own, so that the time of the processor is the reader's alone.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { uniqueName } from '@rowbridge/testkit'
import { createTopic, deleteTopic, openLog, outcomeOfTopic, type BenchLog } from './log.js'
import type { Comparison, Way } from './measure.js'
import { orders, outcomeOf } from './orders.js'
import { fill, openPlace, type Place } from './places.js'
import { orFailure } from './source.js'
import { failed, startWorker, type BenchWorker } from './worker.js'

const TABLE = 'orders'
const PLACES = ['mariadb', 'postgresql'] as const
const MODES = ['incrementing', 'timestamp+incrementing'] as const

interface Scene {
  readonly place: Place
  readonly log: BenchLog
  readonly mode: (typeof MODES)[number]
  readonly isBusy: boolean
  readonly rows: number
}

/** By name, as `--only commit-safe-mariadb` selects them. */
export const COMMIT_SAFE_BENCHES: Readonly<Record<string, (rows: number) => Promise<Comparison>>> = Object.fromEntries(
  PLACES.flatMap((place) =>
    MODES.flatMap((mode) =>
      [false, true].map((isBusy) => [
        `commit-safe-${place}-${mode}-${isBusy ? 'busy' : 'quiet'}`,
        (rows: number) => commitSafeBench(place, { mode, isBusy, rows }),
      ]),
    ),
  ),
)

async function commitSafeBench(
  name: (typeof PLACES)[number],
  { mode, isBusy, rows }: Pick<Scene, 'mode' | 'isBusy' | 'rows'>,
): Promise<Comparison> {
  const place = await openPlace(name)
  const log = await openLog(true)
  await fill(place, TABLE, rows)
  await place.knex.raw(`create index orders_by_time on ${TABLE} (created_at, id)`)
  await place.knex.raw(`analyze ${name === 'mariadb' ? 'table ' : ''}${TABLE}`)
  const scene = { place, log, mode, isBusy, rows }
  return {
    name: `commit.safe, ${name}, ${mode}, ${isBusy ? 'while others write' : 'while nobody writes'}, embedded log`,
    rows,
    repetitions: 9,
    warmUp: 2,
    expected: outcomeOf(orders(rows)),
    ways: [reader(scene, 'true'), reader(scene, 'false')],
    close: async () => {
      await place[Symbol.asyncDispose]()
      await log[Symbol.asyncDispose]()
    },
  }
}

/** Reads what was in the table before the others began to write. */
function reader({ place, log, mode, isBusy, rows }: Scene, isSafe: string): Way {
  let prefix = ''
  let running: BenchWorker | null = null
  let writers: ChildProcess | null = null
  let done: (() => void) | null = null
  let acked = 0
  const count = (records: number) => {
    acked += records
    if (acked >= rows) done?.()
  }
  return {
    name: `commit.safe=${isSafe}`,
    prepare: async () => {
      prefix = uniqueName('rowbridge_bench')
      acked = 0
      await createTopic(log, `${prefix}${TABLE}`)
      running = await startWorker(log.servers, { acked: (topic, n) => topic === `${prefix}${TABLE}` && count(n) })
      if (isBusy) writers = await startWriters(place, rows)
    },
    run: async () => {
      const { worker } = running!
      const finished = new Promise<void>((resolve) => (done = resolve))
      await worker.herder.create(prefix, {
        'connector.class': 'JdbcSource',
        ...place.connection,
        mode,
        'incrementing.column.name': 'id',
        ...(mode === 'incrementing' ? {} : { 'timestamp.column.name': 'created_at' }),
        'table.whitelist': TABLE,
        'topic.prefix': prefix,
        'batch.max.rows': '1000',
        'validate.non.null': 'false',
        'commit.safe': isSafe,
      })
      await orFailure(finished, () => failed(worker, prefix))
    },
    check: async () => {
      if (writers !== null) await stopped(writers)
      await running?.[Symbol.asyncDispose]()
      const outcome = await outcomeOfTopic(log, `${prefix}${TABLE}`, ([id]) => id <= rows)
      await deleteTopic(log, `${prefix}${TABLE}`)
      await place.knex(TABLE).where('id', '>', rows).del()
      return outcome
    },
  }
}

async function startWriters({ connection }: Place, rows: number): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'writers.js'), [JSON.stringify(connection), TABLE, String(rows + 1)])
  await once(child, 'message')
  return child
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`The writers ended by themselves with ${child.exitCode}`)
  const exit = once(child, 'exit')
  child.send('stop')
  await exit
}
