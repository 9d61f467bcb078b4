// The Database that connectors see: one session of a driver, completed by its dialect.
import { RetriableError, StateError, type Schema } from '@rowbridge/api'
import { quoteName, textLiteral } from './ansi.js'
import type { CommitWatch, WatchScope } from './commits.js'
import type {
  Alteration,
  ColumnNeed,
  ColumnSpec,
  Database,
  Instant,
  Page,
  ReadOptions,
  Statement,
  Table,
  TableFilter,
  TableId,
  Writer,
  WriterSpec,
} from './database.js'
import { digitsNeeded, formatWall, isInstant } from './datetime.js'
import type { Dialect, Parameter, ReadSettings, Session } from './dialect.js'
import { ddlOf } from './ddl.js'
import { failureOf } from './failures.js'
import { openPhraseBook, type PhraseBook } from './phrase-book.js'
import { columnOf, compileRowReader, type RowReader } from './row-reader.js'
import { checkLengths, cutName, nameParts, shownTable, tableIdOf } from './table.js'
import type { TargetColumn } from './target.js'
import { endsSoon, waitPatiently, type PatienceOptions } from './patience.js'
import { openWatch } from './watch.js'
import { findWidenings } from './widenings.js'
import { compileWriter } from './writer.js'

export interface ConnectionParts {
  readonly dialect: Dialect
  readonly session: Session
  readonly settings: ReadSettings
  readonly quoting: 'always' | 'never'
  readonly patience: PatienceOptions
  /** Ends reads. */
  readonly signal: AbortSignal | null
}

