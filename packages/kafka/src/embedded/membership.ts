// A consumer's place in its group: joining, waiting for an assignment, hearing that all have to join again.
import { randomUUID } from 'node:crypto'
import { RetriableError, StateError } from '@rowbridge/api'
import type { ConsumerOptions } from '../port.js'
import type { Assignment, Broker, JoinRequest, Membership as Current } from './broker.js'
import { numberProp } from '../network-config.js'

export class Membership {
  readonly #broker: Broker
  readonly #request: JoinRequest
  #memberId: string | null = null
  #generation: number | null = null
  #mustJoin = false
  #listener: () => void = () => undefined
  #watch = new AbortController()

  constructor(broker: Broker, options: ConsumerOptions) {
    const { topics, groupId, clientId, props = {} } = options
    const isPattern = topics instanceof RegExp
    this.#broker = broker
    this.#request = {
      groupId: groupId ?? `\0${clientId}-${randomUUID()}`,
      memberId: null,
      subscription: {
        topics: isPattern ? [] : topics,
        pattern: isPattern ? [topics.source, topics.flags] : null,
      },
      rebalanceTimeoutMs: numberProp(props, 'max.poll.interval.ms', 300_000, 1),
      isPrivate: groupId === null,
    }
  }

  /** True when the group has asked all to join again. */
  get mustJoin(): boolean {
    return this.#mustJoin
  }

  get isAssigned(): boolean {
    return this.#generation !== null
  }

  current(): Current {
    if (this.#memberId === null || this.#generation === null) {
      throw new StateError('not-a-member', `This consumer is not a member of ${this.#request.groupId}`)
    }
    return { groupId: this.#request.groupId, memberId: this.#memberId, generation: this.#generation }
  }

  async join(): Promise<void> {
    this.#mustJoin = false
    this.#generation = null
    this.#memberId = await this.#broker.join({ ...this.#request, memberId: this.#memberId })
  }

  /** Waits for the others to join; null when time is up. */
  async assignment(timeoutMs: number, signal: AbortSignal): Promise<Assignment | null> {
    if (this.#memberId === null) throw new StateError('not-started', 'The consumer has not been started')
    const timeUp = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeoutMs))])
    return this.#taken(await this.#broker.assignment(this.#request.groupId, this.#memberId, timeUp))
  }

  /** The assignment when it needs no waiting. */
  async assignmentNow(): Promise<Assignment | null> {
    if (this.#memberId === null) return null
    return this.#taken(await this.#broker.assignment(this.#request.groupId, this.#memberId, AbortSignal.abort()))
  }

  /** Calls back once the group asks to join again; the function returned ends that. */
  onMustJoin(listener: () => void): () => void {
    this.#listener = listener
    if (this.#mustJoin) listener()
    return () => {
      this.#listener = () => undefined
    }
  }

  async leave(): Promise<void> {
    this.#watch.abort()
    const memberId = this.#memberId
    this.#memberId = null
    this.#generation = null
    if (memberId === null) return
    await this.#broker.leave(this.#request.groupId, memberId).catch((error: unknown) => {
      // Without its owner the log has no groups that could be left.
      if (!(error instanceof RetriableError)) throw error
    })
  }

  #taken(assignment: Assignment | null): Assignment | null {
    if (assignment === null) return null
    this.#generation = assignment.generation
    this.#watch = new AbortController()
    this.#watchGroup(this.current(), this.#watch.signal)
    return assignment
  }

  #watchGroup(current: Current, signal: AbortSignal): void {
    const joinAgain = () => {
      if (signal.aborted) return
      this.#mustJoin = true
      this.#listener()
    }
    // A watch that fails (the owner went away) lets the next call to the broker tell why.
    this.#broker.rebalance(current, signal).then(joinAgain, joinAgain)
  }
}
