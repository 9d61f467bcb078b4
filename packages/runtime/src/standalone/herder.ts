// The herder of a worker that stands alone: requests change the stores, then the connector's runner follows them. Requests
// for one connector go one after the other; a connector that hangs holds up its own requests only.
import { StateError, type Props } from '@rowbridge/api'
import { settlesWithin } from '../clock.js'
import type { ConfigInfos, ConnectorInfo, ConnectorStatus, Herder, OffsetChange, TargetState } from '../herder.js'
import type { LogLevelName, LogLevels } from '../log-levels.js'
import { ConnectorRunner, type RunnerRoom } from '../runner.js'
import { Serial } from '../serial.js'
import { connectorRecords, deletionRecords, targetRecords } from '../stores/config.js'
import { connectorStatusRecord, taskStatusRecord, topicRecord } from '../stores/status.js'
import { checkRequestType, pluginOf, validateForForm } from '../validate.js'
import { versionOfThis } from '../version.js'
import {
  alterOffsetsOf,
  checkedConfig,
  expectConnector,
  infoOf,
  offsetsOf,
  patched,
  progressOf,
  resetTopicsOf,
  restartPlan,
  statusOf,
  tasksOf,
  topicsOf,
  type Patch,
  type RestartWish,
  type Stores,
} from '../views.js'
import type { RunReport, TaskProgress } from '../worker.js'
import { Runs } from './run-once.js'

type Own = 'later' | 'finished' | 'announcesTasks' | 'generation' | 'applyTasks'

export interface StandaloneRoom extends Stores, Omit<RunnerRoom, keyof Stores | Own> {
  readonly logLevels: LogLevels
}

/** Answers do not wait longer than this for a connector that takes its time to start. */
const START_WAIT_MS = 30_000

export class StandaloneHerder implements Herder {
  readonly #room: StandaloneRoom
  readonly #serial = new Serial()
  readonly #runners = new Map<string, ConnectorRunner>()
  readonly #runs: Runs
  readonly #stopped = new AbortController()
  #isStopping = false

