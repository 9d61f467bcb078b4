// Runs one task behind a port: opens what the task needs for itself, runs its pipeline, tells its state. It shares nothing
// with the worker but the port, so that whoever calls `runTask` decides on which thread the task lives.
import {
  javaTrace,
  namedLog,
  type Log,
  type Props,
  type SinkPlugin,
  type SourcePlugin,
  type TaskContext,
} from '@rowbridge/api'
import type { Kafka } from '@rowbridge/kafka'
import { orAborted, isAbort, settlesWithin, systemClock, type Clock } from '../clock.js'
import { keepSecretsOf, referencesOf } from '../config-providers.js'
import { workerConfig, type WorkerConfig } from '../config.js'
import { connectorConfig } from '../connector-config.js'
import { TaskMetrics } from '../metrics.js'
import type { Plugins } from '../plugins.js'
import { toleranceOf, type Tolerance } from '../tolerance.js'
import type { DeadLetters } from '../dead-letters.js'
import { Wake } from '../wake.js'
import { linkToWorker, type WorkerLink } from './link.js'
import type { TaskPort, TaskSpec } from './protocol.js'
import { openSink } from './sink.js'
import { openSource } from './source.js'

export type OpenKafka = (
  props: Props,
  options: { readonly clientId: string; readonly log: Log; readonly access: 'own' | 'visit' },
) => Promise<Kafka>

export interface HostParts {
  readonly plugins: Plugins
  readonly openKafka: OpenKafka
  readonly clock?: Clock
}

const REPORT_MS = 1000
/** Logger of everything that speaks to the log over the network. */
const CLIENTS_LOGGER = 'org.apache.kafka.clients'
/** Share of the graceful time after which waits inside a sink task are ended, so that the rest of the stop has time. */
const PATIENCE = 0.6

/** Longest wait for one close; what is given up is not waited for. */
const CLOSE_MS = 30_000
const CANCELLED_CLOSE_MS = 200

/** What a pipeline is to its host. */
export interface Pipeline {
  pause(): void
  resume(): void
  /** Runs until the stop; rejects with what failed the task. */
  run(): Promise<void>
}

/** Everything that source and sink tasks are opened with. */
export interface TaskRoom {
  readonly spec: TaskSpec
  readonly plugins: Plugins
  readonly openKafka: (props: Props, clientId: string) => Promise<Kafka>
  readonly clock: Clock
  readonly link: WorkerLink
  readonly metrics: TaskMetrics
  /** What becomes of bad records; those of a sink may go to a dead letter queue. */
  readonly toleranceWith: (deadLetters: DeadLetters | null) => Tolerance
  readonly worker: WorkerConfig
  readonly conversionRetry: { readonly timeoutMs: number; readonly mostMs: number }
  readonly context: TaskContext
  readonly stopping: AbortSignal
  readonly cancelled: AbortSignal
}

/** Resolves when the task has ended; never rejects. */
export async function runTask(port: TaskPort, spec: TaskSpec, parts: HostParts): Promise<void> {
  await new TaskHost(port, spec, parts).run()
}

class TaskHost {
  readonly #spec: TaskSpec
  readonly #parts: HostParts
  readonly #clock: Clock
  readonly #link: WorkerLink
  readonly #stopping = new AbortController()
  readonly #cancelled = new AbortController()
  /** The signal that the task itself sees. */
  readonly #ending = new AbortController()
  readonly #wake = new Wake()
  #isPaused: boolean
  #pipeline: Pipeline | null = null

