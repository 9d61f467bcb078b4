// Finds how far a range has no row that is written and not committed, where the database shows such rows. The range is looked at part by
// part: with what is not committed, then without. The two are mostly the same, and one number tells.
import type { Database, Page, ReadOptions, Statement, Uncommitted } from '@rowbridge/sql'
import type { UncommittedRow } from './fence.js'
import type { Hold } from './hold-log.js'
import type { Cursor } from './modes/mode.js'
import type { Position } from './offset.js'
import type { RowSource } from './row-source.js'

/** Rows that a part is to have, about. */
const PART_ROWS = 10_000
/** The most rows of a part that are looked at one by one. */
const LISTED_ROWS = 50_000
const LARGER = 4
const FIRST_WIDTH = 10_000
/** A part wider than this is all there is. */
const WIDEST = 2 ** 52
/** The server keeps its list of transactions for about as long. */
const ASK_EVERY_MS = 110
/** Of the rows at the end of a range as many are looked at. */
const LAST_ROWS = 10_000
const UNKNOWN = 'a transaction that has written rows and not committed them'

export interface RowRange {
  readonly after: Position
  readonly bound: Position
}

/** How far to read now. */
export interface Part {
  readonly bound: Position
  /** What comes behind it is not committed. */
  readonly isHeld: boolean
}

interface Options {
  readonly source: RowSource
  readonly cursor: Cursor
  /** 0: without limit. */
  readonly maxWaitMs: number
  readonly onPassed: (hold: Hold) => void
  readonly signal: AbortSignal
}

/** From the first row of a range, or from its last one. */
type Direction = 'ASC' | 'DESC'

interface Listed extends RowRange {
  readonly direction: Direction
  readonly rows: number
}

/** A row where it stands, and what tells it from others that stand there. */
interface Seen {
  readonly position: Position
  readonly key: string
}

type Read = (statement: Statement, options: ReadOptions) => Promise<Page>

export class UncommittedRows {
  readonly #options: Options
  /** From the first value of a part to its last, or in milliseconds. */
  #width = FIRST_WIDTH
  /** When each uncommitted row was first seen. */
  readonly #since = new Map<string, number>()
  #hold: Hold | null = null
  /** Everything up to here was found committed. */
  #clean: Position | null = null
  #askedAt = -Infinity
  /** Who had written something when a bound was settled, and which. */
  #writers: ReadonlySet<string> = new Set()
  #writersOf: Position | null = null

  constructor(options: Options) {
    this.#options = options
  }

