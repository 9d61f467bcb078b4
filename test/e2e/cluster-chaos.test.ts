// Three workers are killed, frozen, restarted and made to share anew while sources and sinks run: every line arrives, no
// task runs twice at once, and in the end all runs.
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describeWith, server, waitFor } from '@rowbridge/testkit'
import { expect, onTestFailed, test } from 'vitest'
import { ChildWorker } from '../cluster/child-cluster.js'
import { clusterOn, linesOf, sinkConfig, sourceConfig, statesOf, type Call } from '../cluster/cluster.js'

/** Longer runs are asked for by name: milliseconds. */
const CHAOS_MS = Number(process.env['ROWBRIDGE_CHAOS_MS'] ?? 30_000)
const SOURCES = 6
/** A thawed worker needs a moment to see that the others have its work. */
const THAW_MS = 4000

describeWith(['kafka'], 'a cluster in chaos', () => {
  test(
    'loses no line, runs no task twice and comes to rest',
    async () => {
      const broker = await server('kafka')
      await using cluster = clusterOn(broker.bootstrap)
      const trace = join(cluster.folder, 'trace')
      appendFileSync(trace, '')
      const start = () => ChildWorker.start(cluster.props, trace)
      await using one = await start()
      await using other = await start()
      await using third = await start()
      const workers = [one, other, third]
      onTestFailed(() => {
        for (const { url, output } of workers) process.stderr.write(`${url}\n${output.slice(-6000)}\n`)
      })
      const { call } = one
      for (const worker of workers)
        await waitFor('it answers', async () => (await worker.call('GET', '/health')).status === 200)
      const pairs = Array.from({ length: SOURCES }, (_, i) => pairOf(i, cluster))
      for (const pair of pairs) await make(call, pair)

      const written = pairs.map(() => 0)
      const until = Date.now() + CHAOS_MS
      const writing = write(pairs, written, until)
      const thaws: Thaw[] = []
      for (let round = 0; Date.now() < until; round += 1) await disturb(workers, round, thaws, cluster)
      await writing

      for (const [i, { out }] of pairs.entries()) {
        const expected = written[i] ?? 0
        await waitFor(`the ${expected} lines of ${out}`, () => new Set(linesOf(out)).size === expected, {
          timeoutMs: 90_000,
        })
      }
      for (const { src, snk } of pairs) {
        for (const name of [src, snk]) {
          await waitFor(`${name} runs`, async () => (await statesOf(call, name)) === 'RUNNING: RUNNING', {
            timeoutMs: 60_000,
          })
        }
      }
      const runs = runsOf(readFileSync(trace, 'utf8'), thaws)
      expect(overlaps(runs)).toEqual([])
      expect(runs.length).toBeGreaterThan(2 * SOURCES)
    },
    CHAOS_MS + 240_000,
  )
})

interface Pair {
  readonly src: string
  readonly snk: string
  readonly topic: string
  readonly input: string
  readonly out: string
}

function pairOf(i: number, { folder, name }: { readonly folder: string; readonly name: string }): Pair {
  return {
    src: `src-${i}`,
    snk: `snk-${i}`,
    topic: `${name}-${i}`,
    input: join(folder, `in-${i}`),
    out: join(folder, `out-${i}`),
  }
}

async function make(call: Call, { src, snk, topic, input, out }: Pair): Promise<void> {
  await insist(() => call('PUT', `/connectors/${src}/config`, sourceConfig(input, topic)))
  await insist(() => call('PUT', `/connectors/${snk}/config`, sinkConfig(out, topic)))
}

/** A cluster that shares its work anew may refuse a request for a moment. */
async function insist(ask: () => Promise<{ readonly status: number; readonly body: unknown }>): Promise<void> {
  await waitFor('the request is taken', async () => {
    const { status, body } = await ask()
    if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
    return true
  })
}

async function write(pairs: readonly Pair[], written: number[], until: number): Promise<void> {
  while (Date.now() < until) {
    for (const [i, { input }] of pairs.entries()) {
      const from = written[i] ?? 0
      const lines = Array.from({ length: 20 }, (_, n) => `line ${from + n}\n`)
      appendFileSync(input, lines.join(''))
      written[i] = from + lines.length
    }
    await pause(100)
  }
}

interface Thaw {
  readonly pid: number
  readonly at: number
}

/** One disturbance of one worker after the other. */
async function disturb(
  workers: readonly ChildWorker[],
  round: number,
  thaws: Thaw[],
  cluster: { readonly folder: string },
) {
  const worker = workers[round % workers.length]
  const other = workers[(round + 1) % workers.length]
  if (worker === undefined || other === undefined) return
  switch (round % 4) {
    case 0:
      await worker.end('SIGKILL')
      worker.start()
      break
    case 1:
      worker.freeze()
      await pause(8000)
      thaws.push({ pid: worker.pid, at: Date.now() })
      worker.thaw()
      break
    case 2:
      await worker.end('SIGTERM')
      worker.start()
      break
    case 3:
      await insist(() =>
        other.call('PUT', '/connectors/passing/config', sourceConfig(join(cluster.folder, 'p'), 'dist-passing')),
      )
      await insist(() => other.call('DELETE', '/connectors/passing'))
      break
  }
  await waitFor('it answers again', async () => (await worker.call('GET', '/health')).status === 200, {
    timeoutMs: 90_000,
  })
  await pause(1000)
}

interface Run {
  readonly task: string
  readonly run: string
  readonly from: number
  to: number
}

/** In the order of their beginnings; what a thawed worker does before it knows does not count. */
function runsOf(trace: string, thaws: readonly Thaw[]): readonly Run[] {
  const runs = new Map<string, Run>()
  for (const line of trace.split('\n').slice(0, -1)) {
    const [time = '', pid = '', task = '', run = ''] = line.split(' ')
    const at = Number(time)
    const isDazed = thaws.some((thaw) => thaw.pid === Number(pid) && at >= thaw.at && at < thaw.at + THAW_MS)
    const known = runs.get(run)
    if (isDazed && known !== undefined) continue
    if (known === undefined) runs.set(run, { task, run, from: at, to: at })
    else known.to = at
  }
  return [...runs.values()].toSorted((a, b) => a.from - b.from)
}

/** Runs of one task that overlap in time. */
function overlaps(all: readonly Run[]): string[] {
  return all.flatMap((first, i) =>
    all
      .slice(i + 1)
      .filter((second) => second.task === first.task && second.from < first.to)
      .map((second) => `${first.task}: ${first.run} ${first.from}–${first.to} and ${second.run} from ${second.from}`),
  )
}
