// Reads the embedded log as a member of a group. All that concerns the group happens inside `start`, `poll` and `close`,
// so that `revoked` and `assigned` never run beside the work of whoever polls.
import { StateError, type Log, type TopicPartition } from '@rowbridge/api'
import type { Consumer, ConsumerOptions, FetchedBatch, TopicOffset } from '../port.js'
import type { Assignment, Broker } from './broker.js'
import { FetchedPartition } from './fetched-partition.js'
import { Membership } from './membership.js'
import { numberProp } from '../network-config.js'

interface Limits {
  readonly maxBytes: number
  readonly maxPartitionBytes: number
  readonly maxRecords: number
}

export class EmbeddedConsumer implements Consumer {
  readonly #broker: Broker
  readonly #options: ConsumerOptions
  readonly #log: Log
  readonly #closed: () => void
  readonly #limits: Limits
  readonly #membership: Membership
  #partitions = new Map<string, FetchedPartition>()
  #turn = 0
  #isAwake = false
  #waiting: AbortController | null = null
  #isClosed = false

  constructor(broker: Broker, options: ConsumerOptions, owner: { readonly log: Log; readonly closed: () => void }) {
    const props = options.props ?? {}
    this.#broker = broker
    this.#options = options
    this.#log = owner.log
    this.#closed = owner.closed
    this.#limits = {
      maxBytes: numberProp(props, 'fetch.max.bytes', 16 << 20, 1),
      maxPartitionBytes: numberProp(props, 'max.partition.fetch.bytes', 1 << 20, 1),
      maxRecords: numberProp(props, 'max.poll.records', 500, 1),
    }
    this.#membership = new Membership(broker, options)
  }

  async start(): Promise<void> {
    this.#refuseClosed()
    await this.#membership.join()
    // With others in the group this takes until they poll; then `poll` waits for it.
    const assignment = await this.#membership.assignmentNow()
    if (assignment !== null) await this.#take(assignment)
  }

  async poll(timeoutMs: number): Promise<readonly FetchedBatch[]> {
    this.#refuseClosed()
    const deadline = performance.now() + timeoutMs
    for (;;) {
      if (this.#isAwake) {
        this.#isAwake = false
        return []
      }
      if (this.#membership.mustJoin) await this.#joinAgain()
      const left = Math.max(0, deadline - performance.now())
      if (!this.#membership.isAssigned) {
        const assignment = await this.#waitFor((signal) => this.#membership.assignment(left, signal))
        if (assignment !== null) await this.#take(assignment)
        else if (performance.now() >= deadline) return []
        continue
      }
      const records = this.#handOut()
      if (records.length > 0) return records
      await this.#waitFor((signal) => this.#fetch(left, signal))
      const fetched = this.#isAwake || this.#membership.mustJoin ? [] : this.#handOut()
      if (fetched.length > 0) return fetched
      if (performance.now() >= deadline && !this.#membership.mustJoin) return this.#sleepAgain()
    }
  }

  async commit(offsets: readonly TopicOffset[]): Promise<void> {
    this.#refuseClosed()
    if (this.#options.groupId === null) {
      throw new StateError('no-group', 'A consumer without a group cannot commit', { hint: 'Give it a group.id.' })
    }
    await this.#broker.commit(this.#membership.current(), offsets)
  }

  seek(position: TopicOffset): void {
    this.#of(position).seek(position.offset)
    this.#waiting?.abort()
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#of(at).isPaused = true
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#of(at).isPaused = false
    this.#waiting?.abort()
  }

  assignment(): readonly TopicPartition[] {
    return [...this.#partitions.values()].map(({ at }) => at)
  }

  positions(): readonly TopicOffset[] {
    return [...this.#partitions.values()].map((own) => ({ ...own.at, offset: own.position }))
  }

  wakeUp(): void {
    this.#isAwake = true
    this.#waiting?.abort()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#waiting?.abort()
    try {
      await this.#revoke()
    } finally {
      this.#isClosed = true
      this.#closed()
      await this.#membership.leave()
    }
  }

  #sleepAgain(): readonly FetchedBatch[] {
    this.#isAwake = false
    return []
  }

  /** Runs a wait that `wakeUp`, `seek`, `resume` and a rebalance end early. */
  async #waitFor<T>(wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const waiting = new AbortController()
    this.#waiting = waiting
    const stopListening = this.#membership.onMustJoin(() => waiting.abort())
    try {
      return await wait(waiting.signal)
    } finally {
      stopListening()
      this.#waiting = null
    }
  }

  /** Fetches for all partitions that may give records and have none. */
  async #fetch(waitMs: number, signal: AbortSignal): Promise<void> {
    const wanted = [...this.#partitions.values()].filter((own) => !own.isPaused && !own.hasRecords)
    const asked = new Map(wanted.map((own) => [own, own.position]))
    const positions = this.#inTurn(wanted).map((own) => ({ ...own.at, offset: own.position }))
    const { maxBytes, maxPartitionBytes } = this.#limits
    const fetched = await this.#broker.fetch({ positions, maxBytes, maxPartitionBytes, waitMs }, signal)
    for (const part of fetched) {
      const own = this.#partitions.get(nameOf(part))
      // A seek, a pause or a rebalance meanwhile: the bytes are of no use.
      if (own === undefined || own.position !== asked.get(own)) continue
      if (part.bytes.length > 0) own.fill(part)
      else this.#reset(own, part.startOffset, part.endOffset)
    }
  }

  /** The position is not in the log any more: retention or a new topic of the same name. */
  #reset(own: FetchedPartition, earliest: number, latest: number): void {
    const to = this.#options.start === 'earliest' ? earliest : latest
    const { topic, partition } = own.at
    this.#log.warn(
      `${topic}-${partition}@${own.position} is outside the log (${earliest} to ${latest}); reading goes on at ${to}`,
    )
    own.seek(to)
  }

  #handOut(): FetchedBatch[] {
    const batches: FetchedBatch[] = []
    let left = this.#limits.maxRecords
    for (const own of this.#inTurn([...this.#partitions.values()])) {
      while (!own.isPaused && left > 0) {
        const batch = own.take(left)
        if (batch === null) break
        batches.push(batch)
        left -= batch.length
      }
    }
    this.#turn++
    return batches
  }

  /** Each time another one first, so that a busy partition starves none. */
  #inTurn<T>(items: readonly T[]): readonly T[] {
    const first = items.length === 0 ? 0 : this.#turn % items.length
    return [...items.slice(first), ...items.slice(0, first)]
  }

  async #joinAgain(): Promise<void> {
    // Without a group nobody else takes the partitions: they read on where they are.
    if (this.#options.groupId !== null) await this.#revoke()
    await this.#membership.join()
  }

  async #revoke(): Promise<void> {
    const partitions = this.assignment()
    try {
      if (partitions.length > 0) await this.#options.revoked?.(partitions)
    } finally {
      this.#partitions = new Map()
    }
  }

  async #take({ partitions }: Assignment): Promise<void> {
    const before = this.#partitions
    const fresh = partitions.filter((at) => !before.has(nameOf(at)))
    const starts = await this.#startsOf(fresh)
    this.#partitions = new Map(
      partitions.map((at) => {
        const name = nameOf(at)
        return [name, before.get(name) ?? new FetchedPartition(at, starts.get(name) ?? 0)]
      }),
    )
    if (fresh.length > 0 || this.#options.groupId !== null) await this.#options.assigned?.(fresh)
  }

  /** Committed offsets, or where this consumer starts. */
  async #startsOf(partitions: readonly TopicPartition[]): Promise<Map<string, number>> {
    const { groupId, start } = this.#options
    const committed = groupId === null ? [] : await this.#broker.committed(groupId)
    const starts = new Map(committed.map((offset) => [nameOf(offset), offset.offset]))
    const topics = new Set(partitions.filter((at) => !starts.has(nameOf(at))).map(({ topic }) => topic))
    for (const topic of topics) {
      for (const { partition, earliest, latest } of await this.#broker.offsets(topic)) {
        const name = nameOf({ topic, partition })
        if (!starts.has(name)) starts.set(name, start === 'earliest' ? earliest : latest)
      }
    }
    return starts
  }

  #of(at: TopicPartition): FetchedPartition {
    const own = this.#partitions.get(nameOf(at))
    if (own !== undefined) return own
    throw new StateError('not-assigned', `${at.topic}-${at.partition} is not assigned to this consumer`)
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new StateError('consumer-closed', 'The consumer is closed')
  }
}

const nameOf = ({ topic, partition }: TopicPartition) => `${topic}-${partition}`
