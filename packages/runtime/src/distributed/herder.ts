// The herder of a worker of a cluster: the leader writes what is to change to the topic of configurations, and every worker
// follows that topic. Work that came or went lets the group share it anew, while all other work goes on.
import { describeError, StateError, type Props } from '@rowbridge/api'
import type { Clock } from '../clock.js'
import type { LogLevelName, LogLevels } from '../log-levels.js'
import {
  OtherWorkerError,
  type ConnectorInfo,
  type ConnectorStatus,
  type Herder,
  type InternalRequests,
  type OffsetChange,
  type TargetState,
} from '../herder.js'
import { Serial } from '../serial.js'
import {
  connectorRecords,
  deletionRecords,
  loggerRecords,
  restartRecords,
  targetRecords,
  taskRecords,
} from '../stores/config.js'
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
import type { TaskProgress } from '../worker.js'
import type { DistributedConfig } from './config.js'
import type { ConfigFeed, ConfigNews } from './config-feed.js'
import type { Crew } from './crew.js'
import type { Gate } from './gate.js'
import type { Membership } from './membership.js'
import { verify } from './signing.js'

export interface DistributedRoom extends Stores {
  readonly worker: DistributedConfig
  readonly configs: ConfigFeed
  readonly membership: Membership
  readonly crew: Crew
  /** Open while the group shares no work. */
  readonly gate: Gate
  readonly stopping: AbortSignal
  readonly clock: Clock
  readonly tracksTopics: boolean
  readonly logLevels: LogLevels
}

/** How long a request waits for a rebalance to end before its client is told to try again. */
const REBALANCE_WAIT_MS = 10_000

export class DistributedHerder implements Herder {
  readonly #room: DistributedRoom
  readonly #serial = new Serial()
  readonly internal: InternalRequests

