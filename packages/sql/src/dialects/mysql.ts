// MySQL, and MariaDB, through mysql2.
import type { Socket } from 'node:net'
import type { Connection, ConnectionOptions, FieldPacket, Query, QueryOptions, RowDataPacket } from 'mysql2'
import { aside } from '../aside.js'
import { defineDialect, type ConnectOptions, type Parameter, type RawColumn, type RawResult } from '../dialect.js'
import { messageOf } from '../failures.js'
import { nodeTls, tlsModeOf, tlsOf } from '../tls.js'
import { compilePageFill } from '../page-fill.js'
import type { TargetUrl } from '../url.js'
import { references, widen } from './mysql/alter.js'
import { bulk, type PacketSession } from './mysql/bulk.js'
import { describe, tables } from './mysql/catalogue.js'
import { commits, hasIndex, scans, tickMs } from './mysql/commits.js'
import { classify } from './mysql/errors.js'
import { columnOf, FLOAT, padFractions, type FieldOptions } from './mysql/fields.js'
import { toDriver } from './mysql/parameters.js'
import { brokenOff, CANCEL_MS, isStillAtWork, lookFor, startSession } from './mysql/start.js'
import { literals, nullsZeroDates, quoted, readsOf, writes } from './mysql/types.js'

type Cast = NonNullable<Exclude<ConnectionOptions['typeCast'], boolean>>

/** The driver's own reading of doubles is wrong in the last digit now and then; geometries it makes objects of. */
const cast: Cast = (field, next) => {
  if (field.type === 'DOUBLE' || field.type === 'FLOAT') {
    const text = field.string()
    return text === null ? null : Number(text)
  }
  return field.type === 'GEOMETRY' ? field.buffer() : next()
}

/** Of the protocol of prepared statements, in which numbers are whole. */
const castPrepared: Cast = (field, next) => (field.type === 'GEOMETRY' ? field.buffer() : next())

function isFloat(field: FieldPacket): boolean {
  return Number(field.columnType) === FLOAT
}

async function connect(url: TargetUrl, options: ConnectOptions): Promise<PacketSession> {
  const { createConnection } = await import('mysql2')
  const { params } = options.settings
  const mode = tlsModeOf(params, 'prefer')
  const tls = await tlsOf(mode, params)
  const open = (ssl: object | null, connectTimeout: number): Promise<Connection> =>
    new Promise((resolve, reject) => {
      const given = { ...configOf(url, options), connectTimeout }
      const connection = createConnection({ ...given, ...(ssl === null ? {} : { ssl }) })
      connection.on('error', () => {})
      connection.connect((error) => (error === null ? resolve(connection) : reject(error)))
    })
  const dial = async (timeoutMs = options.timeoutMs): Promise<Connection> => {
    if (tls === null) return open(null, timeoutMs)
    try {
      return await open(nodeTls(tls), timeoutMs)
    } catch (error) {
      if (mode === 'prefer' && /does not support secure/i.test(messageOf(error))) return open(null, timeoutMs)
      throw error
    }
  }
  const session = new MysqlSession(await dial(), dial, { nullsZeroDates: nullsZeroDates(params) })
  try {
    await session.start(options)
    return session
  } catch (error) {
    await session.close()
    throw error
  }
}

function configOf(url: TargetUrl, options: ConnectOptions): ConnectionOptions {
  const { params } = options.settings
  return {
    host: url.hosts[0]?.host ?? 'localhost',
    port: url.hosts[0]?.port ?? 3306,
    ...(url.database === null ? {} : { database: url.database }),
    ...(options.user === null ? {} : { user: options.user }),
    ...(options.password === null ? {} : { password: options.password }),
    compress: params['useCompression'] === 'true',
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    charset: 'utf8mb4',
    connectAttributes: { program_name: options.applicationName },
    rowsAsArray: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    jsonStrings: true,
    typeCast: cast,
    maxPreparedStatements: 256,
  }
}

type UseRows = (error: Error | null, rows: RowDataPacket[], fields: FieldPacket[]) => void

/** Rows that wait in the driver while a page is worked on. */
const WAITING_ROWS = 16

class MysqlSession implements PacketSession {
  packetBytes = 16_777_216
  readonly #connection: Connection
  readonly #dial: (timeoutMs?: number) => Promise<Connection>
  readonly #options: FieldOptions
  readonly #withFloat = new Set<string>()
  #server = ''

  constructor(connection: Connection, dial: (timeoutMs?: number) => Promise<Connection>, options: FieldOptions) {
    this.#connection = connection
    this.#dial = dial
    this.#options = options
  }

  async start(options: ConnectOptions): Promise<void> {
    const { packetBytes, server } = await startSession(this, options)
    this.packetBytes = packetBytes
    this.#server = server
  }

