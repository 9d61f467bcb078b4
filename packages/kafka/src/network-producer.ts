// A producer over the network: encodes at once, orders per partition, sends what is ready for one broker in one request.
import { RetriableError, StateError, type Log } from '@rowbridge/api'
import { pause, pauseOf, retrying } from './backoff.js'
import type { Cluster } from './cluster.js'
import { codecOf } from './compression.js'
import { numberProp, type KafkaProps } from './network-config.js'
import { brokerError, check, isRetriableCode } from './network-errors.js'
import { BatchEncoder, Tally, type OpenBatch } from './open-batch.js'
import { PartitionQueue, type ProducerId, type QueueSettings } from './partition-queue.js'
import { rowsByPartition } from './partitioner.js'
import type { ProduceBatch, Producer } from './port.js'
import type { RecordRange } from './record-batch.js'
import { INIT_PRODUCER_ID, initProducerIdRequest, PRODUCE, produceRequest } from './requests.js'

const METADATA_AGE_MS = 300_000

interface Sending {
  readonly queue: PartitionQueue
  readonly batch: OpenBatch
}

export class NetworkProducer implements Producer {
  readonly #cluster: Cluster
  readonly #log: Log
  readonly #lane: string
  readonly #encoder: BatchEncoder
  readonly #settings: QueueSettings
  readonly #maxRequest: number
  readonly #queues = new Map<string, PartitionQueue>()
  readonly #ready = new Map<string, Promise<void>>()
  readonly #refreshedAt = new Map<string, number>()
  readonly #open = new Set<Promise<unknown>>()
  readonly #stop = new AbortController()
  #dirty = new Set<PartitionQueue>()
  #sharedId: Promise<ProducerId> | null = null
  #turn = Math.floor(Math.random() * 1000)