  constructor(room: DistributedRoom) {
    this.#room = room
    room.configs.listen((news) => this.#follow(news))
    this.internal = {
      putTasks: (name, tasks, signed) => {
        if (room.membership.isSessioned) verify(signed, room.configs.state.sessionKey, room.worker)
        return this.#putTasks(name, tasks)
      },
      fence: (name, signed) => {
        if (room.membership.isSessioned) verify(signed, room.configs.state.sessionKey, room.worker)
        const message = `Connector ${name} cannot be fenced: exactly-once sources are not enabled on this worker`
        return Promise.reject(new StateError('exactly-once-off', message))
      },
    }
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

  async info(name: string) {
    await this.#look(name)
    return infoOf(this.#room, name)
  }

  async status(name: string) {
    await this.#look(name)
    return statusOf(this.#room, name)
  }

  async tasks(name: string) {
    await this.#look(name)
    return tasksOf(this.#room, name)
  }

  async topics(name: string) {
    await Promise.resolve()
    return topicsOf(this.#room, name)
  }

  async resetTopics(name: string): Promise<void> {
    await resetTopicsOf(this.#room, name)
    for (const task of this.#room.crew.tasksOf(name)) task.forgetTopics()
  }

  offsets(name: string) {
    return offsetsOf(this.#room, name)
  }

  async validate(plugin: string, config: Props) {
    pluginOf(this.#room.plugins, config)
    checkRequestType(plugin, config)
    return validateForForm(this.#room, config)
  }

  progress(): readonly TaskProgress[] {
    return progressOf(this.#room.crew.tasks)
  }

  create(name: string, config: Props, initialState: TargetState = 'STARTED'): Promise<ConnectorInfo> {
    const trimmed = name.trim()
    return this.#lead(trimmed, async () => {
      const props = await checkedConfig(this.#room, trimmed, config)
      const { connectors, targets } = this.#room.configs.state
      if (connectors.has(trimmed)) throw new StateError('connector-exists', `Connector ${trimmed} already exists`)
      const isUsual = initialState === (targets.get(trimmed) ?? 'STARTED')
      await this.#write([...(isUsual ? [] : targetRecords(trimmed, initialState)), ...connectorRecords(trimmed, props)])
      return infoOf(this.#room, trimmed)
    })
  }

  putConfig(name: string, config: Props) {
    return this.#lead(name, async () => {
      const props = await checkedConfig(this.#room, name, config)
      const isNew = !this.#room.configs.state.connectors.has(name)
      await this.#write(connectorRecords(name, props))
      return { isNew, info: infoOf(this.#room, name) }
    })
  }

  patchConfig(name: string, patch: Patch): Promise<ConnectorInfo> {
    return this.#lead(name, async () => {
      const stored = expectConnector(this.#room, name, `Connector ${name} not found`)
      await this.#write(connectorRecords(name, await checkedConfig(this.#room, name, patched(stored, patch))))
      return infoOf(this.#room, name)
    })
  }

  alterOffsets(name: string, changes: readonly OffsetChange[] | null): Promise<boolean> {
    return this.#lead(name, () => alterOffsetsOf(this.#room, name, changes))
  }

  /** Every worker of the cluster follows, this one among them. */
  async setLogLevel(logger: string, level: LogLevelName): Promise<void> {
    this.#expectRunning()
    await this.#room.configs.append(loggerRecords(logger, level))
  }

  delete(name: string): Promise<void> {
    return this.#lead(name, () => {
      expectConnector(this.#room, name, `Connector ${name} not found`)
      return this.#write(deletionRecords(name))
    })
  }

  async setTargetState(name: string, state: TargetState): Promise<void> {
    if (state === 'STOPPED') {
      return this.#lead(name, () => {
        expectConnector(this.#room, name, `Unknown connector ${name}`)
        return this.#write([...taskRecords(name, []), ...targetRecords(name, state)])
      })
    }
    this.#expectRunning()
    await this.#look(name)
    expectConnector(this.#room, name, `Unknown connector ${name}`)
    await this.#room.configs.append(targetRecords(name, state))
  }

  async restart(name: string, wish: RestartWish): Promise<ConnectorStatus> {
    if (wish.includeTasks || wish.onlyFailed) {
      return this.#lead(name, async () => {
        expectConnector(this.#room, name, `Unknown connector: ${name}`)
        const { status } = restartPlan(statusOf(this.#room, name), wish)
        await this.#write(restartRecords(name, wish))
        return status
      })
    }
    await this.#atOwner(name, null)
    await this.#room.crew.restart(name, true, [])
    return statusOf(this.#room, name)
  }

  async restartTask(name: string, task: number): Promise<void> {
    await this.#atOwner(name, task)
    await this.#room.crew.restart(name, false, [task])
  }

  /** A connector that was made through another worker a moment ago is known here, too. */
  async #look(name: string): Promise<void> {
    const { configs, log } = this.#room
    if (configs.state.connectors.has(name)) return
    try {
      await configs.readToEnd()
    } catch (error) {
      log.debug(`The topic of configurations could not be read: ${describeError(error)}`)
    }
  }

  /** Stops all that runs here and then leaves the group. */
  async stop(): Promise<void> {
    const { crew, membership } = this.#room
    await crew.close()
    await membership.leave(LEAVE_MS)
  }

  /** Returns where the connector, or its task, runs here; else names the worker that has to answer. */
  async #atOwner(name: string, task: number | null): Promise<void> {
    const { crew, membership, configs } = this.#room
    await this.#settled()
    await this.#look(name)
    expectConnector(this.#room, name, `Unknown connector: ${name}`)
    if (task !== null && configs.state.tasks.get(name)?.[task] === undefined) {
      throw new StateError('unknown-task', `Unknown task: ${name}-${task}`)
    }
    if (task === null ? crew.runsConnector(name) : crew.runsTask(name, task)) return
    if (!membership.isLeader) throw new OtherWorkerError(this.#leaderUrl())
    const owner = membership.ownerOf(name, task)
    if (owner === null) throw pending('No worker runs it at this moment.')
    throw new OtherWorkerError(owner)
  }

  /** Runs at the leader, when the group is at rest, one after the other for one connector. */
  async #lead<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#serial.run(name, async () => {
      await this.#settled()
      if (!this.#room.membership.isLeader) throw new OtherWorkerError(this.#leaderUrl())
      return work()
    })
  }

  /** What the leader stores; a worker that leads no more stores nothing. */
  async #write(records: Parameters<ConfigFeed['append']>[0]): Promise<void> {
    const { membership, configs } = this.#room
    if (!membership.isLeader || membership.isLost()) throw pending('This worker no longer leads the cluster.')
    await configs.append(records)
  }

  #putTasks(name: string, tasks: readonly Props[]): Promise<void> {
    // Who asks has to learn who leads now, and sign for it.
    if (!this.#room.membership.isLeader) return Promise.reject(pending('This worker no longer leads the cluster.'))
    return this.#lead(name, () => {
      expectConnector(this.#room, name, `Connector ${name} not found`)
      return this.#write(taskRecords(name, tasks))
    })
  }

  async #settled(): Promise<void> {
    this.#expectRunning()
    const { gate, clock } = this.#room
    if (!gate.isOpen && !(await gate.passes(REBALANCE_WAIT_MS, clock))) throw pending()
    this.#expectRunning()
  }

  #expectRunning(): void {
    if (this.#room.stopping.aborted) throw new StateError('worker-stopping', 'The worker is stopping')
  }

  #leaderUrl(): string {
    const url = this.#room.membership.leaderUrl
    if (url !== null && url !== '') return url
    const message =
      'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.'
    throw new StateError('no-leader', message)
  }

  #follow(news: ConfigNews): void {
    const { crew, membership } = this.#room
    switch (news.type) {
      case 'connectors':
        return membership.rejoin()
      case 'config':
        return crew.reconfigure(news.name)
      case 'tasks':
        crew.tasksChanged(news.name)
        return membership.rejoin()
      case 'target':
        return crew.retarget(news.name)
      case 'logger':
        return void this.#room.logLevels.set(news.logger, news.level, this.#room.clock.now())
      case 'restart':
        return this.#restartHere(news.name, news.request)
    }
  }

  #restartHere(name: string, request: RestartWish): void {
    const { crew, statuses, configs, log } = this.#room
    if (!configs.state.connectors.has(name) || !statuses.state.connectors.has(name)) return
    const plan = restartPlan(statusOf(this.#room, name), request)
    crew.restart(name, plan.connector, plan.tasks).catch((error: unknown) => {
      log.error(`Connector ${name} could not be restarted: ${describeError(error)}`)
    })
  }
}

const LEAVE_MS = 3000

function pending(why = ''): StateError {
  const message = 'Request cannot be completed because a rebalance is expected'
  return new StateError('rebalance-pending', why === '' ? message : `${message}. ${why}`)
}