  constructor(port: TaskPort, spec: TaskSpec, parts: HostParts) {
    this.#spec = spec
    this.#parts = parts
    this.#clock = parts.clock ?? systemClock
    this.#isPaused = spec.isPaused
    this.#link = linkToWorker(port, `${spec.connector}-${spec.task}`, {
      pause: () => this.#setPaused(true),
      resume: () => this.#setPaused(false),
      stop: () => this.#stop(),
      cancel: () => this.#cancel(),
    })
  }

  async run(): Promise<void> {
    const reported = new AbortController()
    const metrics = new TaskMetrics(this.#clock, RATES[this.#spec.type])
    const reports = this.#report(metrics, reported.signal)
    try {
      await this.#whilePaused()
      if (!this.#stopping.signal.aborted) await this.#runPipeline(metrics)
    } catch (error) {
      if (!this.#cancelled.signal.aborted) this.#tellFailure(error)
    }
    reported.abort()
    await reports
    this.#link.metrics(metrics.report())
    this.#link.end()
  }

  #setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused
    if (isPaused) this.#pipeline?.pause()
    else this.#pipeline?.resume()
    this.#wake.ring()
  }

  #stop(): void {
    this.#stopping.abort()
    this.#wake.ring()
    if (this.#spec.type === 'source') this.#ending.abort()
    else void this.#endLater()
  }

  /** A sink's put may end by itself first. */
  async #endLater(): Promise<void> {
    const timeout = Number(this.#spec.workerProps['task.shutdown.graceful.timeout.ms'] ?? 5000)
    await this.#clock.sleep(timeout * PATIENCE, this.#ending.signal)
    this.#ending.abort()
  }

  #cancel(): void {
    this.#cancelled.abort()
    this.#stopping.abort()
    this.#ending.abort()
    this.#wake.ring()
  }

  /** A task of a paused connector is not started. */
  async #whilePaused(): Promise<void> {
    if (this.#isPaused) this.#link.status('PAUSED')
    while (this.#isPaused && !this.#stopping.signal.aborted) await this.#wake.wait()
  }

  async #runPipeline(metrics: TaskMetrics): Promise<void> {
    const room = this.#roomOf(metrics)
    let failure: { readonly error: unknown } | null = null
    const { pipeline, task, close } = await openTask(room)
    try {
      await orAborted(task.start(), this.#cancelled.signal)
      this.#pipeline = pipeline
      if (this.#isPaused) pipeline.pause()
      if (!this.#stopping.signal.aborted) this.#link.status('RUNNING')
      await pipeline.run()
    } catch (error) {
      failure = { error }
    }
    this.#ending.abort()
    await this.#close('the task', () => task.stop())
    await this.#close('the clients of the task', close)
    if (failure !== null && !(this.#stopping.signal.aborted && isAbort(failure.error))) throw failure.error
  }

  /** What hangs here, hangs alone. */
  async #close(what: string, close: () => Promise<void>): Promise<void> {
    try {
      const most = this.#cancelled.signal.aborted ? CANCELLED_CLOSE_MS : CLOSE_MS
      if (!(await settlesWithin(close(), most, this.#clock))) this.#link.log.warn(`Closing ${what} takes too long`)
    } catch (error) {
      this.#link.log.warn(`Closing ${what} failed`, { error })
    }
  }

  #roomOf(metrics: TaskMetrics): TaskRoom {
    const spec = resolvedSpec(this.#spec)
    const { connector, task } = spec
    const framework = connectorConfig.parse(spec.connectorProps)
    const timeout = framework['errors.retry.timeout']
    const plugin = this.#parts.plugins.connector(spec.pluginClass)
    const log = namedLog(this.#link.log, CLIENTS_LOGGER)
    const tolerance = {
      id: `${connector}-${task}`,
      tolerance: framework['errors.tolerance'],
      logEnable: framework['errors.log.enable'],
      includeMessages: framework['errors.log.include.messages'],
      log: this.#link.log,
      metrics,
      clock: this.#clock,
    }
    return {
      spec,
      plugins: this.#parts.plugins,
      openKafka: (props, clientId) => this.#parts.openKafka(props, { clientId, log, access: 'own' }),
      clock: this.#clock,
      link: this.#link,
      metrics,
      toleranceWith: (deadLetters) => toleranceOf(tolerance, deadLetters),
      worker: workerConfig.parse(spec.workerProps),
      conversionRetry: {
        timeoutMs: timeout < 0 ? Number.POSITIVE_INFINITY : timeout,
        mostMs: framework['errors.retry.delay.max.ms'],
      },
      context: {
        connector,
        task,
        log: namedLog(this.#link.log, plugin.taskClass),
        metrics,
        signal: this.#ending.signal,
        troubled: (problem) => this.#link.troubled(problem),
      },
      stopping: this.#stopping.signal,
      cancelled: this.#cancelled.signal,
    }
  }

  #tellFailure(error: unknown): void {
    this.#link.log.error('The task failed and stays so until it is restarted', { error })
    this.#link.status('FAILED', javaTrace(error))
  }

  async #report(metrics: TaskMetrics, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      await this.#clock.sleep(REPORT_MS, ended)
      if (!ended.aborted) this.#link.metrics(metrics.report())
    }
  }
}

const RATES = {
  source: {
    'source-record-poll-total': 'source-record-poll-rate',
    'source-record-write-total': 'source-record-write-rate',
  },
  sink: {
    'offset-commit-completion-total': 'offset-commit-completion-rate',
    'sink-record-read-total': 'sink-record-read-rate',
    'sink-record-send-total': 'sink-record-send-rate',
  },
} as const

interface OpenedTask {
  readonly pipeline: Pipeline
  readonly task: { start(): Promise<void>; stop(): Promise<void> }
  /** Closes what was opened for the task. */
  readonly close: () => Promise<void>
}

/** References to config providers are looked up here, as late as can be, and on the thread of the task. */
function resolvedSpec(spec: TaskSpec): TaskSpec {
  const references = referencesOf(spec.workerProps)
  const [props, connectorProps] = [spec.props, spec.connectorProps].map((raw) => references.resolve(raw))
  const resolved = { ...spec, props: props ?? {}, connectorProps: connectorProps ?? {} }
  for (const each of [resolved.workerProps, resolved.props, resolved.connectorProps]) keepSecretsOf(each)
  return resolved
}

function openTask(room: TaskRoom): Promise<OpenedTask> {
  const plugin: SourcePlugin | SinkPlugin = room.plugins.connector(room.spec.pluginClass)
  return plugin.type === 'source' ? openSource(plugin, room) : openSink(plugin, room)
}
