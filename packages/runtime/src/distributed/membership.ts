// This worker's place in its cluster: joins the group, tells what it runs, and decides for all when it leads.
import type { Log } from '@rowbridge/api'
import type { JoinedGroup, Kafka, Member } from '@rowbridge/kafka'
import type { Clock } from '../clock.js'
import type { ConfigState } from '../stores/config.js'
import { assign, NEW_LEADER, type LeaderMemory } from './assign.js'
import type { DistributedConfig } from './config.js'
import {
  decodeAssignment,
  decodeMetadata,
  encodeAssignment,
  encodeMetadata,
  PROTOCOLS,
  versionOf,
  type Assignment,
  type WorkerMetadata,
} from './protocol.js'
import { configuredIn, isIdle, NO_WORK, taskId, type Work } from './work.js'

export interface MembershipOptions {
  readonly kafka: Kafka
  readonly clientId: string
  readonly worker: DistributedConfig
  /** Where other workers reach this one. */
  readonly url: string
  readonly configs: { readonly state: ConfigState; position(): number; readToEnd(): Promise<void> }
  /** What this worker was given and has not given back. */
  readonly current: () => Work
  readonly onRebalance: () => void
  readonly clock: Clock
  readonly log: Log
}

interface Known extends WorkerMetadata {
  readonly id: string
}

export class Membership {
  readonly #options: MembershipOptions
  readonly #member: Member
  #memory: LeaderMemory = NEW_LEADER
  #lastGeneration = -1
  #isSessioned = false
  #leaderUrl: string | null = null
  #isLeader = false
  /** What each worker runs, by its URL; known to the leader alone. */
  #loads: ReadonlyMap<string, Work> = new Map()

  constructor(options: MembershipOptions) {
    const { kafka, clientId, worker } = options
    this.#options = options
    this.#member = kafka.member({
      clientId,
      groupId: worker['group.id'],
      protocolType: 'connect',
      sessionTimeoutMs: worker['session.timeout.ms'],
      rebalanceTimeoutMs: worker['rebalance.timeout.ms'],
      heartbeatMs: worker['heartbeat.interval.ms'],
      protocols: () => Promise.resolve(this.#protocols()),
      assign: (joined) => this.#assign(joined),
      onRebalance: options.onRebalance,
    })
  }

  get needsJoin(): boolean {
    return this.#member.needsJoin
  }

  get generation(): number {
    return this.#member.generation
  }

  get isLeader(): boolean {
    return this.#isLeader
  }

  /** Null while nobody is known to lead. */
  get leaderUrl(): string | null {
    return this.#leaderUrl
  }

  /** Whether requests between workers are signed. */
  get isSessioned(): boolean {
    return this.#isSessioned
  }

  /** Whether so much time passed without a word from the group that it may have given this worker's work to others. */
  isLost(share = 1): boolean {
    const { clock, worker } = this.#options
    const { heardAt } = this.#member
    return heardAt > 0 && clock.now() - heardAt > worker['session.timeout.ms'] * share
  }

  /** URL of the worker that runs the connector, or the task of it; null when the leader gave it to nobody. */
  ownerOf(connector: string, task: number | null): string | null {
    const runs = ({ connectors, tasks }: Work) =>
      task === null ? connectors.has(connector) : tasks.has(taskId(connector, task))
    return [...this.#loads].find(([, work]) => runs(work))?.[0] ?? null
  }

  rejoin(): void {
    this.#member.rejoin()
  }

  async join(): Promise<Assignment> {
    const { protocol, assignment: bytes } = await this.#member.join()
    const assignment = decodeAssignment(bytes)
    this.#lastGeneration = this.#member.generation
    this.#isSessioned = protocol === 'sessioned'
    this.#isLeader = assignment.leader === this.#member.memberId
    this.#leaderUrl = assignment.leaderUrl
    return assignment
  }

  async leave(timeoutMs: number): Promise<void> {
    this.#leaderUrl = null
    this.#isLeader = false
    await this.#member.leave(timeoutMs)
  }

  #protocols() {
    const { worker, url, configs, current } = this.#options
    const wanted = worker['connect.protocol']
    const work = current()
    const metadata = { url, configOffset: configs.position(), current: isIdle(work) ? null : work }
    const names = PROTOCOLS[wanted === 'sessioned' ? 'sessioned' : 'compatible']
    return names.map((name) => ({ name, metadata: encodeMetadata(versionOf(name), metadata) }))
  }

  async #assign(joined: JoinedGroup): Promise<ReadonlyMap<string, Uint8Array>> {
    const { configs, url, log } = this.#options
    const members = joined.members.map(({ id, metadata }): Known => ({ id, ...decodeMetadata(metadata) }))
    const newest = Math.max(...members.map(({ configOffset }) => configOffset))
    if (configs.position() < newest) await configs.readToEnd()
    const configOffset = Math.max(newest, configs.position())
    const head = { leader: joined.leader, leaderUrl: url, configOffset }
    const isMismatch = configs.position() < newest
    const shares = isMismatch ? new Map<string, never>() : this.#decide(joined.generation, members)
    if (isMismatch) log.warn('This worker leads and has not read all configurations; the group joins again')
    return new Map(
      members.map(({ id }) => {
        const share = shares.get(id) ?? { assigned: NO_WORK, revoked: NO_WORK, delayMs: 0 }
        return [id, encodeAssignment(versionOf(joined.protocol), { ...head, isMismatch, ...share })]
      }),
    )
  }

  #decide(
    generation: number,
    members: readonly Known[],
  ): Map<string, Pick<Assignment, 'assigned' | 'revoked' | 'delayMs'>> {
    const { worker, clock, configs } = this.#options
    const names = new Map(members.map((member) => [member.id, nameOf(member, members)]))
    const decision = assign(this.#memory, {
      generation,
      lastGeneration: this.#lastGeneration,
      configured: configuredIn(configs.state),
      members: new Map(members.map(({ id, current }) => [names.get(id) ?? id, current ?? NO_WORK])),
      now: clock.now(),
      maxDelayMs: worker['scheduled.rebalance.max.delay.ms'],
    })
    this.#memory = decision.memory
    this.#loads = decision.loads
    const nothing = { assigned: NO_WORK, revoked: NO_WORK }
    return new Map(
      members.map(({ id }) => {
        const share = decision.shares.get(names.get(id) ?? id) ?? nothing
        return [id, { ...share, delayMs: decision.delayMs }]
      }),
    )
  }
}

/** A worker is known by its URL, so that one that was started anew gets back at once what it ran before. */
function nameOf({ id, url }: Known, members: readonly Known[]): string {
  return members.filter((other) => other.url === url).length === 1 ? url : id
}
