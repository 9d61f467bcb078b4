// A member of a group, whatever the group shares: joins, lets the leader assign, keeps its place by heartbeats, leaves.
// Protocol type, metadata and assignment are the user's; a rebalance is only told, the user joins again when it is ready.
import { RetriableError, StateError } from '@rowbridge/api'
import { Ailing, pause, pauseOf, retrying } from './backoff.js'
import type { Cluster } from './cluster.js'
import {
  HEARTBEAT,
  heartbeatRequest,
  JOIN_GROUP,
  joinGroupRequest,
  LEAVE_GROUP,
  leaveGroupRequest,
  SYNC_GROUP,
  syncGroupRequest,
  type GroupProtocol,
  type Joined,
  type MemberRef,
} from './group-requests.js'
import { brokerError, check, CODE, isRetriableCode, meaningOf } from './network-errors.js'
import type { Api } from './requests.js'
import type { Writer } from './wire.js'

export interface GroupMemberOptions {
  readonly groupId: string
  readonly protocolType: string
  readonly lane: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly heartbeatMs: number
  /** Asked at each join. */
  readonly protocols: () => Promise<readonly GroupProtocol[]>
  /** Asked of the leader: each member's assignment. */
  readonly assign: (joined: Joined) => Promise<ReadonlyMap<string, Uint8Array>>
  /** The group rebalances, or has forgotten this member: `needsJoin` is true now. */
  readonly onRebalance: () => void
}

export class GroupMember {
  readonly #cluster: Cluster
  readonly #options: GroupMemberOptions
  readonly #stop = new AbortController()
  readonly #ailing: Ailing
  #coordinator: Promise<number> | null = null
  #memberId = ''
  #generation = -1
  #isLeader = false
  #needsJoin = true
  #protocol = ''
  #heardAt = 0
  /** 0: no join is under way. */
  #joinSentAt = 0
  #isJoining = false
  #isBeating = false
  #timer: NodeJS.Timeout | null = null

  constructor(cluster: Cluster, options: GroupMemberOptions) {
    this.#cluster = cluster
    this.#options = options
    this.#ailing = new Ailing(cluster.log)
  }

  get needsJoin(): boolean {
    return this.#needsJoin
  }

  get isLeader(): boolean {
    return this.#isLeader
  }

