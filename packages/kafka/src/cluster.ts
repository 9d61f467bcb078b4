// What is known of a Kafka cluster (brokers, leaders, coordinators) and the connections to it, one a broker and lane:
// a lane keeps a request that waits long from holding up others.
import { ConfigError, ConnectError, RetriableError, StateError, type Log } from '@rowbridge/api'
import type { RetrySettings } from './backoff.js'
import { FIND_COORDINATOR, findCoordinatorRequest } from './group-requests.js'
import { linkOpener, type Link, type OpenLink } from './kafkajs-link.js'
import type { NetworkSettings } from './network-config.js'
import { check, connectError, unreachableHint, isRetriableCode, brokerError } from './network-errors.js'
import { METADATA, metadataRequest, type Api, type Metadata, type Node, type TopicMetadata } from './requests.js'
import { Reader, type Writer } from './wire.js'

export interface Call {
  /** A broker's node; null: any. */
  readonly node: number | null
  readonly lane: string
  /** What a long poll may wait beyond the usual time. */
  readonly waitMs?: number
}

export class Cluster implements RetrySettings {
  readonly #settings: NetworkSettings
  readonly #open: OpenLink
  readonly #links = new Map<string, Promise<Link>>()
  readonly #topics = new Map<string, TopicMetadata>()
  readonly #refreshing = new Map<string, Promise<Metadata>>()
  readonly log: Log
  #nodes: readonly Node[] = []
  #isClosed = false
  /** Whether it ever answered: what fails before is told at once, what fails after is tried again. */
  wasReached = false

  constructor(settings: NetworkSettings, options: { readonly clientId: string; readonly log: Log }) {
    this.#settings = settings
    this.log = options.log
    this.#open = linkOpener({ ...settings, ...options })
  }

  get backoffMs(): number {
    return this.#settings.backoffMs
  }

  get maxBackoffMs(): number {
    return this.#settings.maxBackoffMs
  }

  get requestTimeoutMs(): number {
    return this.#settings.requestTimeoutMs
  }

  /** One try. Lost connections and what a broker may answer in passing are RetriableErrors. */
  async call<T>(api: Api<T>, body: Writer, call: Call): Promise<T> {
    const link = await this.#link(call)
    const timeoutMs = this.requestTimeoutMs + (call.waitMs ?? 0)
    return api.decode(new Reader(await this.#answer(link, { api, body, timeoutMs })))
  }

  async #answer(link: Link, { api, body, timeoutMs }: Outgoing): Promise<Buffer> {
    try {
      return await link.request(api, body, timeoutMs)
    } catch (cause) {
      if (cause instanceof ConnectError) throw cause
      link.close()
      const reason = cause instanceof Error ? cause.message : String(cause)
      const message = `${api.name} to broker ${link.address}: the connection was lost (${reason})`
      const hint = this.wasReached ? {} : { hint: unreachableHint(reason, this.#settings.attempt) }
      throw new RetriableError('connection-lost', message, { cause, ...hint })
    }
  }

  /** Leaders as last known; null when the topic is not known. */
  known(topic: string): TopicMetadata | null {
    return this.#topics.get(topic) ?? null
  }

  /** Asks a broker anew; topics null: all. Calls that ask the same at the same time share one answer. */
  refresh(topics: readonly string[] | null, autoCreate = false): Promise<Metadata> {
    const key = `${autoCreate}:${topics === null ? '*' : topics.join(',')}`
    const running = this.#refreshing.get(key)
    if (running !== undefined) return running
    const fresh = this.#metadata(topics, autoCreate).finally(() => this.#refreshing.delete(key))
    this.#refreshing.set(key, fresh)
    return fresh
  }

  async #metadata(topics: readonly string[] | null, autoCreate: boolean): Promise<Metadata> {
    const metadata = await this.call(METADATA, metadataRequest(topics, autoCreate), { node: null, lane: 'main' })
    this.#nodes = metadata.nodes
    this.wasReached = true
    for (const topic of metadata.topics) {
      if (topic.error === 0 || topic.leaders.length > 0) this.#topics.set(topic.topic, topic)
      else if (!isRetriableCode(topic.error) || topic.error === 3) this.#topics.delete(topic.topic)
    }
    return metadata
  }

  /** The broker that looks after the group. */
  async coordinator(groupId: string): Promise<number> {
    const found = await this.call(FIND_COORDINATOR, findCoordinatorRequest(groupId), { node: null, lane: 'main' })
    check(found.error, `group ${groupId}`)
    if (!this.#nodes.some((node) => node.id === found.node.id)) this.#nodes = [...this.#nodes, found.node]
    return found.node.id
  }

  /** The leader, or a RetriableError after asking anew. */
  async leader(topic: string, partition: number): Promise<number> {
    const node = this.known(topic)?.leaders[partition] ?? -1
    if (node >= 0) return node
    const answer = (await this.refresh([topic])).topics.find((one) => one.topic === topic)
    const leader = answer?.leaders[partition] ?? -1
    if (leader >= 0) return leader
    throw brokerError(answer?.error || 5, `${topic}-${partition}`)
  }

  /** Ends the connections of a lane. */
  closeLane(lane: string): void {
    for (const [key, link] of this.#links) if (key.endsWith(`/${lane}`)) this.#drop(key, link)
  }

  close(): void {
    this.#isClosed = true
    for (const [key, link] of this.#links) this.#drop(key, link)
  }

  #drop(key: string, link: Promise<Link>): void {
    this.#links.delete(key)
    link.then(
      (open) => open.close(),
      () => undefined,
    )
  }

  async #link({ node, lane }: Call): Promise<Link> {
    if (this.#isClosed) throw new StateError('kafka-closed', 'The connection to Kafka is closed')
    if (node === null) return await this.#anyLink(lane)
    const at = this.#nodes.find((one) => one.id === node)
    if (at === undefined) throw new RetriableError('broker-unknown', `Broker ${node} is not in the cluster now`)
    return await this.#linkTo(at.host, at.port, lane)
  }

  async #linkTo(host: string, port: number, lane: string): Promise<Link> {
    const key = `${host}:${port}/${lane}`
    const known = this.#links.get(key)
    if (known !== undefined) {
      const link = await known
      if (link.isOpen) return link
      if (this.#links.get(key) === known) this.#drop(key, known)
      return await this.#linkTo(host, port, lane)
    }
    const opening = this.#connect(host, port)
    this.#links.set(key, opening)
    opening.catch(() => this.#links.delete(key))
    return await opening
  }

  async #connect(host: string, port: number): Promise<Link> {
    try {
      return await this.#open(host, port)
    } catch (cause) {
      throw connectError(cause, `${host}:${port}`, this.#settings.attempt)
    }
  }

  /** The first broker that answers: those of the cluster, then those of bootstrap.servers. */
  async #anyLink(lane: string): Promise<Link> {
    const addresses = new Map([...this.#nodes, ...this.#settings.servers].map((at) => [`${at.host}:${at.port}`, at]))
    let first: unknown = null
    for (const at of addresses.values()) {
      try {
        return await this.#linkTo(at.host, at.port, lane)
      } catch (error) {
        if (error instanceof ConfigError) throw error
        first ??= error
      }
    }
    throw first
  }
}

interface Outgoing {
  readonly api: Api<unknown>
  readonly body: Writer
  readonly timeoutMs: number
}
