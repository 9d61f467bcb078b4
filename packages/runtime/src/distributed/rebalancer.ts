// The life of a worker in its group: joins when it has to, gives back what was revoked, takes what was assigned, and stops
// its work by itself when the group can no longer be heard, for the others may run it by then.
import { describeError, type Log } from '@rowbridge/api'
import type { Clock } from '../clock.js'
import type { OffsetStore } from '../stores/offset.js'
import { sessionKeyRecords } from '../stores/config.js'
import { connectorStatusRecord, taskStatusRecord, topicRecord } from '../stores/status.js'
import type { Wake } from '../wake.js'
import type { DistributedConfig } from './config.js'
import type { ConfigFeed } from './config-feed.js'
import type { Crew } from './crew.js'
import type { Gate } from './gate.js'
import type { Membership } from './membership.js'
import type { Assignment } from './protocol.js'
import type { SharedStatuses } from './shared-statuses.js'
import { isStale, newSessionKey } from './signing.js'
import { isIdle } from './work.js'

export interface RebalancerOptions {
  readonly worker: DistributedConfig
  readonly configs: ConfigFeed
  readonly statuses: SharedStatuses
  readonly offsets: OffsetStore
  readonly membership: Membership
  readonly crew: Crew
  readonly stopping: AbortSignal
  /** Rung when the group rebalances. */
  readonly wake: Wake
  readonly gate: Gate
  readonly clock: Clock
  readonly log: Log
}

const TICK_MS = 1000
const WATCH_MS = 250
/** Share of the session after which work stops: it has to have stopped when the others take it over. */
const PATIENCE = 0.6
const FAILED_PAUSE_MS = 1000
/** Attempts to catch up with the topic of configurations after which the pause is as long as it may be. */
const SYNC_ATTEMPTS = 5

export class Rebalancer {
  readonly #options: RebalancerOptions
  #rejoinAt: number | null = null
  /** Work was given up without the group; the leader has to learn that this worker does not run it. */
  #hasGivenUp = false
  #isGivingUp = false
  #lateJoins = 0

  constructor(options: RebalancerOptions) {
    this.#options = options
  }

  /** Ends when the worker stops; never rejects. */
  async run(): Promise<void> {
    const { stopping, clock, log } = this.#options
    const watch = setInterval(() => void this.#watch(), WATCH_MS)
    while (!stopping.aborted) {
      try {
        await this.#turn()
      } catch (error) {
        if (stopping.aborted) break
        log.error(`The worker could not take part in its cluster; trying again: ${describeError(error)}`)
        await clock.sleep(FAILED_PAUSE_MS, stopping)
      }
    }
    clearInterval(watch)
  }

  async #turn(): Promise<void> {
    const { membership, gate, wake, clock } = this.#options
    if (this.#rejoinAt !== null && clock.now() >= this.#rejoinAt) membership.rejoin()
    if (membership.needsJoin) {
      gate.shut()
      return this.#rebalance()
    }
    gate.open()
    await this.#lead()
    if (this.#hasGivenUp && !membership.isLost(PATIENCE)) {
      this.#hasGivenUp = false
      membership.rejoin()
    }
    const due = this.#rejoinAt === null ? TICK_MS : Math.max(0, this.#rejoinAt - clock.now())
    if (!membership.needsJoin) await wake.wait(Math.min(TICK_MS, due))
  }

  async #rebalance(): Promise<void> {
    const { membership, crew, statuses, clock, stopping, log } = this.#options
    await crew.retire()
    await statuses.flush()
    this.#rejoinAt = null
    const assignment = await membership.join()
    if (stopping.aborted) return
    if (!(await this.#isCaughtUp(assignment))) {
      log.warn('This worker has not read all configurations yet; it joins again')
      await clock.sleep(this.#syncPause(), stopping)
      return membership.rejoin()
    }
    this.#lateJoins = 0
    const { assigned, revoked, delayMs } = assignment
    await crew.give(revoked)
    await statuses.flush()
    crew.take(assigned)
    log.info(`Joined the cluster in generation ${membership.generation}`, {
      leader: assignment.leaderUrl,
      assigned: countOf(assigned),
      revoked: countOf(revoked),
      delayMs,
    })
    if (delayMs > 0) this.#rejoinAt = clock.now() + delayMs
    if (!isIdle(revoked) || crew.hasChanges || this.#hasGivenUp) membership.rejoin()
    this.#hasGivenUp = false
    if (membership.isLeader) await this.#forgetStatuses()
  }

  /** Work may begin only with the configurations that the leader knew. */
  async #isCaughtUp({ isMismatch, configOffset }: Assignment): Promise<boolean> {
    const { configs, worker, clock, stopping } = this.#options
    const end = clock.now() + worker['worker.sync.timeout.ms']
    while (configs.position() < configOffset && clock.now() < end && !stopping.aborted) await configs.readToEnd()
    return !isMismatch && configs.position() >= configOffset
  }

  #syncPause(): number {
    const { worker } = this.#options
    this.#lateJoins = Math.min(SYNC_ATTEMPTS, this.#lateJoins + 1)
    const longest = Math.min(worker['worker.unsync.backoff.ms'], worker['scheduled.rebalance.max.delay.ms'] / 10)
    return longest / (SYNC_ATTEMPTS + 1 - this.#lateJoins)
  }

  /** What only the leader does from time to time. */
  async #lead(): Promise<void> {
    const { membership, configs, worker, clock, log } = this.#options
    if (!membership.isLeader || !membership.isSessioned) return
    if (!isStale(configs.state.sessionKey, worker, clock.now())) return
    await configs.append(sessionKeyRecords(newSessionKey(worker, clock.now())))
    log.debug('Made a new key for requests between workers')
  }

  /** Statuses of what is configured no more. */
  async #forgetStatuses(): Promise<void> {
    const { statuses, configs } = this.#options
    const { connectors, tasks, topics } = statuses.state
    const isKnown = (name: string) => configs.state.connectors.has(name)
    const goneTasks = [...tasks].flatMap(([name, own]) => {
      const count = configs.state.tasks.get(name)?.length ?? 0
      return [...own.keys()].filter((task) => task >= count).map((task) => taskStatusRecord(name, task, null))
    })
    const goneTopics = [...topics].filter(([name]) => !isKnown(name))
    const goneConnectors = [...connectors.keys()].filter((name) => !isKnown(name))
    await statuses.append([
      ...goneTasks,
      ...goneTopics.flatMap(([name, own]) => [...own].map((topic) => topicRecord(name, topic, null))),
      ...goneConnectors.map((name) => connectorStatusRecord(name, null)),
    ])
  }

  /** Gives all work up when the group has not been heard for too long. */
  async #watch(): Promise<void> {
    const { membership, crew, log } = this.#options
    if (this.#isGivingUp || isIdle(crew.given) || !membership.isLost(PATIENCE)) return
    this.#isGivingUp = true
    this.#hasGivenUp = true
    log.warn('The cluster does not answer: this worker stops its work, for others may take it over')
    try {
      await crew.give(crew.given)
    } finally {
      this.#isGivingUp = false
    }
  }
}

function countOf({ connectors, tasks }: Assignment['assigned']): string {
  return `${connectors.size} connectors, ${tasks.size} tasks`
}
