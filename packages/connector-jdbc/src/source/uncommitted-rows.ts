// Finds how far a range has no row that is written and not committed, where the database shows such rows. The range is looked at part by
// part: with what is not committed, then without. The two are mostly the same, and one number tells.
import type { Database, Page, ReadOptions, Statement, Uncommitted } from '@rowbridge/sql'
import type { UncommittedRow } from './fence.js'
import type { Hold } from './hold-log.js'
import { integerOf } from './modes/incrementing.js'
import type { Cursor } from './modes/mode.js'
import { START, type Position } from './offset.js'
import type { RowSource } from './row-source.js'

const PART_ROWS = 10_000
const LARGER = 8
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

type Read = (statement: Statement, options: ReadOptions) => Promise<Page>

export class UncommittedRows {
  readonly #options: Options
  #partRows = PART_ROWS
  /** When each uncommitted row was first seen. */
  readonly #since = new Map<string, number>()
  #hold: Hold | null = null

  constructor(options: Options) {
    this.#options = options
  }

  get hold(): Hold | null {
    return this.#hold
  }

  /** The rows of a part are all at one position: the next part is larger. */
  enlarge(): void {
    this.#partRows *= LARGER
  }

  /** The uncommitted rows among the last ones of a range. */
  async last(database: Database, dirty: Uncommitted, range: RowRange): Promise<readonly UncommittedRow[]> {
    if ((await this.#sameUntil(database, dirty, range, 'DESC')) !== null) {
      this.#since.clear()
      return []
    }
    const now = performance.now()
    const { shown, committed } = await this.#both(database, dirty, range, 'DESC')
    return missingFrom(committed, shown).map((position) => ({
      key: `row ${keyOf(position)}`,
      who: UNKNOWN,
      ageMs: now - this.#seenSince(keyOf(position), now),
      isSuccessor: false,
      position,
    }))
  }

  /** The first part of a range; null when not even its first row is committed. */
  async part(database: Database, dirty: Uncommitted, range: RowRange): Promise<Part | null> {
    const same = await this.#sameUntil(database, dirty, range, 'ASC')
    if (same !== null) {
      this.#since.clear()
      this.#hold = null
      return { bound: same, isHeld: false }
    }
    const { shown, committed } = await this.#both(database, dirty, range, 'ASC')
    const first = this.#firstUncommitted(shown, committed)
    if (first !== null) {
      const bound = this.#options.cursor.fenced.below(first, range.after)
      return bound === null ? null : { bound, isHeld: true }
    }
    const last = committed.at(-1)
    const isAll = committed.length < this.#partRows || last === undefined
    return { bound: isAll ? range.bound : last, isHeld: false }
  }

  /** The end of the part when all of it is committed, else null. */
  async #sameUntil(
    database: Database,
    dirty: Uncommitted,
    range: RowRange,
    direction: Direction,
  ): Promise<Position | null> {
    const { cursor, signal } = this.#options
    const { columns, by, main } = cursor.fenced
    const named = [main, ...columns.map(({ sql }) => sql)].map((sql, i) => `${sql} AS ${database.quoteName(`c${i}`)}`)
    const names = columns.map((_, i) => database.quoteName(`c${i + 1}`))
    const { text, parameters } = this.#statement(database, named.join(', '), range, direction)
    const last = `MAX(${database.quoteName('c0')}) AS ${database.quoteName('last')}`
    const statement = { text: `SELECT ${dirty.fingerprint(names)}, ${last} FROM (${text}) part`, parameters }
    const options = { schemaName: null, instants: by === 'time' ? ['last'] : [], signal }
    const shown = await dirty.read(statement, options)
    const committed = await database.read(statement, options)
    const row = committed.rows[0] ?? []
    if (String(shown.rows[0]) !== String(row)) return null
    if (Number(row[0]) < this.#partRows) return range.bound
    const time = committed.instants[0]?.[0] ?? null
    return by === 'time' ? { ...START, timestamp: time } : { ...START, incrementing: integerOf(row.at(-1), 'MAX') }
  }

  #statement(database: Database, columns: string, { after, bound }: RowRange, direction: Direction): Statement {
    const { source, cursor } = this.#options
    const { where, parameters, main } = cursor.fenced
    const order = direction === 'ASC' ? cursor.order : `${main} DESC`
    const text = `SELECT ${columns} FROM ${source.from} WHERE ${where} ORDER BY ${order}`
    return { text: database.limit(text, this.#partRows), parameters: parameters(after, bound) }
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

  async #rows(database: Database, read: Read, range: RowRange, direction: Direction): Promise<readonly Position[]> {
    const { cursor, signal } = this.#options
    const columns = cursor.fenced.columns.map(({ sql }) => sql).join(', ')
    const statement = this.#statement(database, columns, range, direction)
    const page = await read(statement, { schemaName: null, instants: cursor.instants, signal })
    const positionAt = cursor.positions(page)
    return page.rows.map((_, row) => positionAt(row))
  }

  #seenSince(key: string, now: number): number {
    const since = this.#since.get(key) ?? now
    this.#since.set(key, since)
    return since
  }

  /** The first row that is shown and not committed, and that was not waited for long enough. */
  #firstUncommitted(shown: readonly Position[], committed: readonly Position[]): Position | null {
    const { maxWaitMs, onPassed } = this.#options
    const now = performance.now()
    let first: Position | null = null
    for (const position of missingFrom(committed, shown)) {
      const key = keyOf(position)
      const seen = this.#seenSince(key, now)
      if (maxWaitMs === 0 || now - seen < maxWaitMs) first ??= position
      else if (seen > -Infinity) {
        onPassed({ since: seen, holders: [] })
        this.#since.set(key, -Infinity)
      }
    }
    this.#hold = first === null ? null : { since: this.#seenSince(keyOf(first), now), holders: [] }
    return first
  }
}

function keyOf({ timestamp, incrementing }: Position): string {
  return `${timestamp?.ms}/${timestamp?.nanos}/${incrementing}`
}

/** Positions that are shown more often than they are committed. */
function missingFrom(committed: readonly Position[], shown: readonly Position[]): readonly Position[] {
  const left = new Map<string, number>()
  for (const key of committed.map(keyOf)) left.set(key, (left.get(key) ?? 0) + 1)
  return shown.filter((position) => {
    const key = keyOf(position)
    const count = left.get(key) ?? 0
    left.set(key, count - 1)
    return count <= 0
  })
}