  constructor(cluster: Cluster, options: { readonly lane: string; readonly props: KafkaProps }) {
    const { props } = options
    this.#cluster = cluster
    this.#log = cluster.log
    this.#lane = options.lane
    this.#maxRequest = numberProp(props, 'max.request.size', 1_048_576, 1)
    this.#encoder = new BatchEncoder({
      codec: codecOf(props['compression.type'] ?? 'gzip'),
      maxBytes: this.#maxRequest,
    })
    const isIdempotent = (props['enable.idempotence'] ?? 'true').trim() !== 'false'
    this.#settings = {
      log: cluster.log,
      deliveryMs: numberProp(props, 'delivery.timeout.ms', Number.MAX_SAFE_INTEGER, 1),
      missingTopicMs: numberProp(props, 'max.block.ms', 15_000),
      maxInFlight: isIdempotent ? Math.min(2, numberProp(props, 'max.in.flight.requests.per.connection', 2, 1)) : 1,
      producerId: isIdempotent ? (isFirst) => this.#producerId(isFirst) : null,
      wake: (queue) => this.#wake(queue),
      recover: (queue, attempt) => this.#recover(queue, attempt),
    }
  }

  async send(batch: ProduceBatch): Promise<void> {
    if (this.#stop.signal.aborted) throw new StateError('producer-closed', 'The producer is closed')
    if (batch.length === 0) return
    const sending = this.#send(batch)
    this.#open.add(sending)
    try {
      await sending
    } finally {
      this.#open.delete(sending)
    }
  }

  async close(timeoutMs = Infinity): Promise<void> {
    const idle = Promise.allSettled(this.#open)
    if (timeoutMs === Infinity) await idle
    else {
      const over = new AbortController()
      await Promise.race([idle, pause(timeoutMs, over.signal)])
      over.abort()
    }
    this.#stop.abort()
    for (const queue of this.#queues.values()) queue.abandon(closed())
    this.#cluster.closeLane(this.#lane)
  }

  async #send(batch: ProduceBatch): Promise<void> {
    await this.#topicReady(batch.topic)
    const bornAt = Date.now()
    const parts = this.#ranges(batch).flatMap(({ partition, range }) =>
      this.#encoder
        .encode(range, `${batch.topic}-${partition}`)
        .map((encoded) => ({ partition, bornAt, stamp: null, wasSent: false, isInFlight: false, ...encoded })),
    )
    const tally = new Tally(parts.length)
    for (const { partition, ...open } of parts) this.#queue(batch.topic, partition).add([{ ...open, tally }])
    await tally.settled
  }

  #ranges(batch: ProduceBatch): { partition: number; range: RecordRange }[] {
    const count = this.#cluster.known(batch.topic)?.leaders.length ?? 0
    if (batch.partition !== null && batch.partition >= count) {
      const message = `Topic ${batch.topic} has ${count} partitions; there is no partition ${batch.partition}`
      throw new StateError('unknown-partition', message, { hint: 'Add partitions to the topic.' })
    }
    const whole = (partition: number) => [{ partition, range: { batch, rows: null, from: 0, to: batch.length } }]
    if (batch.partition !== null) return whole(batch.partition)
    const next = this.#turn++ % count
    if (batch.keys === null) return whole(next)
    const rows = rowsByPartition(batch.keys, count, next)
    return [...rows].map(([partition, own]) => ({ partition, range: { batch, rows: own, from: 0, to: own.length } }))
  }

  #queue(topic: string, partition: number): PartitionQueue {
    const key = `${topic}-${partition}`
    let queue = this.#queues.get(key)
    if (queue === undefined) this.#queues.set(key, (queue = new PartitionQueue(topic, partition, this.#settings)))
    return queue
  }

  /** The same promise for all calls, so that they go on in the order they came. */
  #topicReady(topic: string): Promise<void> {
    let ready = this.#ready.get(topic)
    if (ready === undefined) {
      ready = this.#findTopic(topic)
      this.#ready.set(topic, ready)
      ready.catch(() => this.#ready.delete(topic))
    } else if (Date.now() - (this.#refreshedAt.get(topic) ?? Infinity) > METADATA_AGE_MS) {
      this.#refreshedAt.set(topic, Date.now())
      this.#cluster.refresh([topic]).catch((error: unknown) => this.#log.debug(`metadata: ${String(error)}`))
    }
    return ready
  }

  async #findTopic(topic: string): Promise<void> {
    const since = Date.now()
    for (let attempt = 1; ; attempt++) {
      const metadata = await this.#insisting(`metadata of topic ${topic}`, () => this.#cluster.refresh([topic], true))
      const found = metadata.topics.find((one) => one.topic === topic)
      const error = found?.error ?? 3
      if (found !== undefined && error === 0 && found.leaders.length > 0) break
      if (!isRetriableCode(error)) throw brokerError(error, `topic ${topic}`)
      if (Date.now() - since >= this.#settings.missingTopicMs) throw missing(topic)
      if (attempt === 2) this.#log.info(`Topic ${topic} is not there yet; waiting for it`)
      await pause(pauseOf(attempt, this.#cluster), this.#stop.signal)
    }
    this.#refreshedAt.set(topic, Date.now())
  }

  /** Tried again as long as it takes once the cluster has answered. */
  #insisting<T>(what: string, task: () => Promise<T>): Promise<T> {
    const limitMs = this.#cluster.wasReached ? Infinity : 0
    return retrying(task, this.#cluster, { what, signal: this.#stop.signal, limitMs })
  }

  #producerId(isFirst: boolean): Promise<ProducerId> {
    if (!isFirst) return this.#newProducerId()
    if (this.#sharedId === null) {
      this.#sharedId = this.#newProducerId()
      this.#sharedId.catch(() => (this.#sharedId = null))
    }
    return this.#sharedId
  }

  #newProducerId(): Promise<ProducerId> {
    return this.#insisting('producer id', async () => {
      const answer = await this.#cluster.call(INIT_PRODUCER_ID, initProducerIdRequest(), { node: null, lane: 'main' })
      check(answer.error, 'producer id')
      return answer
    })
  }

  async #recover(queue: PartitionQueue, attempt: number): Promise<void> {
    const { signal } = this.#stop
    await pause(pauseOf(attempt, this.#cluster), signal)
    if (signal.aborted) throw closed()
    const what = `leader of ${queue.name}`
    const limitMs = this.#settings.deliveryMs
    const options = { what, signal, limitMs }
    await retrying(() => this.#cluster.refresh([queue.topic]), this.#cluster, options)
  }

  #wake(queue: PartitionQueue): void {
    if (this.#dirty.size === 0) queueMicrotask(() => this.#drain())
    this.#dirty.add(queue)
  }

  /** Sends what may be sent: per broker one request with at most one batch of each partition, then the next. */
  #drain(): void {
    let dirty = this.#dirty
    this.#dirty = new Set()
    while (dirty.size > 0) {
      const byNode = new Map<number, Sending[]>()
      const next = new Set<PartitionQueue>()
      for (const queue of dirty) {
        const node = this.#cluster.known(queue.topic)?.leaders[queue.partition] ?? -1
        const batch = node < 0 ? null : queue.take()
        if (node < 0) queue.strand()
        if (batch === null) continue
        next.add(queue)
        const list = byNode.get(node)
        if (list === undefined) byNode.set(node, [{ queue, batch }])
        else list.push({ queue, batch })
      }
      for (const [node, sendings] of byNode) for (const some of this.#requests(sendings)) void this.#request(node, some)
      dirty = next
    }
  }

  #requests(sendings: readonly Sending[]): Sending[][] {
    const requests: Sending[][] = []
    let size = Infinity
    for (const sending of sendings) {
      if (size + sending.batch.bytes.length > this.#maxRequest) {
        requests.push([])
        size = 0
      }
      requests.at(-1)?.push(sending)
      size += sending.batch.bytes.length
    }
    return requests
  }

  async #request(node: number, sendings: readonly Sending[]): Promise<void> {
    const entries = sendings.map(({ queue, batch }) => ({
      topic: queue.topic,
      partition: queue.partition,
      bytes: batch.bytes,
    }))
    try {
      const body = produceRequest(entries, this.#cluster.requestTimeoutMs)
      const answers = await this.#cluster.call(PRODUCE, body, { node, lane: this.#lane })
      const codes = new Map(answers.map((answer) => [`${answer.topic}-${answer.partition}`, answer.error]))
      for (const { queue, batch } of sendings) queue.settle(batch, codes.get(queue.name) ?? 13)
    } catch (error) {
      for (const { queue, batch } of sendings) queue.unanswered(batch, error)
    }
  }
}

function closed(): RetriableError {
  return new RetriableError('producer-closed', 'The producer was closed before the broker answered')
}

function missing(topic: string): StateError {
  return new StateError('unknown-topic', `Topic ${topic} does not exist and the brokers do not create it`, {
    hint: 'Create it, set topic.creation.* of the connector, or auto.create.topics.enable=true on the brokers.',
  })
}
