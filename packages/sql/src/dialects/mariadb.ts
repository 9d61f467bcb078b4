// MariaDB, and MySQL, through the mariadb driver.
import { connect as createSocket, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { Connection, ConnectionConfig, FieldInfo, QueryOptions } from 'mariadb'
import { aside } from '../aside.js'
import { defineDialect, type ConnectOptions, type Parameter, type RawColumn, type RawResult } from '../dialect.js'
import { nodeTls, tlsModeOf, tlsOf } from '../tls.js'
import { compilePageFill } from '../page-fill.js'
import type { TargetUrl } from '../url.js'
import type { PacketSession } from './mysql/bulk.js'
import { columnOf, FLOAT, GEOMETRY, padFractions, type FieldOptions } from './mysql/fields.js'
import { toDriver } from './mysql/parameters.js'
import { brokenOff, CANCEL_MS, isStillAtWork, lookFor, startSession } from './mysql/start.js'
import { nullsZeroDates, readsOf } from './mysql/types.js'
import mysql from './mysql.js'

async function connect(url: TargetUrl, options: ConnectOptions): Promise<PacketSession> {
  const { createConnection } = await import('mariadb')
  const config = await configOf(url, options)
  const dial = async (connectTimeout = options.timeoutMs): Promise<Dialled> => {
    let socket: Socket | null = null
    const stream = (use: (error?: Error, stream?: Socket) => void) => {
      socket = openSocket(config)
      use(undefined, socket)
    }
    const connection = await createConnection({ ...config, connectTimeout, stream })
    connection.on('error', () => {})
    return { connection, socket }
  }
  const session = new MariadbSession(await dial(), dial, { nullsZeroDates: nullsZeroDates(options.settings.params) })
  try {
    await session.start(options)
    return session
  } catch (error) {
    await session.close()
    throw error
  }
}

/** A connection, and the socket below it: the driver by itself would have a busy connection wait to be destroyed. */
interface Dialled {
  readonly connection: Connection
  readonly socket: Socket | null
}

function hangUp({ connection, socket }: Dialled): void {
  connection.end().catch(() => socket?.destroy())
}

function openSocket({ socketPath, host, port }: ConnectionConfig): Socket {
  if (socketPath !== undefined) return createSocket(socketPath)
  return createSocket(port ?? 3306, host).setNoDelay(true)
}

async function configOf(
  url: TargetUrl,
  options: ConnectOptions,
): Promise<ConnectionConfig & { readonly bitOneIsBoolean: boolean; readonly jsonStrings: boolean }> {
  const { params } = options.settings
  const tls = await tlsOf(tlsModeOf(params, 'off'), params)
  return {
    host: url.hosts[0]?.host ?? 'localhost',
    port: url.hosts[0]?.port ?? 3306,
    ...(url.database === null ? {} : { database: url.database }),
    ...(options.user === null ? {} : { user: options.user }),
    ...(options.password === null ? {} : { password: options.password }),
    ...(params['localSocket'] === undefined ? {} : { socketPath: params['localSocket'] }),
    ...(tls === null ? {} : { ssl: nodeTls(tls) }),
    compress: params['useCompression'] === 'true',
    allowPublicKeyRetrieval: params['allowPublicKeyRetrieval'] === 'true',
    connectTimeout: options.timeoutMs,
    keepAliveDelay: 10_000,
    charset: 'utf8mb4',
    connectAttributes: { program_name: options.applicationName },
    rowsAsArray: true,
    metaAsArray: true,
    dateStrings: true,
    autoJsonMap: false,
    jsonStrings: true,
    bitOneIsBoolean: false,
    checkDuplicate: false,
    foundRows: true,
    logParam: false,
    logger: { warning: () => {} },
  }
}

function isGeometry(field: FieldInfo): boolean {
  const type: number = field.columnType
  return type === GEOMETRY
}

/** The driver makes objects of geometries; this leaves their bytes. It is costly, so used for such results only. */
function castGeometry(field: FieldInfo, next: () => unknown): never {
  return (isGeometry(field) ? field.buffer() : next()) as never
}

function isFloat(field: FieldInfo): boolean {
  const type: number = field.columnType
  return type === FLOAT
}

const CLOSED = 'ER_SOCKET_UNEXPECTED_CLOSE'

/** Statements under way at once; the server works them off in order. */
const UNDER_WAY = 200

class MariadbSession implements PacketSession {
  packetBytes = 16_777_216
  readonly #connection: Connection
  readonly #socket: Socket | null
  readonly #dial: (timeoutMs?: number) => Promise<Dialled>
  readonly #options: FieldOptions
  readonly #withGeometry = new Set<string>()
  readonly #withFloat = new Set<string>()
  #server = ''

  constructor(own: Dialled, dial: (timeoutMs?: number) => Promise<Dialled>, options: FieldOptions) {
    this.#connection = own.connection
    this.#socket = own.socket
    this.#dial = dial
    this.#options = options
  }

  async start(options: ConnectOptions): Promise<void> {
    const { packetBytes, server } = await startSession(this, options)
    this.packetBytes = packetBytes
    this.#server = server
  }

  async read(text: string, parameters: readonly Parameter[]): Promise<RawResult> {
    const [rows, meta] = await this.#query(text, parameters)
    if (this.#learns(text, meta)) return this.read(text, parameters)
    const columns = this.#columnsOf(meta)
    if (this.#withFloat.has(text)) padFractions(columns, rows)
    return { columns, rows }
  }

  async rows(text: string, parameters: readonly Parameter[] = []): Promise<readonly (readonly unknown[])[]> {
    return (await this.#query(text, parameters))[0]
  }

  async *stream(text: string, parameters: readonly Parameter[], pageSize: () => number): AsyncIterable<RawResult> {
    // A stream over a connection that was closed trips over the socket that is gone, and tells nothing of it.
    if (!this.#connection.isValid()) throw Object.assign(new Error('The connection was closed'), { code: CLOSED })
    const stream = await this.#start(text, parameters)
    let columns: readonly RawColumn[] = []
    let isOtherwise = false
    stream.once('fields', (meta: FieldInfo[]) => {
      columns = this.#columnsOf(meta)
      isOtherwise = this.#learns(text, meta)
    })
    const isFull = compilePageFill(pageSize)
    let isDone = false
    try {
      let rows: unknown[][] = []
      let isFirst = true
      for await (const row of stream) {
        if (isOtherwise) break
        rows.push(row as unknown[])
        if (!isFull(row as unknown[])) continue
        if (this.#withFloat.has(text)) padFractions(columns, rows)
        yield { columns, rows }
        isFirst = false
        rows = []
      }
      isDone = stream.readableEnded
      if (this.#withFloat.has(text)) padFractions(columns, rows)
      if (isDone && (rows.length > 0 || isFirst)) yield { columns, rows }
    } finally {
      if (!isDone) await this.#abandon(stream)
    }
    if (!isDone) yield* this.stream(text, parameters, pageSize)
  }

  #start(text: string, parameters: readonly Parameter[]): Promise<Readable> | Readable {
    const options = this.#optionsFor(text)
    if (!this.#withFloat.has(text)) return this.#connection.queryStream(options, parameters.map(toDriver))
    return this.#connection.prepare(options).then((statement) => {
      // The driver hears the options of each call, though its types do not say so.
      const start = statement.executeStream.bind(statement) as (values: unknown, options: QueryOptions) => Readable
      const stream = start(parameters.map(toBinary), options)
      stream.once('close', () => statement.close())
      return stream
    })
  }

  /** Notes what a result needs that the plain way of reading has not; true when it was not known before. */
  #learns(text: string, meta: readonly FieldInfo[]): boolean {
    const isNew = (known: Set<string>, is: (field: FieldInfo) => boolean): boolean =>
      !known.has(text) && meta.some(is) && known.add(text).has(text)
    const [geometry, float] = [isNew(this.#withGeometry, isGeometry), isNew(this.#withFloat, isFloat)]
    return geometry || float
  }

  /** Stops a statement whose rows are not wanted any more; the connection is free when this resolves. */
  async #abandon(stream: Readable): Promise<void> {
    await this.cancel().catch(() => {})
    stream.on('error', () => {})
    ;(stream as Readable & { close(): void }).close()
    await this.#connection.query('DO 0').catch(() => {})
  }

  async run(text: string): Promise<void> {
    await this.#connection.query(text)
  }

  async execute(text: string, parameters: readonly Parameter[]): Promise<number> {
    const [result] = await this.#connection.execute<[{ affectedRows?: number }]>(text, parameters.map(toDriver))
    return result.affectedRows ?? 0
  }

  async executeEach(text: string, rows: readonly (readonly Parameter[])[]): Promise<number> {
    let touched = 0
    for (let at = 0; at < rows.length; at += UNDER_WAY) {
      const part = rows.slice(at, at + UNDER_WAY).map((row) => this.execute(text, row))
      const settled = await Promise.allSettled(part)
      const failed = settled.findIndex((one) => one.status === 'rejected')
      const one = settled[failed]
      if (one?.status === 'rejected') throw Object.assign(one.reason as Error, { rowIndex: at + failed })
      for (const done of settled) touched += done.status === 'fulfilled' ? done.value : 0
    }
    return touched
  }

  async cancel(): Promise<void> {
    await this.#aside(CANCEL_MS, ({ connection }) => connection.query(`KILL QUERY ${this.#connection.threadId}`))
  }

  isAtWork(timeoutMs: number): Promise<boolean> {
    const own = Number(this.#connection.threadId)
    return this.#aside(timeoutMs, async ({ connection }) => {
      const [rows] = await connection.query<[unknown[][], unknown]>(lookFor(own))
      return isStillAtWork(rows[0] ?? [], { own: Number(connection.threadId), server: this.#server })
    })
  }

  breakOff(): void {
    this.#socket?.destroy(brokenOff())
  }

  #aside<T>(timeoutMs: number, work: (other: Dialled) => Promise<T>): Promise<T> {
    return aside({ dial: this.#dial, hangUp }, timeoutMs, work)
  }

  async close(): Promise<void> {
    const timer = setTimeout(() => this.#connection.destroy(), 2000)
    timer.unref()
    await this.#connection.end().catch(() => {})
    clearTimeout(timer)
  }

  #optionsFor(text: string): QueryOptions {
    return this.#withGeometry.has(text) ? { sql: text, typeCast: castGeometry } : { sql: text }
  }

  #query(text: string, parameters: readonly Parameter[]): Promise<[unknown[][], FieldInfo[]]> {
    if (this.#withFloat.has(text)) return this.#connection.execute(this.#optionsFor(text), parameters.map(toBinary))
    return this.#connection.query(this.#optionsFor(text), parameters.map(toDriver))
  }

  #columnsOf(meta: readonly FieldInfo[]): readonly RawColumn[] {
    return meta.map((field) =>
      columnOf(
        {
          name: field.name(),
          type: field.columnType,
          flags: field.flags,
          length: field.columnLength,
          decimals: field.scale,
          charset: field.collation.index,
        },
        this.#options,
      ),
    )
  }
}

/** Prepared, the driver sends greater numbers than 32 bits hold as doubles. */
function toBinary(value: Parameter): Parameter {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : toDriver(value)
}

export default defineDialect({
  ...mysql,
  reads: readsOf(({ params }) => params['transformedBitIsBoolean'] !== 'false'),
  connect,
})