  /** Who this is, for commits; generation -1 while the group does not know this member. */
  get ref(): MemberRef {
    return { groupId: this.#options.groupId, generation: this.#generation, memberId: this.#memberId }
  }

  /** The name that the group chose at the last join. */
  get protocol(): string {
    return this.#protocol
  }

  /** When the group last answered as to a member; 0: never. While it waits for other members to join, that is now. */
  get heardAt(): number {
    const isWaiting = Date.now() - this.#joinSentAt < this.#options.rebalanceTimeoutMs
    return isWaiting ? Date.now() : this.#heardAt
  }

  /** Asks for a rebalance. */
  rejoin(): void {
    this.#needsJoin = true
    this.#options.onRebalance()
  }

  /** Takes part in a rebalance and resolves with this member's assignment; waits for the other members. */
  async join(): Promise<Buffer> {
    this.#isJoining = true
    try {
      for (let attempt = 1; ; attempt++) {
        this.#stop.signal.throwIfAborted()
        const assignment = await this.#tryJoin()
        if (assignment === null) {
          if (attempt % 3 === 0) await pause(pauseOf(attempt / 3, this.#cluster), this.#stop.signal)
          continue
        }
        this.#ailing.mended(`group ${this.#options.groupId}: joined again`)
        this.#beat()
        return assignment
      }
    } catch (error) {
      this.#needsJoin = true
      throw error
    } finally {
      this.#isJoining = false
    }
  }

  /** A request to the group's coordinator, tried again on what passes. */
  async ask<T>(api: Api<T>, body: () => Writer, options: AskOptions<T>): Promise<T> {
    const { groupId } = this.#options
    const what = `group ${groupId}: ${api.name}`
    const task = async () => {
      const answer = await this.#callCoordinator(api, body(), { lane: 'main' })
      const code = options.errorOf(answer)
      if (!isRetriableCode(code) || code === CODE.rebalanceInProgress) return answer
      this.#coordinator = null
      throw brokerError(code, what)
    }
    return await retrying(task, this.#cluster, { what, signal: this.#stop.signal, limitMs: options.limitMs })
  }

  /** Leaves, as far as the coordinator can be reached within `timeoutMs`. */
  async leave(timeoutMs: number): Promise<void> {
    this.#stop.abort()
    if (this.#timer !== null) clearInterval(this.#timer)
    const ref = this.ref
    this.#generation = -1
    if (ref.memberId !== '') {
      const over = new AbortController()
      const farewell = this.#callCoordinator(LEAVE_GROUP, leaveGroupRequest(ref), { lane: 'main' }).catch(
        (error: unknown) => this.#cluster.log.debug(`group ${ref.groupId}: not left (${String(error)})`),
      )
      await Promise.race([farewell, pause(timeoutMs, over.signal)])
      over.abort()
    }
    this.#cluster.closeLane(this.#options.lane)
  }

  /** One round; null: another is needed. */
  async #tryJoin(): Promise<Buffer | null> {
    try {
      const joined = await this.#join()
      return joined === null ? null : await this.#sync(joined)
    } catch (error) {
      if (!(error instanceof RetriableError) || this.#stop.signal.aborted) throw error
      this.#ailing.tell(`group ${this.#options.groupId}: ${error.message}`)
      this.#coordinator = null
      await pause(pauseOf(3, this.#cluster), this.#stop.signal)
      return null
    }
  }

  async #join(): Promise<Joined | null> {
    const options = this.#options
    const protocols = await options.protocols()
    this.#needsJoin = false
    const request = joinGroupRequest({ ...options, protocols, memberId: this.#memberId })
    const joined = await this.#awaited(JOIN_GROUP, request)
    if (joined.error === CODE.memberIdRequired) this.#memberId = joined.memberId
    if (joined.error === CODE.memberIdRequired || this.#mustJoinAnew(joined.error)) return null
    check(joined.error, `group ${options.groupId}`)
    this.#memberId = joined.memberId
    this.#generation = joined.generation
    this.#protocol = joined.protocol
    this.#heardAt = Date.now()
    this.#isLeader = joined.leader === joined.memberId
    return joined
  }

  async #sync(joined: Joined): Promise<Buffer | null> {
    const shares = this.#isLeader ? await this.#options.assign(joined) : new Map<string, Uint8Array>()
    const { groupId } = this.#options
    const synced = await this.#awaited(SYNC_GROUP, syncGroupRequest(this.ref, shares))
    if (this.#mustJoinAnew(synced.error)) return null
    check(synced.error, `group ${groupId}`)
    this.#heardAt = Date.now()
    return synced.assignment
  }

  /** A request whose answer waits for the other members. */
  async #awaited<T>(api: Api<T>, body: Writer): Promise<T> {
    const { lane, rebalanceTimeoutMs } = this.#options
    this.#joinSentAt = Date.now()
    try {
      return await this.#callCoordinator(api, body, { lane, waitMs: rebalanceTimeoutMs })
    } finally {
      this.#joinSentAt = 0
    }
  }

  /** Whether the code means that this member has to join once more; forgets what is no longer valid. */
  #mustJoinAnew(code: number): boolean {
    if (code === CODE.unknownMember) this.#memberId = ''
    if (code === CODE.unknownMember || code === CODE.illegalGeneration) this.#generation = -1
    return code === CODE.unknownMember || code === CODE.illegalGeneration || code === CODE.rebalanceInProgress
  }

  async #callCoordinator<T>(api: Api<T>, body: Writer, to: { lane: string; waitMs?: number }): Promise<T> {
    this.#coordinator ??= this.#cluster.coordinator(this.#options.groupId)
    try {
      return await this.#cluster.call(api, body, { node: await this.#coordinator, ...to })
    } catch (error) {
      this.#coordinator = null
      throw error
    }
  }

  #beat(): void {
    this.#timer ??= setInterval(() => {
      if (this.#isBeating || this.#isJoining || this.#generation < 0) return
      this.#isBeating = true
      void this.#heartbeat().finally(() => (this.#isBeating = false))
    }, this.#options.heartbeatMs)
  }

  async #heartbeat(): Promise<void> {
    const { groupId, lane } = this.#options
    const { generation } = this.ref
    const sentAt = Date.now()
    try {
      const { error } = await this.#callCoordinator(HEARTBEAT, heartbeatRequest(this.ref), { lane })
      if (error === CODE.none || error === CODE.rebalanceInProgress) this.#heardAt = sentAt
      if (this.#isJoining || generation !== this.#generation) return
      if (error === CODE.none) this.#ailing.mended(`group ${groupId}: heartbeats are heard again`)
      else this.#unheard(error)
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#ailing.tell(`group ${groupId}: heartbeat: ${messageOf(error)}`)
    }
  }

  #unheard(code: number): void {
    const { groupId } = this.#options
    if (this.#mustJoinAnew(code)) {
      if (code !== CODE.rebalanceInProgress)
        this.#cluster.log.warn(`group ${groupId}: ${meaningOf(code)}; joining anew`)
      this.rejoin()
      return
    }
    this.#coordinator = null
    this.#ailing.tell(`group ${groupId}: heartbeat: ${meaningOf(code)}`)
  }
}

export interface AskOptions<T> {
  readonly errorOf: (answer: T) => number
  readonly limitMs: number
}

/** A commit was refused because the partitions belong to others now, or will soon. */
export function lostGroup(groupId: string, code: number): StateError | RetriableError {
  if (code === CODE.rebalanceInProgress) {
    return new RetriableError('group-rebalancing', `group ${groupId}: offsets cannot be committed while it rebalances`)
  }
  return new StateError('partitions-lost', `group ${groupId}: offsets were not committed, ${meaningOf(code)}`, {
    hint: 'The partitions may belong to another member; they are assigned anew at the next poll.',
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
