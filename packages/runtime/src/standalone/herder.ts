// The herder of a worker that stands alone: requests change the stores, then the connector's runner follows them. Requests
// for one connector go one after the other; a connector that hangs holds up its own requests only.
import { readFileSync } from 'node:fs'
import { ConfigError, StateError, type Json, type Props } from '@rowbridge/api'
import type { Admin } from '@rowbridge/kafka'
import { groupOf } from '../client-props.js'
import { settlesWithin } from '../clock.js'
import type { WorkerConfig } from '../config.js'
import type {
  ConfigInfos,
  ConnectorInfo,
  ConnectorStatus,
  ConnectorType,
  Herder,
  OffsetChange,
  TargetState,
} from '../herder.js'
import type { LogLevelName, LogLevels } from '../log-levels.js'
import { changeOffsets, requireStopped } from '../offset-changes.js'
import { Serial } from '../serial.js'
import { instanceState } from '../status.js'
import { connectorRecords, deletionRecords, targetRecords } from '../stores/config.js'
import { connectorStatusRecord, taskStatusRecord, topicRecord } from '../stores/status.js'
import {
  checkRequestType,
  pluginOf,
  throwProblems,
  validateConnector,
  validateForForm,
  warnAboutConnectorProps,
} from '../validate.js'
import type { RunReport, TaskProgress } from '../worker.js'
import { Runs } from './run-once.js'
import { ConnectorRunner, type RunnerRoom } from './runner.js'

export interface StandaloneRoom extends Omit<RunnerRoom, 'later' | 'finished'> {
  readonly worker: WorkerConfig
  readonly admin: Admin
  readonly logLevels: LogLevels
}

interface Restart {
  readonly includeTasks: boolean
  readonly onlyFailed: boolean
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
      status: (name) => this.#status(name),
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
    return answer(() => this.#info(name))
  }

  #info(name: string): ConnectorInfo {
    const { connectors, tasks } = this.#room.configs.state
    const config = connectors.get(name)
    if (config === undefined) throw unknownConnector(`Connector ${name} not found`)
    const ids = (tasks.get(name) ?? []).map((_, task) => ({ connector: name, task }))
    return { name, config, tasks: ids, type: this.#typeOf(config) }
  }

  status(name: string): Promise<ConnectorStatus> {
    return answer(() => this.#status(name))
  }

  #status(name: string): ConnectorStatus {
    const { connectors, tasks } = this.#room.statuses.state
    const connector = connectors.get(name)
    const config = this.#room.configs.state.connectors.get(name)
    if (connector === undefined || config === undefined) {
      throw unknownConnector(`No status found for connector ${name}`)
    }
    const sorted = [...(tasks.get(name) ?? [])].sort(([a], [b]) => a - b)
    return {
      name,
      connector: instanceState(connector),
      tasks: sorted.map(([id, status]) => ({ id, ...instanceState(status) })),
      type: this.#typeOf(config),
    }
  }

  tasks(name: string) {
    return answer(() => {
      this.#expect(name, `Connector ${name} not found`)
      const configs = this.#room.configs.state.tasks.get(name) ?? []
      return configs.map((config, task) => ({ id: { connector: name, task }, config }))
    })
  }

