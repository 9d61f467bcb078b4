// Topics and groups over the network, as an administrator sees them.
import { StateError, type ConnectError, type TopicPartition } from '@rowbridge/api'
import { retrying } from './backoff.js'
import type { Cluster } from './cluster.js'
import {
  CREATE_TOPICS,
  createTopicRequest,
  DELETE_GROUPS,
  DELETE_TOPICS,
  deleteGroupRequest,
  deleteTopicRequest,
  DESCRIBE_CONFIGS,
  describeConfigsRequest,
  OFFSET_COMMIT,
  OFFSET_DELETE,
  OFFSET_FETCH,
  offsetCommitRequest,
  offsetDeleteRequest,
  offsetFetchRequest,
} from './group-requests.js'
import { brokerError, check, CODE } from './network-errors.js'
import { listOffsets } from './offsets.js'
import type { Admin, PartitionOffsets, TopicDescription, TopicOffset, TopicSpec } from './port.js'
import type { Api, TopicMetadata } from './requests.js'
import type { Writer } from './wire.js'

const PATIENCE_MS = 15_000

export class NetworkAdmin implements Admin {
  readonly #cluster: Cluster
  readonly #stop = new AbortController()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  async clusterId(): Promise<string | null> {
    return (await this.#try('cluster', () => this.#cluster.refresh([]))).clusterId
  }

  async topics(): Promise<readonly TopicDescription[]> {
    const { topics } = await this.#try('topics', () => this.#cluster.refresh(null))
    return topics.filter(({ error }) => error === 0 || error === CODE.leaderNotAvailable).map(descriptionOf)
  }

  async describe(topic: string): Promise<TopicDescription | null> {
    const metadata = await this.#topic(topic)
    return metadata === null ? null : descriptionOf(metadata)
  }

