// One group while it has members: who belongs to it, in which generation, with which partitions.
// A change of members or topics asks all to join again; the next generation begins when all have, or time is up.
import { randomUUID } from 'node:crypto'
import { StateError, type TopicPartition } from '@rowbridge/api'
import type { TopicDescription, TopicOffset } from '../port.js'
import type { Assignment, JoinRequest, Membership } from './broker.js'
import { assignRanges } from './range-assignment.js'

interface Member {
  readonly memberId: string
  request: JoinRequest
  /** Has joined and not been told its partitions since: it holds none, so that a next generation need not wait for it. */
  hasJoined: boolean
  /** Ends its waits for an assignment, or for the next rebalance. */
  wake: () => void
}

export class Group {
  readonly #id: string
  readonly #topics: () => readonly TopicDescription[]
  readonly #members = new Map<string, Member>()
  #assigned = new Map<string, TopicPartition[]>()
  #generation = 0
  #isStable = true
  #timer: NodeJS.Timeout | null = null

  constructor(id: string, topics: () => readonly TopicDescription[]) {
    this.#id = id
    this.#topics = topics
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  join(request: JoinRequest): string {
    const known = request.memberId === null ? undefined : this.#members.get(request.memberId)
    const memberId = known?.memberId ?? randomUUID()
    if (known === undefined) this.#members.set(memberId, { memberId, request, hasJoined: true, wake: () => undefined })
    else Object.assign(known, { request, hasJoined: true })
    this.#rebalance()
    return memberId
  }

  leave(memberId: string): void {
    if (!this.#members.delete(memberId)) return
    if (this.isEmpty) this.#stopTimer()
    else this.#rebalance()
  }

  /** Topics came or went: a new generation, when that changes anyone's partitions. */
  topicsChanged(): void {
    if (this.isEmpty || !this.#isStable) return
    const next = assignRanges(this.#subscribers(), this.#topics())
    if (JSON.stringify([...next]) !== JSON.stringify([...this.#assigned])) this.#rebalance()
  }

  /** Null while not all have joined. */
  assignmentOf(memberId: string): Assignment | null {
    const member = this.#memberOf(memberId)
    if (!this.#isStable) return null
    member.hasJoined = false
    return { generation: this.#generation, partitions: this.#assigned.get(memberId) ?? [] }
  }

  mustJoinAgain({ memberId, generation }: Membership): boolean {
    const member = this.#members.get(memberId)
    return member === undefined || generation !== this.#generation || (!this.#isStable && !member.hasJoined)
  }

  /** Resolves at the next change that may concern the member, or when aborted. */
  async change(memberId: string, signal: AbortSignal): Promise<void> {
    const member = this.#memberOf(memberId)
    await new Promise<void>((resolve) => {
      const before = member.wake
      member.wake = () => {
        before()
        resolve()
      }
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  /** Refuses commits of those who are no longer members, or not of this generation. */
  checkCommit(member: Membership, offsets: readonly TopicOffset[]): void {
    if (!this.#members.has(member.memberId) || member.generation !== this.#generation) throw this.#fenced()
    const own = this.#assigned.get(member.memberId) ?? []
    for (const { topic, partition } of offsets) {
      if (!own.some((at) => at.topic === topic && at.partition === partition)) {
        throw new StateError('not-assigned', `${topic}-${partition} does not belong to this member of ${this.#id}`)
      }
    }
  }

  #rebalance(): void {
    const waiting = [...this.#members.values()].filter((member) => !member.hasJoined || this.#isStable)
    if (this.#isStable) {
      this.#isStable = false
      const timeout = Math.max(...[...this.#members.values()].map(({ request }) => request.rebalanceTimeoutMs))
      this.#timer = setTimeout(() => this.#dropLate(), timeout).unref()
    }
    if ([...this.#members.values()].every((member) => member.hasJoined)) this.#begin()
    else for (const member of waiting) this.#wake(member)
  }

  /** All have joined: the next generation. */
  #begin(): void {
    this.#stopTimer()
    this.#generation++
    this.#assigned = assignRanges(this.#subscribers(), this.#topics())
    this.#isStable = true
    for (const member of this.#members.values()) this.#wake(member)
  }

  #dropLate(): void {
    for (const member of this.#members.values()) {
      if (member.hasJoined) continue
      this.#members.delete(member.memberId)
      this.#wake(member)
    }
    if (!this.isEmpty) this.#begin()
  }

  #subscribers() {
    return [...this.#members.values()].map(({ memberId, request }) => ({
      memberId,
      subscription: request.subscription,
    }))
  }

  #wake(member: Member): void {
    const { wake } = member
    member.wake = () => undefined
    wake()
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #memberOf(memberId: string): Member {
    const member = this.#members.get(memberId)
    if (member === undefined) throw this.#fenced()
    return member
  }

  #fenced(): StateError {
    return new StateError('not-a-member', `The group ${this.#id} has gone on without this member`, {
      hint: 'It did not poll within max.poll.interval.ms, or left.',
    })
  }
}
