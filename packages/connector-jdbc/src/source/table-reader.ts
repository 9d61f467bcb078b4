// Reads one table or query, run after run and page by page. The position moves only past rows that were handed out, and past a group of
// rows at one position only when all of the group was.
import { RetriableError, type SourceBatch } from '@rowbridge/api'
import type { Database, Instant, Page, Statement } from '@rowbridge/sql'
import type { CommitSafety } from './commit-safety.js'
import { LoadShare } from './load-share.js'
import { instantOf, isSamePosition, offsetOf, START, type Position } from './offset.js'
import { PageBatches, type BatchOptions } from './page-batches.js'
import { bytesOfRow, PageSize } from './page-size.js'
import { hasLimit } from './query-text.js'
import type { RowSource } from './row-source.js'
import type { Cursor, Parameter } from './modes/mode.js'

export interface ReaderOptions extends BatchOptions {
  readonly suffix: string
  /** Rows of one page, at least. */
  readonly pageRows: number
  /** Rows of one page, at most. */
  readonly mostRows: number
  /** How far behind the clock of the database an end stays. */
  readonly delayMs: number
  readonly signal: AbortSignal
  /** Null: rows are read as soon as they are visible. */
  readonly safety: CommitSafety | null
}

/** The batches of a page at a time. */
type Batches = AsyncGenerator<readonly SourceBatch[], void, undefined>

export class TableReader {
  readonly source: RowSource
  readonly share: LoadShare
  /** Set while a result is open, so that no other statement can go over the connection. */
  holdsConnection = false
  readonly #options: ReaderOptions
  readonly #batches: PageBatches
  readonly #pageSize: PageSize
  #position: Position
  #run: Batches | null = null
  #statementTold = ''

  constructor(options: ReaderOptions, position: Position | null) {
    this.source = options.source
    this.#options = options
    this.#position = position ?? START
    this.#pageSize = new PageSize(options.pageRows, options.mostRows)
    this.#batches = new PageBatches(options)
    const { cursor } = options.source
    this.share = new LoadShare(position === null || cursor === null ? null : cursor.measure(position))
  }

  get safety(): CommitSafety | null {
    return this.#options.safety
  }

  get isInRun(): boolean {
    return this.#run !== null
  }

  /** The next batches of the run, or of a new one; null at the end of a run. After an error the next call begins a new run. */
  async next(database: Database): Promise<readonly SourceBatch[] | null> {
    this.#run ??= this.#start(database)
    try {
      const { value, done } = await this.#run.next()
      if (done !== true) return value
      this.#endRun()
      if ((this.safety?.pauseMs ?? null) === null) this.share.finish()
      return null
    } catch (error) {
      this.#endRun()
      throw await this.#toldOfColumns(error, database)
    }
  }