  async topicConfig(topic: string): Promise<Readonly<Record<string, string>>> {
    const answers = await this.#try(`settings of ${topic}`, () => {
      const body = describeConfigsRequest(topic)
      return this.#cluster.call(DESCRIBE_CONFIGS, body, { node: null, lane: 'main' })
    })
    const error = answers[0]?.error ?? 0
    if (error === CODE.unknownTopic) throw unknown(topic)
    check(error, `settings of ${topic}`)
    return Object.fromEntries(answers[0]?.settings.map(({ name, value }) => [name, value ?? '']) ?? [])
  }

  async createTopic(spec: TopicSpec): Promise<boolean> {
    const made = await this.#try(`topic ${spec.topic}`, async () => {
      const answers = await this.#controller(CREATE_TOPICS, createTopicRequest(spec, this.#cluster.requestTimeoutMs))
      const { error = 0, message = null } = answers[0] ?? {}
      if (error === CODE.topicExists) return false
      if (error !== 0) throw explained(brokerError(error, `topic ${spec.topic}`), message)
      return true
    })
    if (made) await this.#until(`topic ${spec.topic}`, async () => isReady(await this.#topic(spec.topic)))
    return made
  }

  async deleteTopic(topic: string): Promise<void> {
    await this.#try(`topic ${topic}`, async () => {
      const answers = await this.#controller(DELETE_TOPICS, deleteTopicRequest(topic, this.#cluster.requestTimeoutMs))
      const error = answers[0]?.error ?? 0
      if (error === CODE.unknownTopic) throw unknown(topic)
      check(error, `topic ${topic}`)
    })
    await this.#until(`topic ${topic}`, async () => (await this.#topic(topic)) === null)
  }

  async offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    const metadata = await this.#topic(topic)
    if (metadata === null) throw unknown(topic)
    const partitions = metadata.leaders.map((_, partition) => ({ topic, partition }))
    const [earliest, latest] = await this.#try(`offsets of ${topic}`, () =>
      Promise.all([
        listOffsets(this.#cluster, partitions, { spot: 'earliest' }),
        listOffsets(this.#cluster, partitions, { spot: 'latest' }),
      ]),
    )
    return partitions.map(({ partition }) => ({
      partition,
      earliest: offsetAt(earliest, partition),
      latest: offsetAt(latest, partition),
    }))
  }

  async committed(groupId: string): Promise<readonly TopicOffset[]> {
    const answer = await this.#coordinator(groupId, OFFSET_FETCH, {
      body: () => offsetFetchRequest(groupId, null),
      errorOf: ({ error }) => error,
    })
    if (answer.error === CODE.groupIdNotFound) return []
    check(answer.error, `group ${groupId}`)
    return answer.offsets
      .filter(({ offset }) => offset >= 0)
      .map(({ topic, partition, offset }) => ({ topic, partition, offset }))
  }

  async alterCommitted(
    groupId: string,
    offsets: readonly (TopicPartition & { readonly offset: number | null })[],
  ): Promise<void> {
    const kept = offsets.flatMap(({ topic, partition, offset }) =>
      offset === null ? [] : [{ topic, partition, offset }],
    )
    const removed = offsets.filter(({ offset }) => offset === null)
    if (kept.length > 0) await this.#setOffsets(groupId, kept)
    if (removed.length > 0) await this.#removeOffsets(groupId, removed)
  }

  async deleteGroup(groupId: string): Promise<void> {
    const answers = await this.#coordinator(groupId, DELETE_GROUPS, {
      body: () => deleteGroupRequest(groupId),
      errorOf: (groups) => groups[0]?.error ?? 0,
    })
    const error = answers[0]?.error ?? 0
    if (error !== CODE.groupIdNotFound) check(error, `group ${groupId}`)
  }

  close(): Promise<void> {
    this.#stop.abort()
    return Promise.resolve()
  }

  async #setOffsets(groupId: string, offsets: readonly TopicOffset[]): Promise<void> {
    const answers = await this.#coordinator(groupId, OFFSET_COMMIT, {
      body: () => offsetCommitRequest({ groupId, generation: -1, memberId: '' }, offsets),
      errorOf: (parts) => parts.find((part) => part.error !== 0)?.error ?? 0,
    })
    for (const { topic, partition, error } of answers) {
      if (error === CODE.unknownMember || error === CODE.illegalGeneration)
        check(CODE.nonEmptyGroup, `group ${groupId}`)
      check(error, `group ${groupId}: offset of ${topic}-${partition}`)
    }
  }

  async #removeOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<void> {
    const answer = await this.#coordinator(groupId, OFFSET_DELETE, {
      body: () => offsetDeleteRequest(groupId, partitions),
      errorOf: ({ error }) => error,
    })
    if (answer.error === CODE.groupIdNotFound) return
    check(answer.error, `group ${groupId}`)
    for (const { topic, partition, error } of answer.partitions) {
      if (error !== CODE.unknownTopic) check(error, `group ${groupId}: offset of ${topic}-${partition}`)
    }
  }

  async #topic(topic: string): Promise<TopicMetadata | null> {
    const { topics } = await this.#try(`topic ${topic}`, () => this.#cluster.refresh([topic]))
    const found = topics.find((one) => one.topic === topic)
    if (found === undefined || found.error === CODE.unknownTopic) return null
    if (found.error !== CODE.leaderNotAvailable) check(found.error, `topic ${topic}`)
    return found
  }

  async #controller<T>(api: Api<T>, body: Writer): Promise<T> {
    const { controllerId } = await this.#cluster.refresh([])
    const node = controllerId < 0 ? null : controllerId
    return await this.#cluster.call(api, body, { node, lane: 'main' })
  }

  #coordinator<T>(groupId: string, api: Api<T>, question: Question<T>): Promise<T> {
    return this.#try(`group ${groupId}`, async () => {
      const node = await this.#cluster.coordinator(groupId)
      const answer = await this.#cluster.call(api, question.body(), { node, lane: 'main' })
      const error = question.errorOf(answer)
      if (PASSING.includes(error)) throw brokerError(error, `group ${groupId}`)
      return answer
    })
  }

  /** Tried again for a while, unless the cluster was never reached: then the first failure is the answer. */
  async #try<T>(what: string, task: () => Promise<T>): Promise<T> {
    if (this.#stop.signal.aborted) throw new StateError('admin-closed', 'The admin is closed')
    const limitMs = this.#cluster.wasReached ? PATIENCE_MS : 0
    return await retrying(task, this.#cluster, { what, signal: this.#stop.signal, limitMs })
  }

  /** Waits until all brokers asked agree; they learn of a change one after the other. */
  async #until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
    await this.#try(what, async () => {
      if (!(await isTrue())) throw brokerError(CODE.leaderNotAvailable, what)
    })
  }
}

interface Question<T> {
  readonly body: () => Writer
  readonly errorOf: (answer: T) => number
}

/** The coordinator is moving or loading. */
const PASSING: readonly number[] = [14, 15, 16]

function descriptionOf({ topic, leaders, isInternal }: TopicMetadata): TopicDescription {
  return { topic, partitions: leaders.length, isInternal }
}

function offsetAt(offsets: readonly TopicOffset[], partition: number): number {
  return offsets.find((one) => one.partition === partition)?.offset ?? 0
}

function isReady(topic: TopicMetadata | null): boolean {
  return topic !== null && topic.leaders.length > 0 && topic.leaders.every((leader) => leader >= 0)
}

function unknown(topic: string): StateError {
  return new StateError('unknown-topic', `Topic ${topic} does not exist`, { hint: 'Check its name, or create it.' })
}

function explained(error: ConnectError, message: string | null): ConnectError {
  if (message === null || !(error instanceof StateError)) return error
  return new StateError(error.code, `${error.message} (${message})`, error.hint === null ? {} : { hint: error.hint })
}
