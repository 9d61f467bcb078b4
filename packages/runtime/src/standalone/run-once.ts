// Runs to an end: a source that has read what there was, a sink that has written what its topics held. What each came to is kept
// for a report.
import { describeError, type Log, type Props } from '@rowbridge/api'
import type { Admin } from '@rowbridge/kafka'
import { groupOf } from '../client-props.js'
import type { Clock } from '../clock.js'
import { isRunOnce, sinkConnectorConfig } from '../connector-config.js'
import type { ConnectorStatus } from '../herder.js'
import type { RunReport } from '../worker.js'
import type { ConnectorRunner } from '../runner.js'

type Figures = Readonly<Record<string, number>>

const LOOK_MS = 100

export interface RunParts {
  readonly admin: Admin
  readonly clock: Clock
  readonly log: Log
  /** Aborted when the worker stops. */
  readonly signal: AbortSignal
  readonly names: () => readonly string[]
  readonly props: (name: string) => Props
  readonly status: (name: string) => ConnectorStatus
  /** Whether it is meant to run. */
  readonly isStarted: (name: string) => boolean
  readonly runner: (name: string) => ConnectorRunner | undefined
  readonly stop: (name: string) => Promise<void>
}

export class Runs {
  readonly #parts: RunParts
  readonly #reports = new Map<string, Promise<RunReport>>()

  constructor(parts: RunParts) {
    this.#parts = parts
  }

  /** Waits for all sources, then for all sinks. */
  async all(): Promise<readonly RunReport[]> {
    const { clock, signal, status } = this.#parts
    const names = this.#parts.names()
    const isSink = (name: string) => status(name).type === 'sink'
    for (const name of names.filter((each) => !isSink(each))) {
      while (!signal.aborted && !this.#isOver(name)) await clock.sleep(LOOK_MS, signal)
    }
    await Promise.all(names.filter(isSink).map((name) => this.#drain(name)))
    return Promise.all(names.map(async (name) => (await this.#reports.get(name)) ?? this.#report(name)))
  }

  /** A sink that is to run once is drained from here on. */
  started(name: string): void {
    const { props, status } = this.#parts
    if (isRunOnce(props(name)) && status(name).type === 'sink') void this.#drain(name)
  }

  /** A connector that came to its end is stopped, so that resuming it runs it once more. */
  async finish(name: string): Promise<void> {
    const { signal, runner } = this.#parts
    if (signal.aborted || runner(name) === undefined) return
    const report = this.#stop(name)
    this.#reports.set(name, report)
    await report
  }

  /** Tasks tell their last figures when they end. */
  async #stop(name: string): Promise<RunReport> {
    const { runner, log, stop, status } = this.#parts
    const tasks = runner(name)?.tasks ?? []
    const seconds = runner(name)?.seconds ?? 0
    log.info(`Connector ${name} has come to the end of its run and is stopped`, { connector: name })
    await stop(name).catch((error: unknown) => log.warn(`Connector ${name} could not be stopped`, { error }))
    const figures = tasks.map(({ metrics }) => metrics)
    return reportOf(status(name), figures, seconds)
  }

  /** Whether nothing of it runs any more, or is to run. */
  #isOver(name: string): boolean {
    const { status, isStarted, runner } = this.#parts
    if (!isStarted(name) || status(name).connector.state === 'FAILED') return true
    const tasks = runner(name)?.tasks ?? []
    return tasks.length > 0 && tasks.every(({ isEnded }) => isEnded)
  }

  #report(name: string): RunReport {
    const { status, runner } = this.#parts
    const figures = (runner(name)?.tasks ?? []).map(({ metrics }) => metrics)
    return reportOf(status(name), figures, runner(name)?.seconds ?? 0)
  }

  /** Stops a sink when it has written what its topics hold now. */
  async #drain(name: string): Promise<void> {
    const { log, props, status, signal } = this.#parts
    const states = () => [status(name).connector, ...status(name).tasks]
    const isHopeless = () => this.#isOver(name) || states().some(({ state }) => state === 'FAILED')
    const tell = (problem: string) => log.debug(`The topics of ${name} could not be looked at`, { problem })
    await drained(name, props(name), { ...this.#parts, isHopeless, tell })
    if (!signal.aborted && !isHopeless()) await this.finish(name)
  }
}

/** What one run of a connector came to, by the last figures of its tasks. */
function reportOf(status: ConnectorStatus, figures: readonly Figures[], seconds: number): RunReport {
  const failed = [status.connector, ...status.tasks].find(({ state }) => state === 'FAILED')
  const names =
    status.type === 'sink'
      ? { rows: 'sink-record-send-total', bytes: 'sink-record-read-bytes' }
      : { rows: 'source-record-write-total', bytes: 'source-record-write-bytes' }
  const sum = (name: string) => figures.reduce((total, metrics) => total + (metrics[name] ?? 0), 0)
  return {
    connector: status.name,
    type: status.type,
    rows: sum(names.rows),
    bytes: sum(names.bytes),
    seconds,
    problem: failed === undefined ? null : (failed.trace ?? 'It failed.'),
  }
}

interface Drain {
  readonly admin: Admin
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Whether there is no use in waiting, as after a failure. */
  readonly isHopeless: () => boolean
  readonly tell: (problem: string) => void
}

/** Waits until the group of a sink has committed all that its topics hold now. */
async function drained(name: string, props: Props, drain: Drain): Promise<void> {
  const { admin, clock, signal, isHopeless, tell } = drain
  let ends: readonly End[] | null = null
  while (!signal.aborted && !isHopeless()) {
    try {
      ends ??= await endsOf(admin, props)
      const committed = await admin.committed(groupOf(name, props))
      const offsets = new Map(committed.map(({ topic, partition, offset }) => [`${topic}-${partition}`, offset]))
      if (ends.every(({ place, offset }) => (offsets.get(place) ?? 0) >= offset)) return
    } catch (error) {
      tell(describeError(error))
    }
    await clock.sleep(LOOK_MS, signal)
  }
}

interface End {
  readonly place: string
  readonly offset: number
}

/** The ends of all partitions that hold anything. */
async function endsOf(admin: Admin, props: Props): Promise<readonly End[]> {
  const config = sinkConnectorConfig.parse(props)
  const regex = config['topics.regex']
  const isMeant = regex === '' ? null : new RegExp(`^(?:${regex})$`, 'u')
  const there = (await admin.topics()).map(({ topic }) => topic)
  const topics = there.filter((topic) => isMeant?.test(topic) ?? config.topics.includes(topic))
  const ends: End[] = []
  for (const topic of topics) {
    for (const { partition, earliest, latest } of await admin.offsets(topic)) {
      if (latest > earliest) ends.push({ place: `${topic}-${partition}`, offset: latest })
    }
  }
  return ends
}