  /** Of the cursor, then what else tells rows apart: two rows of one time must not stand for each other. */
  get #columns(): readonly string[] {
    const { source, cursor } = this.#options
    const own = cursor.fenced.columns.map(({ sql }) => sql)
    return [...own, ...source.identity.filter((column) => !own.includes(column))]
  }

  get hold(): Hold | null {
    return this.#hold
  }

  /** The uncommitted rows among the last ones of a range. */
  async last(database: Database, dirty: Uncommitted, range: RowRange): Promise<readonly UncommittedRow[]> {
    const { count, isSame } = await this.#compareLast(database, dirty, range)
    this.#clean = isSame && count < LAST_ROWS ? range.bound : null
    if (isSame) {
      this.#since.clear()
      return []
    }
    const now = performance.now()
    const { shown, committed } = await this.#both(database, dirty, range, 'DESC')
    return missingFrom(committed, shown).map(({ position, key }) => ({
      key: `row ${key}`,
      who: UNKNOWN,
      ageMs: now - this.#seenSince(key, now),
      isSuccessor: false,
      position,
    }))
  }

  /** The first part of a range; null when not even its first row is committed. */
  async part(database: Database, dirty: Uncommitted, { after, bound }: RowRange): Promise<Part | null> {
    const { fenced } = this.#options.cursor
    if (this.#clean !== null && !isBefore(this.#clean, bound)) return { bound, isHeld: false }
    if (await this.#haveEnded(dirty, bound)) {
      this.#clean = bound
      return { bound, isHeld: false }
    }
    let begin = after
    for (;;) {
      const ahead = fenced.ahead(begin, this.#width)
      const isWhole = this.#width >= WIDEST || !isBefore(ahead, bound)
      const part = { after, bound: isWhole ? bound : ahead }
      const { count, isSame } = await this.#compare(database, dirty, part)
      if (isSame) {
        if (count === 0 && begin === after && !isWhole) {
          begin = (await this.#firstRow(database, { after, bound })) ?? bound
          continue
        }
        if (count < PART_ROWS && !isWhole) {
          this.#width *= LARGER
          continue
        }
        if (count > PART_ROWS * LARGER) this.#width = Math.max(1, Math.floor(this.#width / LARGER))
        this.#hold = null
        return { bound: part.bound, isHeld: false }
      }
      if (count <= LISTED_ROWS || this.#width === 1) return this.#committedPart(database, dirty, part)
      this.#width = Math.max(1, Math.floor(Math.min(this.#width, widthOf(part)) / LARGER))
    }
  }

  /** Where rows begin. A part that grew until it reached them from far away would soon be all there is. */
  async #firstRow(database: Database, range: RowRange): Promise<Position | null> {
    const { cursor, signal } = this.#options
    const columns = cursor.fenced.columns.map(({ sql }) => sql).join(', ')
    const statement = this.#statement(database, columns, { ...range, direction: 'ASC', rows: 1 })
    const page = await database.read(statement, { schemaName: null, instants: cursor.instants, signal })
    return page.rows.length === 0 ? null : cursor.positions(page)(0)
  }

  /** Whether all transactions have ended that had written something when the bound was settled. */
  async #haveEnded({ writers }: Uncommitted, bound: Position): Promise<boolean> {
    const now = performance.now()
    if (writers === null || now - this.#askedAt < ASK_EVERY_MS) return false
    this.#askedAt = now
    const open = await writers()
    if (open === null) return false
    const isFirst = this.#writersOf !== bound
    if (isFirst) this.#writers = open
    this.#writersOf = bound
    return ![...this.#writers].some((key) => open.has(key))
  }

  async #committedPart(database: Database, dirty: Uncommitted, part: RowRange): Promise<Part | null> {
    const { shown, committed } = await this.#both(database, dirty, part, 'ASC')
    const first = this.#firstUncommitted(shown, committed)
    if (first === null) return shown.length > LISTED_ROWS ? null : { bound: part.bound, isHeld: false }
    const bound = this.#options.cursor.fenced.below(first, part.after)
    return bound === null ? null : { bound, isHeld: true }
  }

  /** Whether a part is the same with what is not committed, and how many rows it has. */
  async #compare(database: Database, dirty: Uncommitted, { after, bound }: RowRange) {
    const { source, cursor, signal } = this.#options
    const { fenced } = cursor
    const fingerprint = dirty.fingerprint(this.#columns)
    const text = `SELECT ${fingerprint} FROM ${source.from} WHERE ${fenced.where}`
    const statement = { text, parameters: fenced.parameters(after, bound) }
    const shown = (await dirty.read(statement, { schemaName: null, signal })).rows[0]
    const committed = (await database.read(statement, { schemaName: null, signal })).rows[0]
    return { count: Number(shown?.[0] ?? 0), isSame: String(shown) === String(committed) }
  }

  async #compareLast(database: Database, dirty: Uncommitted, range: RowRange) {
    const { signal } = this.#options
    const columns = this.#columns
    const names = columns.map((_, i) => database.quoteName(`c${i}`))
    const named = columns.map((sql, i) => `${sql} AS ${names[i]}`).join(', ')
    const { text, parameters } = this.#statement(database, named, { ...range, direction: 'DESC', rows: LAST_ROWS })
    const statement = { text: `SELECT ${dirty.fingerprint(names)} FROM (${text}) part`, parameters }
    const shown = (await dirty.read(statement, { schemaName: null, signal })).rows[0]
    const committed = (await database.read(statement, { schemaName: null, signal })).rows[0]
    return { count: Number(shown?.[0] ?? 0), isSame: String(shown) === String(committed) }
  }

  #statement(database: Database, columns: string, { after, bound, direction, rows }: Listed): Statement {
    const { source, cursor } = this.#options
    const { fenced } = cursor
    const order = direction === 'ASC' ? cursor.order : `${fenced.main} DESC`
    const text = `SELECT ${columns} FROM ${source.from} WHERE ${fenced.where} ORDER BY ${order}`
    return {
      text: database.limit(text, rows),
      parameters: fenced.parameters(after, bound),
    }
  }

  /** Those that are not committed first: what is committed in between is then in both. */
  async #both(database: Database, dirty: Uncommitted, range: RowRange, direction: Direction) {
    const shown = await this.#rows(database, (statement, options) => dirty.read(statement, options), range, direction)
    const committed = await this.#rows(
      database,
      (statement, options) => database.read(statement, options),
      range,
      direction,
    )
    return { shown, committed }
  }

  async #rows(database: Database, read: Read, range: RowRange, direction: Direction): Promise<readonly Seen[]> {
    const { cursor, signal } = this.#options
    const columns = this.#columns.join(', ')
    const rows = direction === 'ASC' ? LISTED_ROWS + 1 : LAST_ROWS
    const statement = this.#statement(database, columns, { ...range, direction, rows })
    const page = await read(statement, { schemaName: null, instants: cursor.instants, signal })
    const positionAt = cursor.positions(page)
    const own = cursor.fenced.columns.length
    return page.rows.map((values, row) => {
      const position = positionAt(row)
      return { position, key: [keyOf(position), ...values.slice(own)].map(String).join('/') }
    })
  }

  #seenSince(key: string, now: number): number {
    const since = this.#since.get(key) ?? now
    this.#since.set(key, since)
    return since
  }

  /** The first row that is shown and not committed, and that was not waited for long enough. */
  #firstUncommitted(shown: readonly Seen[], committed: readonly Seen[]): Position | null {
    const { maxWaitMs, onPassed } = this.#options
    const now = performance.now()
    let first: Seen | null = null
    for (const row of missingFrom(committed, shown)) {
      const { key } = row
      const seen = this.#seenSince(key, now)
      if (maxWaitMs === 0 || now - seen < maxWaitMs) first ??= row
      else if (seen > -Infinity) {
        onPassed({ since: seen, holders: [] })
        this.#since.set(key, -Infinity)
      }
    }
    this.#hold = first === null ? null : { since: this.#seenSince(first.key, now), holders: [] }
    return first?.position ?? null
  }
}

function keyOf({ timestamp, incrementing }: Position): string {
  return `${timestamp?.ms}/${timestamp?.nanos}/${incrementing}`
}

/** Rows that are shown more often than they are committed. */
function missingFrom(committed: readonly Seen[], shown: readonly Seen[]): readonly Seen[] {
  const left = new Map<string, number>()
  for (const { key } of committed) left.set(key, (left.get(key) ?? 0) + 1)
  return shown.filter(({ key }) => {
    const count = left.get(key) ?? 0
    left.set(key, count - 1)
    return count <= 0
  })
}

function isBefore({ timestamp, incrementing }: Position, bound: Position): boolean {
  if (timestamp !== null) return bound.timestamp !== null && timestamp.ms < bound.timestamp.ms
  return incrementing !== null && bound.incrementing !== null && incrementing < bound.incrementing
}

function widthOf({ after, bound }: RowRange): number {
  if (bound.timestamp !== null) return bound.timestamp.ms - (after.timestamp?.ms ?? 0)
  return Number(bound.incrementing ?? 0) - Number(after.incrementing ?? 0)
}
