// A consumer over the network: a member of a group (or of none), its partitions' positions, and records in order from the fetcher.
// Callbacks run inside `poll` and `close` only; joining and finding positions go on beside it.
import { StateError, type TopicPartition } from '@rowbridge/api'
import { retrying } from './backoff.js'
import type { Cluster } from './cluster.js'
import { Fetcher, nameOf } from './fetcher.js'
import { GroupMember, lostGroup } from './group-member.js'
import { OFFSET_COMMIT, OFFSET_FETCH, offsetCommitRequest, offsetFetchRequest, type Joined } from './group-requests.js'
import { numberProp, type KafkaProps } from './network-config.js'
import { brokerError, check, CODE } from './network-errors.js'
import { listOffsets } from './offsets.js'
import type { Consumer, ConsumerOptions, FetchedBatch, TopicOffset } from './port.js'
import * as range from './range-assignor.js'
import { Subscription } from './subscription.js'

export interface ConsumerPlace {
  readonly cluster: Cluster
  /** Name of this consumer's connections. */
  readonly lane: string
  readonly props: KafkaProps
}

export class NetworkConsumer implements Consumer {
  readonly #cluster: Cluster
  readonly #options: ConsumerOptions
  readonly #fetcher: Fetcher
  readonly #subscription: Subscription
  readonly #member: GroupMember | null
  readonly #maxRecords: number
  readonly #refreshMs: number
  readonly #apiTimeoutMs: number
  readonly #readCommitted: boolean
  readonly #stop = new AbortController()
  /** Whose committed offset is of no use: out of range. */
  readonly #lostPositions = new Set<string>()
  #isStarted = false
  #isJoining = false
  #isPositioning = false
  /** What the group gave, or the topics have, and the callback has not been told. */
  #given: readonly TopicPartition[] | null = null
  #failure: unknown = null
  #isPolling = false
  #isWoken = false
  #wake: (() => void) | null = null