  create(name: string, config: Props, initialState?: TargetState): Promise<ConnectorInfo> {
    const trimmed = name.trim()
    return this.#request(trimmed, async () => {
      const props = await this.#checked(trimmed, config)
      if (this.#room.configs.state.connectors.has(trimmed)) {
        throw new StateError('connector-exists', `Connector ${trimmed} already exists`)
      }
      await this.#put(trimmed, props, initialState)
      return this.#info(trimmed)
    })
  }

  putConfig(name: string, config: Props) {
    return this.#request(name, async () => {
      const props = await this.#checked(name, config)
      const isNew = !this.#room.configs.state.connectors.has(name)
      await this.#put(name, props)
      return { isNew, info: this.#info(name) }
    })
  }

  /** The configuration with its name in it, found to be without problems. */
  async #checked(name: string, config: Props): Promise<Props> {
    const given = config['name']
    if (given !== undefined && given !== name) {
      const message = `Connector name configuration (${given}) doesn't match connector name in the URL (${name})`
      throw new ConfigError('name-mismatch', [{ key: 'name', message }])
    }
    const props = { ...config, name }
    const plugin = pluginOf(this.#room.plugins, props)
    throwProblems(await validateConnector(this.#room, props))
    this.#expectRunning()
    warnAboutConnectorProps(plugin, props, this.#room.plugins, this.#room.log)
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
    const runner = new ConnectorRunner(name, { ...this.#room, later, finished })
    this.#runners.set(name, runner)
    return runner
  }

  patchConfig(name: string, patch: Readonly<Record<string, string | null>>): Promise<ConnectorInfo> {
    return this.#request(name, async () => {
      const stored = this.#expect(name, `Connector ${name} not found`)
      await this.#put(name, await this.#checked(name, patched(stored, patch)))
      return this.#info(name)
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

  async restart(name: string, what: Restart): Promise<ConnectorStatus> {
    this.#expect(name, `Unknown connector: ${name}`)
    const before = this.#status(name)
    const isRestarted = (state: string) => !what.onlyFailed || state === 'FAILED'
    const restartsConnector = isRestarted(before.connector.state)
    const tasks = before.tasks.filter((task) => what.includeTasks && isRestarted(task.state)).map(({ id }) => id)
    const work = this.#request(name, () => this.#restart(name, restartsConnector, tasks))
    if (!what.includeTasks && !what.onlyFailed) await work
    else work.catch((error: unknown) => this.#room.log.error(`Connector ${name} could not be restarted`, { error }))
    return {
      ...before,
      connector: restartsConnector ? { ...before.connector, state: 'RESTARTING' } : before.connector,
      tasks: before.tasks.map((task) => (tasks.includes(task.id) ? { ...task, state: 'RESTARTING' } : task)),
    }
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
    return answer(() => {
      if (!this.#room.tracksTopics) throw new StateError('topic-tracking-off', 'Topic tracking is disabled.')
      return [...(this.#room.statuses.state.topics.get(name) ?? [])].sort()
    })
  }

  async resetTopics(name: string): Promise<void> {
    const { tracksTopics, worker, statuses } = this.#room
    if (!tracksTopics || !worker['topic.tracking.allow.reset']) {
      throw new StateError('topic-tracking-off', 'Topic tracking reset is disabled.')
    }
    const topics = [...(statuses.state.topics.get(name) ?? [])]
    await statuses.append(topics.map((topic) => topicRecord(name, topic, null)))
    for (const task of this.#runners.get(name)?.tasks ?? []) task.forgetTopics()
  }

  async offsets(name: string): Promise<readonly { readonly partition: Json; readonly offset: Json }[]> {
    const config = this.#expect(name, `Connector ${name} not found`)
    if (this.#typeOf(config) !== 'sink') {
      return this.#room.offsets.all(name).map(({ partition, offset }) => ({ partition, offset }))
    }
    const committed = await this.#room.admin.committed(groupOf(name, this.#room.references.resolve(config)))
    return committed.map(({ topic, partition, offset }) => ({
      partition: { kafka_partition: partition, kafka_topic: topic },
      offset: { kafka_offset: offset },
    }))
  }

  alterOffsets(name: string, changes: readonly OffsetChange[] | null): Promise<boolean> {
    return this.#request(name, () => {
      const { plugins, configs, offsets, admin, references } = this.#room
      const props = references.resolve(this.#expect(name, `Connector ${name} not found`))
      requireStopped(name, configs.state.targets.get(name), configs.state.tasks.get(name)?.length ?? 0)
      return changeOffsets({ name, props, plugin: pluginOf(plugins, props), offsets, admin }, changes)
    })
  }

  setLogLevel(logger: string, level: LogLevelName): Promise<void> {
    return answer(() => void this.#room.logLevels.set(logger, level, this.#room.clock.now()))
  }

  progress(): readonly TaskProgress[] {
    const handles = [...this.#runners.values()].flatMap((runner) => runner.tasks)
    const rows = handles.map(({ spec, state, metrics }) => ({
      connector: spec.connector,
      task: spec.task,
      type: spec.type,
      state,
      metrics,
    }))
    return rows.sort((a, b) => (a.connector === b.connector ? a.task - b.task : a.connector < b.connector ? -1 : 1))
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
    const config = this.#room.configs.state.connectors.get(name)
    if (config === undefined) throw unknownConnector(message)
    return config
  }

  #runnerOf(name: string): ConnectorRunner {
    return this.#runners.get(name) ?? this.#newRunner(name)
  }

  #typeOf(config: Props): ConnectorType {
    try {
      return pluginOf(this.#room.plugins, config).type
    } catch {
      return 'unknown'
    }
  }
}

/** A promise of what is at hand; what is thrown rejects it. */
function answer<T>(make: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(make())
  })
}

function patched(stored: Props, patch: Readonly<Record<string, string | null>>): Props {
  const members = Object.entries({ ...stored, ...patch })
  return Object.fromEntries(members.filter((member): member is [string, string] => member[1] !== null))
}

function unknownConnector(message: string): StateError {
  return new StateError('unknown-connector', message)
}

function versionOfThis(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
