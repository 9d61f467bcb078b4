// One connector with its tasks on this worker: brings them to what the config store says and keeps their statuses. Whatever
// fails in here fails this connector or task alone.
import { ConnectError, javaTrace, namedLog, type Connector, type Json, type Log, type Props } from '@rowbridge/api'
import { settlesWithin, type Clock } from './clock.js'
import { withReferences, type References } from './config-providers.js'
import type { State, TargetState } from './herder.js'
import type { Fold } from './log/record-log.js'
import type { Plugins } from './plugins.js'
import type { Startups } from './startups.js'
import { nextState, type Status, type StatusEvent } from './status.js'
import { taskRecords, type ConfigState } from './stores/config.js'
import type { OffsetStore } from './stores/offset.js'
import { connectorStatusRecord, taskStatusRecord, topicRecord, type StatusState } from './stores/status.js'
import { TaskHandle, type RunTask } from './task/handle.js'
import type { TaskSpec } from './task/protocol.js'

export interface RunnerRoom {
  readonly plugins: Plugins
  readonly workerProps: Props
  readonly references: References
  readonly startups: Startups
  readonly workerId: string
  readonly gracefulMs: number
  readonly tracksTopics: boolean
  readonly configs: Fold<ConfigState>
  readonly statuses: Fold<StatusState>
  readonly offsets: OffsetStore
  readonly runTask: RunTask
  readonly clock: Clock
  readonly log: Log
  /** All tasks of the connector came to an end by themselves. */
  readonly finished: (name: string) => void
  /** Runs work on this connector after what is on. */
  readonly later: (name: string, work: () => Promise<void>) => void
  /** Generation of the worker in its group; 0 of one that stands alone. */
  readonly generation: () => number
  /** Whether a task has a status before it runs. */
  readonly announcesTasks: boolean
  /** Brings what runs, and what is stored, to what the connector now wants for tasks. */
  readonly applyTasks: (configs: readonly Props[]) => Promise<void>
}

const CONNECTOR_STOP_MS = 5000
const EVENTS: Readonly<Record<State, StatusEvent>> = {
  RUNNING: 'started',
  PAUSED: 'paused',
  FAILED: 'failed',
  UNASSIGNED: 'ended',
  STOPPED: 'stopped',
  RESTARTING: 'restarting',
}

export class ConnectorRunner {
  readonly name: string
  readonly #room: RunnerRoom
  readonly #tasks = new Map<number, TaskHandle>()
  /** What this worker last told of the connector and each task: what others told before does not bind it. */
  readonly #told = new Map<number | 'connector', Status>()
  #running: Connector | null = null
  /** What the connector was started with. */
  #resolved: Props = {}
  #startedAt = 0
  #signal = new AbortController()

  constructor(name: string, room: RunnerRoom) {
    this.name = name
    this.#room = room
  }

  /** Whether the connector itself runs here, and not its tasks alone. */
  get isRunning(): boolean {
    return this.#running !== null
  }

  get tasks(): readonly TaskHandle[] {
    return [...this.#tasks.values()]
  }

  /** Since its tasks were started the last time. */
  get seconds(): number {
    return (this.#room.clock.now() - this.#startedAt) / 1000
  }

  get #props(): Props {
    return this.#room.configs.state.connectors.get(this.name) ?? {}
  }

  get #target(): TargetState {
    return this.#room.configs.state.targets.get(this.name) ?? 'STARTED'
  }

  /** Connector and tasks, as far as the target state lets them run. */
  async start(): Promise<void> {
    if (await this.startConnector()) await this.configureTasks()
    else this.startTasks()
  }

  /** True when it runs; a paused or stopped connector is not started. */
  async startConnector(): Promise<boolean> {
    const target = this.#target
    if (target !== 'STARTED') {
      await this.tellConnector(target === 'PAUSED' ? 'paused' : 'stopped')
      return false
    }
    this.#signal = new AbortController()
    this.#room.startups.attempted('connector')
    try {
      const plugin = this.#room.plugins.connector(this.#props['connector.class'] ?? '')
      const connector = await plugin.connector()
      this.#resolved = this.#room.references.resolve(this.#props)
      await connector.start(this.#resolved, {
        name: this.name,
        log: namedLog(this.#room.log, plugin.className),
        signal: this.#signal.signal,
        requestTaskReconfiguration: () => this.#room.later(this.name, () => this.configureTasks()),
        raiseError: (error) => this.#room.later(this.name, () => this.#fail(error)),
      })
      this.#running = connector
      await this.tellConnector('started')
      this.#room.startups.ended('connector', true)
      return true
    } catch (error) {
      this.#room.startups.ended('connector', false)
      await this.#fail(error)
      return false
    }
  }

