// A connection of pg: every value as text, statements prepared once, a cursor for what has no bound.
import type { Client, FieldDef, QueryConfig, QueryResult } from 'pg'
import type PgCursor from 'pg-cursor'
import { aside } from '../../aside.js'
import type { ConnectOptions, Parameter, RawColumn, RawResult, Session } from '../../dialect.js'
import { messageOf } from '../../failures.js'
import { replaceMarks } from '../../placeholders.js'
import { nodeTls, tlsModeOf, tlsOf } from '../../tls.js'
import type { TargetUrl } from '../../url.js'
import { origins, rawColumnOf, typeNames, type Origin } from './catalogue.js'

const RAW = { getTypeParser: () => (text: string) => text }
/** For how long facts of the catalogue about the columns of a result are believed. */
const BELIEVED_MS = 60_000
const KEPT_STATEMENTS = 500
/** What a request to stop a statement may take. */
const CANCEL_MS = 5000
/** Tells one server from another. */
const SERVER = "concat_ws(':', inet_server_addr(), inet_server_port())"

export async function connect(url: TargetUrl, options: ConnectOptions): Promise<Session> {
  const { default: pg } = await import('pg')
  const { default: Cursor } = await import('pg-cursor')
  const { params } = options.settings
  const mode = tlsModeOf(params, 'prefer')
  const tls = await tlsOf(mode, params)
  const open = async (ssl: unknown, timeoutMs: number): Promise<Client> => {
    const client = new pg.Client(configOf(url, { ...options, timeoutMs }, ssl))
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const dial = async (timeoutMs = options.timeoutMs): Promise<Client> => {
    if (tls === null) return open(false, timeoutMs)
    try {
      return await open(nodeTls(tls), timeoutMs)
    } catch (error) {
      if (mode === 'prefer' && /does not support SSL/.test(messageOf(error))) return open(false, timeoutMs)
      throw error
    }
  }
  const client = await dial()
  const [[server] = []] = (await client.query(`SELECT ${SERVER}`)).rows.map((row) => Object.values(row))
  const prepares = params['prepareThreshold'] !== '0'
  return new PostgresSession(client, { dial, Cursor, prepares, server: String(server) })
}

/** A value within `options` of the start-up message. */
function escape(text: string): string {
  return text.replace(/[\\ ]/g, '\\$&')
}

function configOf(url: TargetUrl, options: ConnectOptions, ssl: unknown): Record<string, unknown> {
  const { settings } = options
  const schema = settings.params['currentSchema']
  const set: Record<string, string> = {
    TimeZone: settings.zone?.name ?? 'UTC',
    DateStyle: 'ISO, MDY',
    IntervalStyle: 'postgres',
    bytea_output: 'hex',
    extra_float_digits: '3',
    standard_conforming_strings: 'on',
    ...(schema === undefined ? {} : { search_path: schema }),
  }
  const given = settings.params['options']
  return {
    host: url.hosts[0]?.host ?? 'localhost',
    port: url.hosts[0]?.port ?? 5432,
    database: url.database ?? options.user ?? 'postgres',
    user: options.user ?? 'postgres',
    password: options.password ?? undefined,
    application_name: options.applicationName,
    options: `${given === undefined ? '' : `${given} `}${Object.entries(set)
      .map(([key, value]) => `-c ${key}=${escape(value)}`)
      .join(' ')}`,
    ssl,
    connectionTimeoutMillis: options.timeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  }
}

interface Parts {
  readonly dial: (timeoutMs?: number) => Promise<Client>
  readonly Cursor: typeof PgCursor
  readonly prepares: boolean
  readonly server: string
}

class PostgresSession implements Session {
  readonly #client: Client
  readonly #parts: Parts
  readonly #names = new Map<string, string>()
  readonly #marked = new Map<string, string>()
  readonly #types = new Map<number, string>()
  #origins = new Map<string, Origin | null>()
  #originsUntil = 0
  #isInTransaction = false

  constructor(client: Client, parts: Parts) {
    this.#client = client
    this.#parts = parts
  }

  async read(text: string, parameters: readonly Parameter[]): Promise<RawResult> {
    const result = await this.#query({ text: this.#mark(text, parameters), values: parameters.map(textOf) })
    const { rows } = result
    result.rows = []
    return { columns: await this.#columnsOf(result.fields), rows }
  }

  async rows(text: string, parameters: readonly Parameter[]): Promise<readonly (readonly unknown[])[]> {
    return (await this.#query({ text, values: parameters.map(textOf) })).rows
  }

  async *stream(text: string, parameters: readonly Parameter[], pageSize: () => number): AsyncIterable<RawResult> {
    const isOwn = !this.#isInTransaction
    if (isOwn) await this.#client.query('BEGIN')
    const cursor = this.#client.query(
      new this.#parts.Cursor(this.#mark(text, parameters), parameters.map(textOf), { rowMode: 'array', types: RAW }),
    )
    try {
      let columns: readonly RawColumn[] | null = null
      for (;;) {
        const wanted = pageSize()
        const { rows, fields } = await readCursor(cursor, wanted)
        const isLast = rows.length < wanted
        if (isLast) await cursor.close()
        // The catalogue cannot be asked while the cursor is open: another look-up would wait for it.
        if (columns === null) columns = isLast ? await this.#columnsOf(fields) : await this.#columnsAside(fields)
        if (rows.length > 0 || isLast) yield { columns, rows }
        if (isLast) return
      }
    } finally {
      await cursor.close().catch(() => {})
      if (isOwn) await this.#client.query('ROLLBACK').catch(() => {})
    }
  }

  async run(text: string): Promise<void> {
    await this.#client.query(text)
    if (text.startsWith('BEGIN')) this.#isInTransaction = true
    if (text === 'COMMIT' || text === 'ROLLBACK') this.#isInTransaction = false
  }

  async execute(text: string, parameters: readonly Parameter[]): Promise<number> {
    const values = parameters.map(textOf)
    const result = await this.#query({ text, values, ...this.#nameOf(text) })
    return result.rowCount ?? 0
  }

  async executeEach(text: string, rows: readonly (readonly Parameter[])[]): Promise<number> {
    let touched = 0
    for (const row of rows) touched += await this.execute(text, row)
    return touched
  }

  async cancel(): Promise<void> {
    await this.#aside(CANCEL_MS, `SELECT pg_cancel_backend(${this.#client.processID})`)
  }

  /** A pooler gives numbers of its own, or takes us to another server: then it cannot be told. */
  async isAtWork(timeoutMs: number): Promise<boolean> {
    const state = `SELECT state FROM pg_stat_activity WHERE pid = ${this.#client.processID}`
    const { row, own } = await this.#aside(timeoutMs, `SELECT pg_backend_pid(), ${SERVER}, (${state})`)
    const [pid, server, does] = row
    if (Number(pid) !== own || server !== this.#parts.server) return true
    return does !== null && !(does as string).startsWith('idle')
  }

  breakOff(): void {
    this.#client.connection.stream.destroy()
  }

  #aside(timeoutMs: number, text: string): Promise<{ readonly row: readonly unknown[]; readonly own: number }> {
    return aside({ dial: this.#parts.dial, hangUp }, timeoutMs, async (other) => {
      const { rows } = await other.query(text)
      return { row: Object.values(rows[0] ?? []), own: other.processID }
    })
  }

  async close(): Promise<void> {
    const timer = setTimeout(() => this.#client.connection.stream.destroy(), 2000)
    timer.unref()
    await this.#client.end().catch(() => {})
    clearTimeout(timer)
  }

  /** The name under which a statement is prepared; nothing where it is not. */
  #nameOf(text: string): { readonly name?: string } {
    if (!this.#parts.prepares) return {}
    const known = this.#names.get(text)
    if (known !== undefined) return { name: known }
    if (this.#names.size >= KEPT_STATEMENTS) return {}
    const name = `rowbridge_${this.#names.size + 1}`
    this.#names.set(text, name)
    return { name }
  }

  #mark(text: string, parameters: readonly Parameter[]): string {
    if (!text.includes('?')) return text
    let marked = this.#marked.get(text)
    if (marked === undefined) {
      marked = replaceMarks(text, parameters.length, (n) => `$${n}`)
      if (this.#marked.size >= KEPT_STATEMENTS) this.#marked.clear()
      this.#marked.set(text, marked)
    }
    return marked
  }

  /** In the callback form: a chain of awaited results would hold every page until the next full collection. */
  #query(config: QueryConfig): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      this.#client.query({ ...config, rowMode: 'array', types: RAW }, (error, result) => {
        if (error === null || error === undefined) resolve(result)
        else reject(error)
      })
    })
  }

  async #columnsOf(fields: readonly FieldDef[], from: Session = this): Promise<readonly RawColumn[]> {
    if (Date.now() > this.#originsUntil) {
      this.#origins = new Map()
      this.#originsUntil = Date.now() + BELIEVED_MS
    }
    const types = [...new Set(fields.map((f) => f.dataTypeID).filter((oid) => !this.#types.has(oid)))]
    if (types.length > 0) for (const [oid, name] of await typeNames(from, types)) this.#types.set(oid, name)
    const isUnknown = (f: FieldDef): boolean => f.tableID !== 0 && !this.#origins.has(`${f.tableID}.${f.columnID}`)
    const tables = [...new Set(fields.filter(isUnknown).map((f) => f.tableID))]
    if (tables.length > 0) for (const [key, origin] of await origins(from, tables)) this.#origins.set(key, origin)
    for (const field of fields.filter(isUnknown)) this.#origins.set(`${field.tableID}.${field.columnID}`, null)
    return fields.map((field) => this.#columnOf(field))
  }

  async #columnsAside(fields: readonly FieldDef[]): Promise<readonly RawColumn[]> {
    const aside = new PostgresSession(await this.#parts.dial(), this.#parts)
    try {
      return await this.#columnsOf(fields, aside)
    } finally {
      await aside.close()
    }
  }

  #columnOf(field: FieldDef): RawColumn {
    const type = this.#types.get(field.dataTypeID) ?? 'other'
    const origin = this.#origins.get(`${field.tableID}.${field.columnID}`) ?? null
    const column = rawColumnOf({
      name: field.name,
      type,
      typeName: isTime(type) && field.dataTypeModifier >= 0 ? `${type}(${field.dataTypeModifier})` : type,
      typmod: field.dataTypeModifier,
      isNullable: origin?.isNullable ?? true,
      isPrimaryKey: origin?.isPrimaryKey ?? false,
      isAutoIncrement: origin?.isAutoIncrement ?? false,
    })
    return column
  }
}

function hangUp(client: Client): void {
  client.connection.stream.destroy()
}

function isTime(type: string): boolean {
  return type === 'timestamp' || type === 'timestamptz'
}

function readCursor(cursor: PgCursor, count: number): Promise<{ rows: unknown[][]; fields: readonly FieldDef[] }> {
  return new Promise((resolve, reject) => {
    cursor.read(count, (error, rows, result) => {
      if (error === null || error === undefined) resolve({ rows, fields: result?.fields ?? [] })
      else reject(error)
    })
  })
}

/** A parameter in the text format. */
export function textOf(value: Parameter): string | null {
  if (value === null) return null
  if (typeof value === 'string') return value
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value)
}