  constructor({ cluster, lane, props }: ConsumerPlace, options: ConsumerOptions) {
    this.#cluster = cluster
    this.#options = options
    this.#maxRecords = numberProp(props, 'max.poll.records', 500, 1)
    this.#refreshMs = numberProp(props, 'metadata.max.age.ms', 10_000, 100)
    this.#apiTimeoutMs = numberProp(props, 'default.api.timeout.ms', 60_000)
    this.#readCommitted = props['isolation.level'] === 'read_committed'
    this.#subscription = new Subscription(cluster, options.topics, () => this.#topicsChanged())
    this.#fetcher = new Fetcher(cluster, {
      lane: `${lane}-fetch`,
      settings: {
        maxWaitMs: numberProp(props, 'fetch.max.wait.ms', 500),
        minBytes: numberProp(props, 'fetch.min.bytes', 1),
        maxBytes: numberProp(props, 'fetch.max.bytes', 52_428_800, 1),
        partitionMaxBytes: numberProp(props, 'max.partition.fetch.bytes', 1_048_576, 1),
        readCommitted: this.#readCommitted,
      },
      notify: () => this.#notify(),
      outOfRange: (at) => {
        this.#lostPositions.add(nameOf(at))
        this.#notify()
      },
    })
    this.#member = options.groupId === null ? null : this.#memberOf(options.groupId, lane, props)
  }

  #memberOf(groupId: string, lane: string, props: KafkaProps): GroupMember {
    return new GroupMember(this.#cluster, {
      groupId,
      protocolType: 'consumer',
      lane: `${lane}-group`,
      sessionTimeoutMs: numberProp(props, 'session.timeout.ms', 45_000, 1),
      rebalanceTimeoutMs: numberProp(props, 'max.poll.interval.ms', 300_000, 1),
      heartbeatMs: numberProp(props, 'heartbeat.interval.ms', 3000, 1),
      protocols: () =>
        Promise.resolve([{ name: range.RANGE, metadata: range.subscriptionBytes(this.#subscription.topics) }]),
      assign: (joined) => this.#assign(joined),
      onRebalance: () => this.#notify(),
    })
  }

  async start(): Promise<void> {
    if (this.#isStarted) return
    await this.#insisting('topics', () => this.#subscription.refresh())
    this.#isStarted = true
    this.#subscription.watch(this.#refreshMs)
    if (this.#member !== null) this.#join(this.#member)
  }

  async poll(timeoutMs: number): Promise<readonly FetchedBatch[]> {
    this.#isPolling = true
    try {
      return await this.#next(timeoutMs)
    } finally {
      this.#isPolling = false
      this.#isWoken = false
    }
  }

  async #next(timeoutMs: number): Promise<readonly FetchedBatch[]> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      this.#checkOpen()
      await this.#advance()
      const batches = this.#fetcher.take(this.#maxRecords)
      const left = deadline - Date.now()
      if (batches.length > 0 || left <= 0 || this.#isWoken) return batches
      await this.#news(left)
    }
  }

  async commit(offsets: readonly TopicOffset[]): Promise<void> {
    const { groupId } = this.#options
    const member = this.#member
    if (member === null || groupId === null) {
      throw new StateError('no-group', 'A consumer without a group cannot commit offsets')
    }
    this.#checkOpen()
    if (offsets.length === 0) return
    if (member.ref.generation < 0) throw lostGroup(groupId, CODE.unknownMember)
    const answer = await member.ask(OFFSET_COMMIT, () => offsetCommitRequest(member.ref, offsets), {
      errorOf: (parts) => parts.find((part) => part.error !== 0)?.error ?? 0,
      limitMs: this.#apiTimeoutMs,
    })
    const refused = answer.find((part) => part.error !== 0)
    if (refused === undefined) return
    const { rebalanceInProgress, illegalGeneration, unknownMember } = CODE
    if ([rebalanceInProgress, illegalGeneration, unknownMember].some((code) => code === refused.error)) {
      throw lostGroup(groupId, refused.error)
    }
    throw brokerError(refused.error, `group ${groupId}: offset of ${nameOf(refused)}`)
  }

  seek(position: TopicOffset): void {
    if (this.#fetcher.seek(position)) return
    throw new StateError('not-assigned', `${nameOf(position)} is not assigned to this consumer`)
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#fetcher.pause(partitions, true)
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#fetcher.pause(partitions, false)
  }

  assignment(): readonly TopicPartition[] {
    return this.#fetcher.assignment()
  }

  positions(): readonly TopicOffset[] {
    return this.#fetcher.positions()
  }

  wakeUp(): void {
    this.#isWoken = this.#isPolling
    this.#notify()
  }

  async close(): Promise<void> {
    if (this.#stop.signal.aborted) return
    this.wakeUp()
    try {
      if (this.#isStarted) await this.#revoke(this.#fetcher.assignment())
    } finally {
      this.#stop.abort()
      this.#subscription.stop()
      this.#fetcher.close()
      await this.#member?.leave(5000)
      this.#notify()
    }
  }

  #checkOpen(): void {
    if (this.#stop.signal.aborted) throw new StateError('consumer-closed', 'The consumer is closed')
    if (!this.#isStarted) throw new StateError('consumer-not-started', 'The consumer was not started')
  }

  /** Does what is due before records may be read: callbacks in the right order, then what runs beside. */
  async #advance(): Promise<void> {
    if (this.#failure !== null) {
      const failure = this.#failure
      this.#failure = null
      throw failure
    }
    const member = this.#member
    if (member !== null && member.needsJoin && !this.#isJoining) {
      this.#given = null
      await this.#revoke(this.#fetcher.assignment())
      this.#join(member)
    }
    const given = this.#given
    if (given !== null) {
      this.#given = null
      this.#fetcher.add(given)
      await this.#options.assigned?.(given)
    }
    if (!this.#isPositioning) this.#findPositions()
  }

  async #revoke(partitions: readonly TopicPartition[]): Promise<void> {
    if (partitions.length > 0) await this.#options.revoked?.(partitions)
    this.#fetcher.remove(partitions)
  }

  #join(member: GroupMember): void {
    this.#isJoining = true
    const joining = member.join().then((bytes) => {
      const given = range.assignedPartitions(bytes)
      this.#cluster.log.info(
        `group ${this.#options.groupId}: assigned ${given.map(nameOf).join(', ') || 'no partitions'}`,
      )
      return (this.#given = given)
    })
    this.#beside(joining, () => (this.#isJoining = false))
  }

  #findPositions(): void {
    const missing = this.#fetcher.unpositioned()
    if (missing.length === 0) return
    this.#isPositioning = true
    const finding = this.#insisting('positions', async () => {
      for (const at of await this.#positionsOf(missing)) this.#fetcher.position(at)
      this.#fetcher.fetch()
    })
    this.#beside(finding, () => (this.#isPositioning = false))
  }

  #beside(task: Promise<unknown>, done: () => void): void {
    task
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#failure = error
      })
      .finally(() => {
        done()
        this.#notify()
      })
      .catch(() => undefined)
  }

  /** The committed offsets, else where the options say to start. */
  async #positionsOf(partitions: readonly TopicPartition[]): Promise<TopicOffset[]> {
    const committed = await this.#committed(partitions.filter((at) => !this.#lostPositions.has(nameOf(at))))
    const rest = partitions.filter((at) => !committed.some((one) => nameOf(one) === nameOf(at)))
    for (const at of rest) this.#lostPositions.delete(nameOf(at))
    if (rest.length === 0) return committed
    const started = await listOffsets(this.#cluster, rest, {
      spot: this.#options.start,
      readCommitted: this.#readCommitted,
    })
    return [...committed, ...started]
  }

  async #committed(partitions: readonly TopicPartition[]): Promise<TopicOffset[]> {
    const member = this.#member
    if (member === null || partitions.length === 0) return []
    const { groupId } = member.ref
    const answer = await member.ask(OFFSET_FETCH, () => offsetFetchRequest(groupId, partitions), {
      errorOf: ({ error, offsets }) => error || (offsets.find((one) => one.error !== 0)?.error ?? 0),
      limitMs: Infinity,
    })
    check(answer.error, `group ${groupId}`)
    for (const one of answer.offsets) check(one.error, `group ${groupId}: offset of ${nameOf(one)}`)
    return answer.offsets.filter(({ offset }) => offset >= 0)
  }

  async #assign({ members }: Joined): Promise<ReadonlyMap<string, Uint8Array>> {
    const subscribers = members.map(({ id, metadata }) => ({ id, topics: range.subscribedTopics(metadata) }))
    const counts = await this.#subscription.countOf(new Set(subscribers.flatMap(({ topics }) => topics)))
    const shares = range.assignRanges(subscribers, (topic) => counts.get(topic) ?? 0)
    return new Map([...shares].map(([id, own]) => [id, range.assignmentBytes(own)]))
  }

  /** Topics or partitions have come or gone. */
  #topicsChanged(): void {
    if (this.#member !== null) {
      if (this.#isStarted) this.#member.rejoin()
      return
    }
    const own = new Set([...this.#fetcher.assignment(), ...(this.#given ?? [])].map(nameOf))
    const all = [...this.#subscription.partitions].flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => ({ topic, partition })),
    )
    this.#given = [...(this.#given ?? []), ...all.filter((at) => !own.has(nameOf(at)))]
    this.#notify()
  }

  /** Fails at once while the cluster was never reached; later it tries as long as it takes. */
  #insisting<T>(what: string, task: () => Promise<T>): Promise<T> {
    const limitMs = this.#cluster.wasReached ? Infinity : 0
    return retrying(task, this.#cluster, { what, signal: this.#stop.signal, limitMs })
  }

  #notify(): void {
    this.#wake?.()
  }

  /** Waits for records, a change, or the time. */
  #news(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#wake = null
        resolve()
      }
      const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1))
      this.#wake = done
    })
  }
}