  /** Ends waits inside the connector, so that what comes next need not wait for them. */
  interrupt(): void {
    this.#signal.abort()
  }

  async stopConnector(): Promise<void> {
    const connector = this.#running
    this.#running = null
    this.#signal.abort()
    if (connector === null) return
    try {
      if (await settlesWithin(connector.stop(), CONNECTOR_STOP_MS, this.#room.clock)) return
      this.#room.log.warn(`Connector ${this.name} did not stop within ${CONNECTOR_STOP_MS} ms and is given up`)
    } catch (error) {
      this.#room.log.warn(`Connector ${this.name} failed to stop`, { error })
    }
  }

  async #fail(error: unknown): Promise<void> {
    this.#room.log.error(`Connector ${this.name} failed and stays so until it is restarted`, {
      connector: this.name,
      error,
    })
    await this.stopConnector()
    await this.tellConnector('failed', javaTrace(error))
  }

  /** Asks the connector for its tasks. */
  async configureTasks(): Promise<void> {
    if (this.#running === null) return
    try {
      await this.#room.applyTasks(await this.#taskConfigs(this.#running))
    } catch (error) {
      await this.#fail(error)
    }
  }

  async #taskConfigs(connector: Connector): Promise<readonly Props[]> {
    const props = this.#props
    const most = Number(props['tasks.max'] ?? 1)
    const configs = await connector.taskConfigs(most)
    if (configs.length > most) {
      const message = `Connector ${this.name} made ${configs.length} tasks, more than tasks.max=${most} allows`
      if (props['tasks.max.enforce']?.trim().toLowerCase() !== 'false')
        throw new ConnectError('too-many-tasks', message)
      this.#room.log.warn(message)
    }
    const plugin = this.#room.plugins.connector(props['connector.class'] ?? '')
    const topics = ['topics', 'topics.regex'].filter((key) => plugin.type === 'sink' && props[key] !== undefined)
    const copied = Object.fromEntries(topics.map((key) => [key, props[key] ?? '']))
    return configs.map((config) => ({
      ...withReferences(config, props, this.#resolved),
      'task.class': plugin.taskClass,
      ...copied,
    }))
  }

  /** Stops the tasks there are and stores the new ones. */
  async replaceTasks(configs: readonly Props[]): Promise<void> {
    await this.stopTasks()
    const known = this.#room.statuses.state.tasks.get(this.name)?.keys() ?? []
    const gone = [...known].filter((task) => task >= configs.length)
    for (const task of gone) this.#told.delete(task)
    await this.#room.statuses.append(gone.map((task) => taskStatusRecord(this.name, task, null)))
    await this.#room.configs.append(taskRecords(this.name, configs))
  }

  /** Starts those of these tasks, or of all, that have not been started. */
  startTasks(which?: readonly number[]): void {
    const configs = this.#room.configs.state.tasks.get(this.name) ?? []
    if (this.#tasks.size === 0) this.#startedAt = this.#room.clock.now()
    configs.forEach((props, task) => {
      if (!this.#tasks.has(task) && (which?.includes(task) ?? true)) this.#startTask(task, props)
    })
  }

  #startTask(task: number, props: Props): void {
    const { plugins, workerProps, runTask, offsets, startups, log } = this.#room
    const connectorProps = this.#props
    const plugin = plugins.connector(connectorProps['connector.class'] ?? '')
    const spec: TaskSpec = {
      connector: this.name,
      task,
      type: plugin.type,
      pluginClass: plugin.className,
      props,
      connectorProps,
      workerProps,
      generation: this.#room.generation(),
      isPaused: this.#target === 'PAUSED',
    }
    if (this.#room.announcesTasks) void this.tellTask(task, 'ended')
    startups.attempted('task')
    let isStarting = true
    const events = {
      status: (state: State, trace: string | null) => {
        if (isStarting && (state === 'RUNNING' || state === 'FAILED')) {
          isStarting = false
          startups.ended('task', state === 'RUNNING')
        }
        void this.tellTask(task, EVENTS[state], trace)
      },
      troubled: (problem: string | null) => void this.#tellTrouble(task, problem),
      finished: () => this.#finished(),
      usedTopic: (topic: string) => void this.#tellTopic(task, topic),
      readOffsets: async (partitions: readonly Json[]) => {
        await offsets.refresh()
        return offsets.read(this.name, partitions)
      },
      writeOffsets: (written: readonly (readonly [Json, Json])[]) => offsets.write(this.name, written),
    }
    this.#tasks.set(task, TaskHandle.start(spec, runTask, events, taskLog(log, spec)))
  }

  /** Stops these tasks, or all; those that do not end in time are given up. Resolves when none of them runs. */
  async stopTasks(which?: readonly number[], gracefulMs = this.#room.gracefulMs): Promise<void> {
    const handles = [...this.#tasks].filter(([task]) => which?.includes(task) ?? true)
    const stops = Promise.all(handles.map(([, handle]) => handle.stop()))
    if (!(await settlesWithin(stops, gracefulMs, this.#room.clock))) await this.#giveUp(handles, gracefulMs)
    for (const [task] of handles) this.#tasks.delete(task)
  }

  async #giveUp(handles: readonly (readonly [number, TaskHandle])[], gracefulMs: number): Promise<void> {
    const late = handles.filter(([, handle]) => !handle.isEnded)
    for (const [task] of late) {
      this.#room.log.warn(`Task ${this.name}-${task} did not end within ${gracefulMs} ms and is given up`)
    }
    await Promise.all(late.map(([, handle]) => handle.abandon(this.#room.clock)))
  }

  pauseTasks(): void {
    for (const handle of this.#tasks.values()) handle.pause()
  }

  resumeTasks(): void {
    for (const handle of this.#tasks.values()) handle.resume()
  }

  async tellConnector(event: StatusEvent, trace: string | null = null): Promise<void> {
    const status = this.#next('connector', event, trace)
    if (status !== null) await this.#room.statuses.append([connectorStatusRecord(this.name, status)])
  }

  async tellTask(task: number, event: StatusEvent, trace: string | null = null): Promise<void> {
    const status = this.#next(task, event, trace)
    if (status !== null) await this.#room.statuses.append([taskStatusRecord(this.name, task, status)])
  }

  /** Null: nothing changes. While restarting, the trace of what failed stays to be read. */
  #next(of: number | 'connector', event: StatusEvent, trace: string | null): Status | null {
    const told = this.#told.get(of)
    const state = nextState(of === 'connector' ? 'connector' : 'task', told?.state ?? null, event)
    if (state === null) return null
    return this.#tell(of, state, event === 'restarting' ? (told?.trace ?? null) : trace)
  }

  #tell(of: number | 'connector', state: State, trace: string | null): Status {
    const status = { state, trace, workerId: this.#room.workerId, generation: this.#room.generation() }
    this.#told.set(of, status)
    return status
  }

  #finished(): void {
    if (this.tasks.every(({ isEnded, state }) => isEnded && state !== 'FAILED')) this.#room.finished(this.name)
  }

  /** A task in trouble is RUNNING with a trace. */
  async #tellTrouble(task: number, problem: string | null): Promise<void> {
    const told = this.#told.get(task)
    if (told?.state !== 'RUNNING' || told.trace === problem) return
    await this.#room.statuses.append([taskStatusRecord(this.name, task, this.#tell(task, 'RUNNING', problem))])
  }

  async #tellTopic(task: number, topic: string): Promise<void> {
    if (!this.#room.tracksTopics) return
    await this.#room.statuses.append([topicRecord(this.name, topic, { task, at: this.#room.clock.now() })])
  }
}

const TASK_LOGGERS = {
  source: 'org.apache.kafka.connect.runtime.WorkerSourceTask',
  sink: 'org.apache.kafka.connect.runtime.WorkerSinkTask',
}

/** Lines that name no logger of their own come from the worker's part of a task. */
function taskLog(log: Log, { connector, task, type }: TaskSpec): Log {
  const logger = TASK_LOGGERS[type]
  const told = (fields: Readonly<Record<string, unknown>> | undefined) => ({ logger, connector, task, ...fields })
  return {
    debug: (message, fields) => log.debug(message, told(fields)),
    info: (message, fields) => log.info(message, told(fields)),
    warn: (message, fields) => log.warn(message, told(fields)),
    error: (message, fields) => log.error(message, told(fields)),
  }
}