  /** A statement that names a column fails when that is dropped: it is then made anew, and the error is waited out. */
  async #toldOfColumns(error: unknown, database: Database): Promise<unknown> {
    const isUntold = this.#batches.moments.length > 0 && (error as { code?: unknown }).code === 'not-a-timestamp'
    if (!isUntold && (error instanceof RetriableError || !(await this.#hasOtherColumns(database)))) return error
    this.#batches.forgetMoments()
    return new RetriableError('columns-changed', `${this.source.name} has other columns now.`, { cause: error })
  }

  async #hasOtherColumns(database: Database): Promise<boolean> {
    try {
      return (await this.source.refresh?.(database)) ?? false
    } catch {
      return false
    }
  }

  /** How many rows come after the position, counted up to `most`; null where rows are not found by a position. */
  async rowsLeft(database: Database, most: number): Promise<number | null> {
    const { cursor, from, table } = this.source
    if (cursor === null || table === null) return null
    const end = cursor.hasEnd ? before(await database.now(), this.#options.delayMs) : instantOf(0)
    const left = database.limit(`SELECT 1 AS one FROM ${from} WHERE ${cursor.where}`, most)
    const statement = {
      text: `SELECT COUNT(*) FROM (${left}) AS counted`,
      parameters: cursor.parameters(this.#position, end),
    }
    const page = await database.read(statement, { schemaName: null, signal: this.#options.signal })
    return Number(page.rows[0]?.[0] ?? 0)
  }

  /** Closes what a run holds open. */
  async abandon(): Promise<void> {
    await this.#run?.return(undefined)
    this.#endRun()
  }

  #endRun(): void {
    this.#run = null
    this.holdsConnection = false
  }

  #start(database: Database): Batches {
    const { cursor } = this.source
    return cursor === null ? this.#everything(database) : this.#newRows(database, cursor)
  }

  async *#everything(database: Database): Batches {
    await this.source.refresh?.(database)
    for await (const page of this.#stream(database, { text: this.#closed(this.source.select), parameters: [] })) {
      yield this.#batches.slices(page, page.rows.length).map((slice) => this.#batches.of(page, slice, null))
    }
  }

  async *#newRows(database: Database, cursor: Cursor): Batches {
    await this.source.refresh?.(database)
    const { safety, delayMs } = this.#options
    if (safety !== null) return yield* this.#safeRows(database, cursor, safety)
    const end = cursor.hasEnd ? before(await database.now(), delayMs) : instantOf(0)
    await this.#measureLast(database, cursor, end)
    yield* this.#upTo(database, cursor, { ...START, timestamp: end })
  }

  /** What may be read without passing a row that is yet to be committed; then, what came in behind. */
  async *#safeRows(database: Database, cursor: Cursor, safety: CommitSafety): Batches {
    yield* this.#lateRows(database, cursor, safety)
    const bound = await safety.bound(database, this.#position)
    if (bound === null) return
    await this.#measureLast(database, cursor, bound.timestamp ?? instantOf(0))
    for (;;) {
      const before = this.#position
      const part = await safety.part(database, { after: before, bound })
      if (part === null) return
      yield* this.#upTo(database, cursor, part.bound)
      if (part.isHeld || part.bound === bound || hasLimit(this.#options.suffix)) return
    }
  }

  /** Rows in gaps that were passed; offsets have stayed below them. */
  async *#lateRows(database: Database, cursor: Cursor, safety: CommitSafety): Batches {
    if (!safety.hasGaps) return
    const gaps = await safety.lateGaps(database)
    const where = gaps.map(() => cursor.whereBetween).join(' OR ')
    const parameters = gaps.flatMap(({ from, to }) => [from, to])
    const statement = this.#statement(`(${where})`, parameters, cursor.order)
    for await (const page of this.#stream(database, statement)) {
      if (page.rows.length > 0) yield this.#late(page, cursor, safety)
    }
    safety.close(gaps)
  }

  #late(page: Page, cursor: Cursor, safety: CommitSafety): SourceBatch[] {
    const positionAt = cursor.positions(page)
    safety.fill(page.rows.map((_, row) => positionAt(row).incrementing))
    const offset = offsetOf(safety.floor(this.#position))
    return this.#batches.slices(page, page.rows.length).map((slice) => this.#batches.of(page, slice, offset))
  }

  #upTo(database: Database, cursor: Cursor, bound: Position): Batches {
    const { suffix } = this.#options
    return suffix !== '' && !hasLimit(suffix)
      ? this.#wholeResult(database, cursor, bound)
      : this.#pages(database, cursor, bound)
  }

  /** Page after page until one is not full. A suffix with a limit of its own makes a run of one page. */
  async *#pages(database: Database, cursor: Cursor, bound: Position): Batches {
    const { suffix, signal } = this.#options
    const { schemaName } = this.source
    for (;;) {
      const pageRows = this.#pageSize.rows
      const start = performance.now()
      const statement = this.#newRowsStatement(cursor, bound)
      const text = suffix === '' ? database.limit(statement.text, pageRows) : statement.text
      const wanted = { schemaName, instants: cursor.instants, moments: this.#batches.moments, signal }
      this.#tellStatement(text)
      const page = await database.read({ ...statement, text }, wanted)
      const within = this.#within(page, cursor, bound)
      if (within === 0) return
      if ((await this.source.refresh?.(database)) === true) continue
      const isLast = (suffix === '' && page.rows.length < pageRows) || within < page.rows.length
      if (!isLast) this.#pageSize.note(performance.now() - start, bytesOfRow(page.rows))
      const kept = isLast || cursor.isUnique ? within : startOfLastGroup(page, cursor)
      if (kept === 0) yield* this.#group(database, cursor, cursor.positions(page)(0))
      else yield this.#inOrder({ page, cursor, kept, next: null })
      if (isLast || suffix !== '') return
    }
  }

  /** All rows at one position, which are more than a page holds. */
  async *#group(database: Database, cursor: Cursor, position: Position): Batches {
    const statement = this.#statement(cursor.whereSame, cursor.parametersSame(position))
    let held: Page | null = null
    for await (const page of this.#stream(database, statement)) {
      if (held !== null) yield this.#inOrder({ page: held, cursor, kept: held.rows.length, next: position })
      held = page
    }
    if (held !== null) yield this.#inOrder({ page: held, cursor, kept: held.rows.length, next: null })
    this.#position = position
  }

  /** One result to its end, each page held until the next one tells whether it ends a group. */
  async *#wholeResult(database: Database, cursor: Cursor, bound: Position): Batches {
    let held: { readonly page: Page; readonly kept: number } | null = null
    for await (const page of this.#stream(database, this.#newRowsStatement(cursor, bound))) {
      const kept = this.#within(page, cursor, bound)
      if (kept > 0) {
        if (held !== null) yield this.#inOrder({ ...held, cursor, next: cursor.positions(page)(0) })
        held = { page, kept }
      }
      if (kept < page.rows.length) break
    }
    if (held !== null) yield this.#inOrder({ ...held, cursor, next: null })
  }