const PING_TIMEOUT_MS = 5000
const QUOTED = /"[^"]*"|`[^`]*`|'[^']*'/g
const OWN_LIMIT = /\b(?:limit|fetch|offset|for)\b[^()']*$/i

export class Connection implements Database {
  readonly #parts: ConnectionParts
  readonly #reader: RowReader
  #phrases: Promise<PhraseBook> | null = null
  #isBroken = false

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.#reader = compileRowReader(parts.dialect, parts.settings)
  }

  get dialect(): string {
    return this.#parts.dialect.name
  }

  async current(): Promise<{ readonly catalog: string | null; readonly schema: string | null }> {
    const [row = []] = (await this.#raw(this.#parts.dialect.where, [], 'current schema')).rows
    return { catalog: textOrNull(row[0]), schema: textOrNull(row[1]) }
  }

  async now(): Promise<Instant> {
    const { clock } = this.#parts.dialect
    const result = await this.#raw(clock, [], 'clock')
    const name = result.columns[0]?.name ?? ''
    const page = this.#reader.page(clock, result, { schemaName: null, instants: [name] })
    const instant = page.instants[0]?.[0]
    if (instant === null || instant === undefined)
      throw new StateError('no-clock', 'The database does not tell its time')
    return { ms: instant.ms, nanos: instant.nanos - (instant.nanos % 1_000_000) }
  }

  tables(filter: TableFilter): Promise<readonly TableId[]> {
    return this.#guardRead('list of tables', () => this.#parts.dialect.tables(this.#parts.session, filter))
  }

  async describe(id: TableId): Promise<Table | null> {
    const { dialect, session, settings } = this.#parts
    const found = await this.#guardRead(shownTable(id), () => dialect.describe(session, id))
    if (found === null) return null
    const columns = found.columns.map(({ raw, target }): TargetColumn => ({
      ...columnOf(dialect, raw, settings),
      target,
    }))
    return { id: found.id, kind: found.kind, columns, primaryKey: found.primaryKey }
  }

  async read(statement: Statement, options: ReadOptions): Promise<Page> {
    const result = await this.#raw(statement.text, this.#parameters(statement), 'query', options.signal)
    return this.#reader.page(statement.text, result, options)
  }

  async *stream(
    statement: Statement,
    options: ReadOptions & { readonly pageSize: number | (() => number) },
  ): AsyncIterable<Page> {
    const { session } = this.#parts
    const { pageSize } = options
    const size = typeof pageSize === 'number' ? () => pageSize : pageSize
    const results = session.stream(statement.text, this.#parameters(statement), size)[Symbol.asyncIterator]()
    let isOpen = true
    try {
      for (;;) {
        isOpen = false
        const { value, done } = await this.#guardRead('query', () => results.next(), options.signal)
        if (done === true) return
        isOpen = true
        yield this.#reader.page(statement.text, value, options)
      }
    } finally {
      if (isOpen) await this.#leave(results)
    }
  }

  /** A result whose rest is not wanted any more. */
  async #leave(results: AsyncIterator<unknown>): Promise<void> {
    const { session } = this.#parts
    if (results.return === undefined || (await endsSoon(results.return()))) return
    this.#isBroken = true
    session.breakOff?.()
  }

  quoteTable(id: TableId): string {
    const parts = [id.catalog, id.schema, id.table].filter((part) => part !== null)
    return parts.map((part) => this.quoteName(part)).join('.')
  }

  quoteName(name: string): string {
    return this.#parts.quoting === 'never' ? name : quoteName(name, this.#parts.dialect.quote.charAt(0))
  }

  quoteText(text: string): string {
    return (this.#parts.dialect.quoteText ?? textLiteral)(text)
  }

  digest(expression: string, { salt, isBytes }: { readonly salt: string; readonly isBytes: boolean }): string {
    const { digest } = this.#parts.dialect
    if (digest !== undefined) return digest(expression, Buffer.from(salt).toString('hex'), isBytes)
    throw new StateError('no-digest', `The database of dialect ${this.dialect} cannot compute a SHA-256.`)
  }

  parseTable(name: string): TableId {
    const { dialect, quoting } = this.#parts
    const parts = nameParts(name, dialect.quote)
    const id = tableIdOf(
      name,
      parts.map((part) => part.text),
      dialect.qualifier,
    )
    const isFolded = quoting === 'never' && dialect.fold !== undefined && parts.at(-1)?.isQuoted !== true
    return isFolded ? { ...id, table: dialect.fold(id.table) } : id
  }

  tickMs(typeName: string): number {
    return this.#parts.dialect.tickMs?.(typeName) ?? 1
  }

  watch(scope: WatchScope): Promise<CommitWatch> {
    return openWatch(this.#parts, scope, {
      guard: (work) => this.#guard('open transactions', work),
      read: (statement, options) => this.read(statement, options),
    })
  }

  async hasIndex(id: TableId, column: string): Promise<boolean | null> {
    const { dialect, session } = this.#parts
    const { hasIndex } = dialect
    return hasIndex === undefined ? null : this.#guard(shownTable(id), () => hasIndex(session, id, column))
  }

  async scans(statement: Statement): Promise<readonly string[]> {
    const { dialect, session } = this.#parts
    const parameters = this.#parameters(statement)
    return this.#guard('plan', async () => (await dialect.scans?.(session, statement.text, parameters)) ?? [])
  }

  limit(text: string, rows: number): string {
    const bare = text.trim().replace(/;$/, '')
    return OWN_LIMIT.test(bare.replace(QUOTED, ''))
      ? `SELECT * FROM (${bare}) AS limited LIMIT ${rows}`
      : `${bare} LIMIT ${rows}`
  }

  instantExpression(expression: string): string {
    return this.#parts.dialect.instantExpression?.(expression) ?? expression
  }

  async createTable(id: TableId, columns: readonly ColumnSpec[]): Promise<boolean> {
    checkLengths(id, [id.table, ...columns.map(({ name }) => name)], this.#parts.dialect)
    const keys = columns.filter((column) => column.isPrimaryKey)
    const phrases = await this.#openPhrases()
    const { dialect, settings } = this.#parts
    const text = phrases.createTable(
      id,
      columns.map((column) => ddlOf(column, keys.length, dialect, settings.zone)),
      keys.map((column) => column.name),
    )
    try {
      await this.#guard(`CREATE TABLE ${shownTable(id)}`, () => this.#parts.session.run(text))
      return true
    } catch (error) {
      if ((error as { code?: unknown }).code === 'table-exists') return false
      throw error
    }
  }

  async addColumns(id: TableId, columns: readonly ColumnSpec[]): Promise<void> {
    const phrases = await this.#openPhrases()
    const names = columns.map(({ name }) => name)
    checkLengths(id, names, this.#parts.dialect)
    const { dialect, settings } = this.#parts
    const ddl = columns.map((column) => ddlOf(column, 0, dialect, settings.zone))
    const groups = this.#parts.dialect.addsManyColumns === false ? ddl.map((column) => [column]) : [ddl]
    for (const group of groups) {
      await this.#guard(`ALTER TABLE ${shownTable(id)}`, () => this.#parts.session.run(phrases.addColumns(id, group)))
    }
  }

  async widenings(table: Table, needs: readonly ColumnNeed[]): Promise<readonly Alteration[]> {
    const { dialect, session, settings } = this.#parts
    const typeOf = (schema: Schema, name: string) =>
      ddlOf({ name, schema, isPrimaryKey: false }, 0, dialect, settings.zone).type
    const parts = { dialect, session, typeOf, quoteName: (name: string) => this.quoteName(name) }
    const quoted = this.quoteTable(table.id)
    return this.#guard(shownTable(table.id), () => findWidenings({ ...parts, table, quoted, needs }))
  }

  async alter({ text }: Alteration): Promise<void> {
    await this.transaction(() => this.#guard(text, () => this.#parts.session.run(text)))
  }

  async alone<T>(id: TableId, work: () => Promise<T>): Promise<T> {
    const { dialect, session } = this.#parts
    if (dialect.lock === undefined) return work()
    const { take, release } = dialect.lock
    // Names of locks are short; tables that share one wait for each other in vain, and no more.
    const names = [`rowbridge.${shownTable(id)}`.slice(-60)]
    await this.#guard(shownTable(id), () => session.rows(take, names))
    try {
      return await work()
    } finally {
      await session.rows(release, names).catch(() => {
        this.#isBroken = true
      })
    }
  }

  references(id: TableId): Promise<readonly TableId[]> {
    return this.#guard(shownTable(id), () => this.#parts.dialect.references(this.#parts.session, id))
  }

  fitTable(id: TableId): TableId {
    return { ...id, table: cutName(id.table, this.#parts.dialect.nameBytes ?? Infinity) }
  }

  writer(spec: WriterSpec): Writer {
    const { dialect, session, settings } = this.#parts
    const bulk = compileWriter(spec, {
      dialect,
      session,
      times: settings,
      quoteName: (name) => this.quoteName(name),
      table: this.quoteTable(spec.table.id),
    })
    const what = `${shownTable(spec.table.id)}: ${spec.mode}`
    return { write: (rows) => (rows.length === 0 ? Promise.resolve(0) : this.#guard(what, () => bulk.write(rows))) }
  }

  change(statement: Statement): Promise<number> {
    const { session } = this.#parts
    return this.#guard('statement', () => session.execute(statement.text, this.#parameters(statement)))
  }

  async transaction<T>(work: () => Promise<T>): Promise<T> {
    const { session, dialect } = this.#parts
    await this.#guard('begin', () => session.run(dialect.begin ?? 'BEGIN'))
    try {
      const result = await work()
      await this.#guard('commit', () => session.run('COMMIT'))
      return result
    } catch (error) {
      await this.#guard('rollback', () => session.run('ROLLBACK')).catch(() => {
        this.#isBroken = true
      })
      throw error
    }
  }

  async isAlive(): Promise<boolean> {
    if (this.#isBroken) return false
    const timeout = new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), PING_TIMEOUT_MS).unref()
    })
    const answer = this.#parts.session.read('SELECT 1', []).then(
      () => true,
      () => false,
    )
    return Promise.race([answer, timeout])
  }

  close(): Promise<void> {
    return this.#parts.session.close()
  }

  #openPhrases(): Promise<PhraseBook> {
    this.#phrases ??= openPhraseBook(this.#parts.dialect.phrases, (name) => this.quoteName(name))
    return this.#phrases
  }

  #parameters(statement: Statement): Parameter[] {
    const { dialect, settings } = this.#parts
    const bind = dialect.criterion ?? wallText
    return statement.parameters.map((value) => (isInstant(value) ? bind(value, settings.zone) : value))
  }

  #raw(text: string, parameters: readonly Parameter[], what: string, signal?: AbortSignal) {
    return this.#guardRead(what, () => this.#parts.session.read(text, parameters), signal)
  }

  #guardRead<T>(what: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#guard(what, work, signal ?? this.#parts.signal ?? undefined)
  }

  async #guard<T>(what: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { session, dialect, patience: options } = this.#parts
    const broken = () => {
      this.#isBroken = true
    }
    try {
      return await waitPatiently(work, { session, classify: dialect.classify, options, broken }, signal)
    } catch (error) {
      throw this.#failure(error, what)
    }
  }

  #failure(error: unknown, what: string): Error {
    const { dialect } = this.#parts
    if (dialect.classify(error)?.isFatal === true) this.#isBroken = true
    const failure = failureOf(error, dialect.classify, what)
    if (failure instanceof RetriableError && failure.code === 'connection-lost') this.#isBroken = true
    return failure
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** An instant as the text of its wall clock, with every digit it needs. */
function wallText(instant: Instant, zone: ReadSettings['zone']): string {
  const ms = zone === null ? instant.ms : zone.toWall(instant.ms)
  return formatWall(ms, instant.nanos, digitsNeeded(instant.nanos))
}