  constructor(room: StandaloneRoom) {
    this.#room = room
    this.#runs = new Runs({
      admin: room.admin,
      clock: room.clock,
      log: room.log,
      signal: this.#stopped.signal,
      names: () => [...room.configs.state.connectors.keys()],
      props: (name) => room.configs.state.connectors.get(name) ?? {},
      status: (name) => statusOf(room, name),
      isStarted: (name) => (room.configs.state.targets.get(name) ?? 'STARTED') === 'STARTED',
      runner: (name) => this.#runners.get(name),
      stop: (name) => this.setTargetState(name, 'STOPPED'),
    })
  }

  async server() {
    return { version: versionOfThis(), kafka_cluster_id: await this.#room.admin.clusterId() }
  }

  plugins() {
    return this.#room.plugins.all
  }

  connectors() {
    return Promise.resolve([...this.#room.configs.state.connectors.keys()])
  }

  info(name: string): Promise<ConnectorInfo> {
    return answer(() => infoOf(this.#room, name))
  }

  status(name: string): Promise<ConnectorStatus> {
    return answer(() => statusOf(this.#room, name))
  }

  tasks(name: string) {
    return answer(() => tasksOf(this.#room, name))
  }

  create(name: string, config: Props, initialState?: TargetState): Promise<ConnectorInfo> {
    const trimmed = name.trim()
    return this.#request(trimmed, async () => {
      const props = await this.#checked(trimmed, config)
      if (this.#room.configs.state.connectors.has(trimmed)) {
        throw new StateError('connector-exists', `Connector ${trimmed} already exists`)
      }
      await this.#put(trimmed, props, initialState)
      return infoOf(this.#room, trimmed)
    })
  }

  putConfig(name: string, config: Props) {
    return this.#request(name, async () => {
      const props = await this.#checked(name, config)
      const isNew = !this.#room.configs.state.connectors.has(name)
      await this.#put(name, props)
      return { isNew, info: infoOf(this.#room, name) }
    })
  }

  async #checked(name: string, config: Props): Promise<Props> {
    const props = await checkedConfig(this.#room, name, config)
    this.#expectRunning()
    return props
  }

  async #put(name: string, props: Props, target?: TargetState): Promise<void> {
    const runner = this.#runners.get(name) ?? this.#newRunner(name)
    await runner.stopTasks()
    await runner.stopConnector()
    const targets = target === undefined ? [] : targetRecords(name, target)
    await this.#room.configs.append([...targets, ...connectorRecords(name, props)])
    const started = runner.start().then(() => this.#runs.started(name))
    if (await settlesWithin(started, START_WAIT_MS, this.#room.clock)) return
    this.#room.log.warn(`Connector ${name} still starts after ${START_WAIT_MS} ms`)
    void this.#serial.run(name, () => started)
  }

  #newRunner(name: string): ConnectorRunner {
    const later = (target: string, work: () => Promise<void>) => {
      void this.#serial.run(target, async () => {
        if (!this.#isStopping && this.#runners.has(target)) await work()
      })
    }
    const finished = (target: string) => void this.#runs.finish(target)
    const runner: ConnectorRunner = new ConnectorRunner(name, {
      ...this.#room,
      later,
      finished,
      announcesTasks: true,
      generation: () => 0,
      applyTasks: (configs) => this.#applyTasks(runner, configs),
    })
    this.#runners.set(name, runner)
    return runner
  }

  /** Starts all tasks anew when they are not what they were. */
  async #applyTasks(runner: ConnectorRunner, configs: readonly Props[]): Promise<void> {
    const current = this.#room.configs.state.tasks.get(runner.name) ?? []
    if (JSON.stringify(current) !== JSON.stringify(configs)) await runner.replaceTasks(configs)
    runner.startTasks()
  }

  patchConfig(name: string, patch: Patch): Promise<ConnectorInfo> {
    return this.#request(name, async () => {
      const stored = this.#expect(name, `Connector ${name} not found`)
      await this.#put(name, await this.#checked(name, patched(stored, patch)))
      return infoOf(this.#room, name)
    })
  }

  async validate(plugin: string, config: Props): Promise<ConfigInfos> {
    pluginOf(this.#room.plugins, config)
    checkRequestType(plugin, config)
    return validateForForm(this.#room, config)
  }

  delete(name: string): Promise<void> {
    this.#runners.get(name)?.interrupt()
    return this.#request(name, async () => {
      this.#expect(name, `Connector ${name} not found`)
      const runner = this.#runners.get(name)
      this.#runners.delete(name)
      await runner?.stopTasks()
      await runner?.stopConnector()
      await this.#room.configs.append(deletionRecords(name))
      const { tasks, topics } = this.#room.statuses.state
      await this.#room.statuses.append([
        ...[...(tasks.get(name)?.keys() ?? [])].map((task) => taskStatusRecord(name, task, null)),
        ...[...(topics.get(name) ?? [])].map((topic) => topicRecord(name, topic, null)),
        connectorStatusRecord(name, null),
      ])
    })
  }

  setTargetState(name: string, state: TargetState): Promise<void> {
    if (state === 'STOPPED') this.#runners.get(name)?.interrupt()
    return this.#request(name, async () => {
      this.#expect(name, `Unknown connector ${name}`)
      const runner = this.#runnerOf(name)
      const before = this.#room.configs.state.targets.get(name) ?? 'STARTED'
      if (state === 'STOPPED') await runner.replaceTasks([])
      await this.#room.configs.append(targetRecords(name, state))
      if (before === state) return
      if (state === 'STARTED') await this.#resume(name, runner)
      else await this.#halt(state, runner)
    })
  }

  async #resume(name: string, runner: ConnectorRunner): Promise<void> {
    const isFailed = this.#room.statuses.state.connectors.get(name)?.state === 'FAILED'
    if (!isFailed && (await runner.startConnector())) await runner.configureTasks()
    runner.resumeTasks()
    this.#runs.started(name)
  }

  async #halt(state: 'PAUSED' | 'STOPPED', runner: ConnectorRunner): Promise<void> {
    runner.pauseTasks()
    await runner.stopConnector()
    await runner.tellConnector(state === 'PAUSED' ? 'paused' : 'stopped')
  }

  async restart(name: string, what: RestartWish): Promise<ConnectorStatus> {
    expectConnector(this.#room, name, `Unknown connector: ${name}`)
    const plan = restartPlan(statusOf(this.#room, name), what)
    const work = this.#request(name, () => this.#restart(name, plan.connector, plan.tasks))
    if (!what.includeTasks && !what.onlyFailed) await work
    else work.catch((error: unknown) => this.#room.log.error(`Connector ${name} could not be restarted`, { error }))
    return plan.status
  }

  async #restart(name: string, withConnector: boolean, tasks: readonly number[]): Promise<void> {
    const runner = this.#runnerOf(name)
    if (withConnector) await runner.tellConnector('restarting')
    await runner.stopTasks(tasks)
    for (const task of tasks) await runner.tellTask(task, 'restarting')
    if (withConnector) {
      await runner.stopConnector()
      if (await runner.startConnector()) await runner.configureTasks()
    }
    runner.startTasks()
  }

  restartTask(name: string, task: number): Promise<void> {
    return this.#request(name, async () => {
      this.#expect(name, `Unknown connector: ${name}`)
      if (this.#room.configs.state.tasks.get(name)?.[task] === undefined) {
        throw new StateError('unknown-task', `Unknown task: ${name}-${task}`)
      }
      const runner = this.#runnerOf(name)
      await runner.stopTasks([task])
      await runner.tellTask(task, 'restarting')
      runner.startTasks()
    })
  }

  topics(name: string) {
    return answer(() => topicsOf(this.#room, name))
  }

  async resetTopics(name: string): Promise<void> {
    await resetTopicsOf(this.#room, name)
    for (const task of this.#runners.get(name)?.tasks ?? []) task.forgetTopics()
  }

  offsets(name: string) {
    return offsetsOf(this.#room, name)
  }

  alterOffsets(name: string, changes: readonly OffsetChange[] | null): Promise<boolean> {
    return this.#request(name, () => alterOffsetsOf(this.#room, name, changes))
  }

  setLogLevel(logger: string, level: LogLevelName): Promise<void> {
    return answer(() => void this.#room.logLevels.set(logger, level, this.#room.clock.now()))
  }

  progress(): readonly TaskProgress[] {
    return progressOf([...this.#runners.values()].flatMap((runner) => runner.tasks))
  }

  runOnce(): Promise<readonly RunReport[]> {
    return this.#runs.all()
  }

  /** All connectors and tasks together have the time of one graceful stop. */
  async stop(): Promise<void> {
    if (this.#isStopping) return
    this.#isStopping = true
    this.#stopped.abort()
    const runners = [...this.#runners.values()]
    for (const runner of runners) runner.interrupt()
    await Promise.all(
      runners.map(async (runner) => {
        await runner.stopTasks()
        await runner.stopConnector()
        await runner.tellConnector('ended')
      }),
    )
  }

  #request<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#serial.run(name, () => {
      this.#expectRunning()
      return work()
    })
  }

  #expectRunning(): void {
    if (this.#isStopping) throw new StateError('worker-stopping', 'The worker is stopping')
  }

  #expect(name: string, message: string): Props {
    return expectConnector(this.#room, name, message)
  }

  #runnerOf(name: string): ConnectorRunner {
    return this.#runners.get(name) ?? this.#newRunner(name)
  }
}

/** A promise of what is at hand; what is thrown rejects it. */
function answer<T>(make: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(make())
  })
}