  /** How many rows of a page are within a bound that the statement does not have. */
  #within(page: Page, cursor: Cursor, bound: Position): number {
    const { length } = page.rows
    if (length === 0 || this.#options.safety === null || cursor.fenced.by === 'time') return length
    const positionAt = cursor.positions(page)
    const most = bound.incrementing ?? -Infinity
    let within = length
    while (within > 0 && (positionAt(within - 1).incrementing ?? -Infinity) > most) within -= 1
    return within
  }

  /** The first rows of a page as batches; `next` is the position of the row that follows them, null where the group ends with them. */
  #inOrder(from: { page: Page; cursor: Cursor; kept: number; next: Position | null }): SourceBatch[] {
    const { page, cursor, kept, next } = from
    const positionAt = cursor.positions(page)
    return this.#batches.slices(page, kept).map(([start, end]) => {
      const own = positionAt(end - 1)
      const following = end < kept ? positionAt(end) : next
      const isGroupEnd = cursor.isUnique || following === null || !isSamePosition(own, following)
      const reached = isGroupEnd ? own : this.#lastBefore(positionAt, own, end - 1)
      const batch = this.#batches.of(page, [start, end], offsetOf(this.#resumable(positionAt, [start, end], reached)))
      this.#position = reached
      this.share.reach(cursor.measure(own))
      return batch
    })
  }

  /** The position that goes with rows as the one to go on from. */
  #resumable(
    positionAt: (row: number) => Position,
    [start, end]: readonly [number, number],
    reached: Position,
  ): Position {
    const { safety } = this.#options
    if (safety === null || !safety.watchesGaps) return reached
    safety.pass(Array.from({ length: end - start }, (_, i) => positionAt(start + i).incrementing))
    return safety.floor(reached)
  }

  /** The position of the last row that is not at `own`, or the one from before the page. */
  #lastBefore(positionAt: (row: number) => Position, own: Position, from: number): Position {
    for (let row = from - 1; row >= 0; row -= 1) {
      const position = positionAt(row)
      if (!isSamePosition(position, own)) return position
    }
    return this.#position
  }

  async *#stream(database: Database, statement: Statement): AsyncGenerator<Page> {
    const { signal } = this.#options
    const { schemaName } = this.source
    const pageSize = () => this.#pageSize.rows
    this.holdsConnection = true
    this.#tellStatement(statement.text)
    try {
      const instants = this.source.cursor?.instants ?? []
      const wanted = { schemaName, instants, moments: this.#batches.moments, signal, pageSize }
      for await (const page of database.stream(statement, wanted)) {
        if (page.rows.length > 0) this.#pageSize.note(0, bytesOfRow(page.rows))
        yield page
      }
    } finally {
      this.holdsConnection = false
    }
  }

  /** Says what is run, when it is something else than before. */
  #tellStatement(text: string): void {
    if (text === this.#statementTold || this.source.isSecret) return
    this.#statementTold = text
    this.#options.log.debug(`${this.source.name} is read by: ${text}`)
  }

  #newRowsStatement(cursor: Cursor, bound: Position): Statement {
    const parameters = cursor.parameters(this.#position, bound.timestamp ?? instantOf(0))
    return this.#statement(cursor.where, parameters, cursor.order)
  }

  #statement(where: string, parameters: readonly Parameter[], order: string | null = null): Statement {
    const ordered = order === null ? '' : ` ORDER BY ${order}`
    const text = `${this.source.select} WHERE ${where}${ordered}`
    return { text: order === null ? text : this.#closed(text), parameters }
  }

  #closed(text: string): string {
    const { suffix } = this.#options
    return suffix === '' ? text : `${text} ${suffix}`
  }

  async #measureLast(database: Database, cursor: Cursor, end: Instant): Promise<void> {
    if (!this.share.isOpen) return
    const { aggregate } = this.source
    if (cursor.last === null || aggregate === null) {
      this.share.expect(cursor.hasEnd ? end.ms : null)
      return
    }
    const statement = { text: aggregate(cursor.last), parameters: [] }
    const page = await database.read(statement, { schemaName: null, signal: this.#options.signal })
    const last = page.rows[0]?.[0] ?? null
    this.share.expect(last === null ? null : Number(last))
  }
}

function before(instant: Instant, delayMs: number): Instant {
  return instantOf(instant.ms - delayMs)
}

/** Index of the first row that is at the position of the last one. */
function startOfLastGroup(page: Page, cursor: Cursor): number {
  const positionAt = cursor.positions(page)
  let start = page.rows.length - 1
  const last = positionAt(start)
  while (start > 0 && isSamePosition(positionAt(start - 1), last)) start -= 1
  return start
}
