// One connection to one broker, opened, secured and authenticated by kafkajs; requests are frames of our own.
// The only file that knows kafkajs' insides, hence bound to its version.
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { StateError, type Log } from '@rowbridge/api'
import { Kafka, logLevel, type KafkaConfig } from 'kafkajs'
import type { Api } from './requests.js'
import { Writer } from './wire.js'

const KAFKAJS = '2.2.4'

export interface Link {
  readonly address: string
  readonly isOpen: boolean
  /** Resolves with the answer's body; rejects when the connection is lost or `timeoutMs` passed. */
  request(api: Api<unknown>, body: Writer, timeoutMs: number): Promise<Buffer>
  close(): void
}

export interface LinkSettings {
  readonly clientId: string
  readonly connectTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly ssl: KafkaConfig['ssl']
  readonly sasl: KafkaConfig['sasl']
  readonly log: Log
}

export type OpenLink = (host: string, port: number) => Promise<Link>

interface QueuedRequest {
  readonly entry: {
    readonly apiKey: number
    readonly apiVersion: number
    readonly apiName: string
    readonly correlationId: number
    readonly resolve: (answer: { readonly payload: Buffer }) => void
    readonly reject: (error: Error) => void
  }
  readonly expectResponse: true
  readonly requestTimeout: number
  readonly sendRequest: () => void
}

interface Connection {
  readonly socket: Socket
  readonly sasl: object | null
  readonly requestQueue: {
    readonly pending: readonly unknown[]
    push(request: QueuedRequest): void
    scheduleCheckPendingRequests(): void
  }
  isConnected(): boolean
  isAuthenticated(): boolean
  authenticate(): Promise<void>
  nextCorrelationId(): number
  rejectRequests(error: Error): void
}

interface ConnectionPool {
  readonly pool: readonly Connection[]
}

interface Broker {
  readonly connectionPool: ConnectionPool
  readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>> | null
  connect(): Promise<void>
  disconnect(): Promise<void>
}

interface KafkajsCluster {
  readonly connectionPoolBuilder: { build(to: { host: string; port: number }): Promise<ConnectionPool> }
  readonly brokerPool: { createBroker(options: { connectionPool: ConnectionPool; logger: unknown }): Broker }
}

/** How connections are opened under these settings. */
export function linkOpener(settings: LinkSettings): OpenLink {
  const kafka = new Kafka({
    brokers: ['unused:0'],
    clientId: settings.clientId,
    connectionTimeout: settings.connectTimeoutMs,
    requestTimeout: settings.requestTimeoutMs,
    retry: { retries: 0 },
    logLevel: logLevel.DEBUG,
    logCreator: () => (entry) => {
      if (entry.level <= logLevel.WARN) settings.log.debug(`kafkajs: ${entry.log.message}`)
    },
    ...(settings.ssl === undefined ? {} : { ssl: settings.ssl }),
    ...(settings.sasl === undefined ? {} : { sasl: settings.sasl }),
  })
  const cluster = insideOf(kafka)
  return async (host, port) => {
    const connectionPool = await cluster.connectionPoolBuilder.build({ host, port })
    const broker = cluster.brokerPool.createBroker({ connectionPool, logger: kafka.logger() })
    const connection = connectionPool.pool[0]
    if (connection === undefined) throw changed('a pool without connections')
    quieten(connection)
    try {
      await inTime(broker.connect(), 2 * settings.connectTimeoutMs)
    } catch (error) {
      close(broker, connection)
      throw error
    }
    return new KafkajsLink({ address: `${host}:${port}`, broker, connection, clientId: settings.clientId })
  }
}

/** Something may listen there that never answers. */
async function inTime(connecting: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs)
  })
  try {
    await Promise.race([connecting, late])
  } finally {
    clearTimeout(timer)
    connecting.catch(() => undefined)
  }
}

function insideOf(kafka: Kafka): KafkajsCluster {
  const { version } = createRequire(import.meta.url)('kafkajs/package.json') as { readonly version: string }
  if (version !== KAFKAJS) throw changed(`version ${version}`)
  const symbol = Object.getOwnPropertySymbols(kafka).find((s) => s.description === 'private:Kafka:createCluster')
  if (symbol === undefined) throw changed('no private:Kafka:createCluster')
  const create = (kafka as unknown as Record<symbol, (options: object) => KafkajsCluster>)[symbol]
  const cluster = create?.({})
  if (cluster?.connectionPoolBuilder === undefined || cluster.brokerPool === undefined) throw changed('no broker pool')
  return cluster
}

function changed(found: string): StateError {
  return new StateError('wrong-kafkajs', `This package works with kafkajs ${KAFKAJS} only; found ${found}`, {
    hint: `Install kafkajs ${KAFKAJS} exactly.`,
  })
}

/** The queue otherwise arms a timer of one millisecond again and again while there is nothing to do. */
function quieten({ requestQueue }: Connection): void {
  const schedule = requestQueue.scheduleCheckPendingRequests.bind(requestQueue)
  requestQueue.scheduleCheckPendingRequests = () => {
    if (requestQueue.pending.length > 0) schedule()
  }
}

function close(broker: Broker, connection: Connection): void {
  connection.rejectRequests(new Error('The connection was closed'))
  broker.disconnect().catch(() => connection.socket.destroy())
}

interface LinkParts {
  readonly address: string
  readonly broker: Broker
  readonly connection: Connection
  readonly clientId: string
}

class KafkajsLink implements Link {
  readonly #parts: LinkParts
  #isClosed = false

  constructor(parts: LinkParts) {
    this.#parts = parts
  }

  get address(): string {
    return this.#parts.address
  }

  get isOpen(): boolean {
    return !this.#isClosed && this.#parts.connection.isConnected()
  }

  async request(api: Api<unknown>, body: Writer, timeoutMs: number): Promise<Buffer> {
    const { connection, broker } = this.#parts
    const known = broker.versions?.[api.key]
    if (known === undefined || known.minVersion > api.version || known.maxVersion < api.version) {
      throw unsupported(api, this.address)
    }
    if (connection.sasl && !connection.isAuthenticated()) await connection.authenticate()
    if (!this.isOpen) throw new Error('The connection is closed')
    return await new Promise<Buffer>((resolve, reject) => this.#push(api, body, { timeoutMs, resolve, reject }))
  }

  #push(api: Api<unknown>, body: Writer, to: Waiting): void {
    const { connection, clientId } = this.#parts
    const correlationId = connection.nextCorrelationId()
    const header = new Writer().i16(api.key).i16(api.version).i32(correlationId).string(clientId)
    const size = new Writer().i32(header.size + body.size)
    connection.requestQueue.push({
      entry: {
        apiKey: api.key,
        apiVersion: api.version,
        apiName: api.name,
        correlationId,
        resolve: ({ payload }) => to.resolve(payload),
        reject: to.reject,
      },
      expectResponse: true,
      requestTimeout: to.timeoutMs,
      sendRequest: () => {
        connection.socket.cork()
        for (const part of [size, header, body]) for (const piece of part.pieces()) connection.socket.write(piece)
        connection.socket.uncork()
      },
    })
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    close(this.#parts.broker, this.#parts.connection)
  }
}

interface Waiting {
  readonly timeoutMs: number
  readonly resolve: (payload: Buffer) => void
  readonly reject: (error: Error) => void
}

function unsupported(api: Api<unknown>, address: string): StateError {
  return new StateError('broker-too-old', `Broker ${address} does not know ${api.name} version ${api.version}`, {
    hint: 'Apache Kafka 2.4 or newer is needed.',
  })
}