  async read(text: string, parameters: readonly Parameter[]): Promise<RawResult> {
    const { rows, fields } = await this.#query(text, parameters)
    if (this.#learns(text, fields)) return this.read(text, parameters)
    const columns = this.#columnsOf(fields)
    if (this.#withFloat.has(text)) padFractions(columns, rows)
    return { columns, rows }
  }

  async rows(text: string, parameters: readonly Parameter[] = []): Promise<readonly (readonly unknown[])[]> {
    return (await this.#query(text, parameters)).rows
  }

  async *stream(text: string, parameters: readonly Parameter[], pageSize: () => number): AsyncIterable<RawResult> {
    const query = this.#start(text, parameters)
    let columns: readonly RawColumn[] = []
    let isOtherwise = false
    query.on('fields', (fields: FieldPacket[]) => {
      columns = this.#columnsOf(fields)
      isOtherwise = this.#learns(text, fields)
    })
    const isFull = compilePageFill(pageSize)
    let isDone = false
    try {
      let rows: unknown[][] = []
      let isFirst = true
      const stream = query.stream({ highWaterMark: WAITING_ROWS })
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
      if (!isDone) {
        await this.cancel().catch(() => {})
        this.#connection.resume()
      }
    }
    if (isOtherwise && !isDone) yield* this.stream(text, parameters, pageSize)
  }

  #start(text: string, parameters: readonly Parameter[], use?: UseRows): Query {
    const values = parameters.map(toDriver)
    if (!this.#withFloat.has(text)) return this.#connection.query({ sql: text, values, rowsAsArray: true }, use)
    // The values are made part of the text all the same: prepared, the driver would send numbers as doubles.
    const sql = this.#connection.format(text, values)
    const prepared: QueryOptions = { sql, rowsAsArray: true, typeCast: castPrepared }
    return this.#connection.execute(prepared, use)
  }

  /** Notes a result with a FLOAT column; true when it was not known before. */
  #learns(text: string, fields: readonly FieldPacket[]): boolean {
    return !this.#withFloat.has(text) && fields.some(isFloat) && this.#withFloat.add(text).has(text)
  }

  async run(text: string): Promise<void> {
    await this.#query(text, [])
  }

  execute(text: string, parameters: readonly Parameter[]): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#connection.execute(text, parameters.map(toBinary), (error, result) => {
        if (error === null) resolve((result as { affectedRows?: number }).affectedRows ?? 0)
        else reject(error)
      })
    })
  }

  async executeEach(text: string, rows: readonly (readonly Parameter[])[]): Promise<number> {
    const settled = await Promise.allSettled(rows.map((row) => this.execute(text, row)))
    const failed = settled.findIndex((one) => one.status === 'rejected')
    const one = settled[failed]
    if (one?.status === 'rejected') throw Object.assign(one.reason as Error, { rowIndex: failed })
    return settled.reduce((touched, done) => touched + (done.status === 'fulfilled' ? done.value : 0), 0)
  }

  async cancel(): Promise<void> {
    await this.#aside(CANCEL_MS, `KILL QUERY ${this.#connection.threadId}`)
  }

  async isAtWork(timeoutMs: number): Promise<boolean> {
    const { rows, own } = await this.#aside(timeoutMs, lookFor(this.#connection.threadId))
    return isStillAtWork(rows[0] ?? [], { own, server: this.#server })
  }

  breakOff(): void {
    ;(this.#connection as unknown as { readonly stream: Socket }).stream.destroy(brokenOff())
  }

  #aside(timeoutMs: number, sql: string): Promise<{ readonly rows: unknown[][]; readonly own: number }> {
    const work = (other: Connection) =>
      new Promise<{ rows: unknown[][]; own: number }>((resolve, reject) => {
        other.query({ sql, rowsAsArray: true }, (error, rows) => {
          if (error === null) resolve({ rows: rows as unknown as unknown[][], own: other.threadId })
          else reject(error)
        })
      })
    return aside({ dial: this.#dial, hangUp: (other) => other.destroy() }, timeoutMs, work)
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#connection.destroy()
        resolve()
      }, 2000)
      timer.unref()
      this.#connection.end(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #query(
    text: string,
    parameters: readonly Parameter[],
  ): Promise<{ rows: unknown[][]; fields: readonly FieldPacket[] }> {
    return new Promise((resolve, reject) => {
      this.#start(text, parameters, (error, rows, fields) => {
        if (error === null) resolve({ rows: rows as unknown as unknown[][], fields: fields ?? [] })
        else reject(error)
      })
    })
  }

  #columnsOf(fields: readonly FieldPacket[]): readonly RawColumn[] {
    return fields.map((field) => {
      const facts = field as unknown as { readonly columnLength: number; readonly characterSet: number }
      return columnOf(
        {
          name: field.name,
          type: Number(field.columnType),
          flags: Number(field.flags),
          length: facts.columnLength,
          decimals: field.decimals ?? 0,
          charset: facts.characterSet,
        },
        this.#options,
      )
    })
  }
}

/** Beyond the safe integers a number goes as text, which the server reads exactly. */
function toBinary(value: Parameter): string | number | boolean | Buffer | null {
  const given = toDriver(value)
  return typeof given === 'bigint' ? given.toString() : given
}

export default defineDialect({
  quote: '`',
  qualifier: 'catalog',
  phrases: 'mysql2',
  clock: 'SELECT CURRENT_TIMESTAMP(3) AS now',
  where: 'SELECT DATABASE(), NULL',
  reads: readsOf(({ params }) => params['transformedBitIsBoolean'] === 'true'),
  writes,
  literals,
  quoteText: quoted,
  digest: (expression, salt, isBytes) => {
    const value = isBytes ? expression : `CONVERT(${expression} USING utf8mb4)`
    return `SHA2(${salt === '' ? value : `CONCAT(x'${salt}',${value})`},256)`
  },
  isolate: (level) => `SET SESSION TRANSACTION ISOLATION LEVEL ${level}`,
  connect,
  commits,
  hasIndex,
  scans,
  tickMs,
  tables,
  describe,
  classify,
  bulk,
  lock: { take: 'SELECT GET_LOCK(?, 60)', release: 'SELECT RELEASE_LOCK(?)' },
  widen,
  references,
})
