// Says how far a table may be read so that no row is committed behind the reading: puts together what the database tells of open
// transactions (the fence), of rows that are written and not committed, and of values that sessions hold in advance.
import type { Log } from '@rowbridge/api'
import type { CommitWatch, Database, Moment } from '@rowbridge/sql'
import { wait } from '../wait.js'
import { Fence, type UncommittedRow } from './fence.js'
import { HoldLog, type Hold } from './hold-log.js'
import { IdGaps, type Gap } from './id-gaps.js'
import { FIRST_ID, integerOf, longOf } from './modes/incrementing.js'
import type { Cursor } from './modes/mode.js'
import { instantOf, START, type Position } from './offset.js'
import type { RowSource } from './row-source.js'
import { UncommittedRows, type Part, type RowRange } from './uncommitted-rows.js'

export interface SafetyOptions {
  readonly source: RowSource
  readonly cursor: Cursor
  readonly delayMs: number
  /** 0: without limit. */
  readonly maxWaitMs: number
  readonly log: Log
  readonly signal: AbortSignal
}

/** A wait this short is not worth another turn. */
const SHORT_MS = 20
const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 100
/** Gaps that one statement looks into. */
const GAPS_AT_ONCE = 100
const LOOK_AT_SESSIONS_MS = 1000

export class CommitSafety {
  readonly #options: SafetyOptions
  readonly #holds: HoldLog
  readonly #uncommitted: UncommittedRows
  #fence: Fence | null = null
  #watch: CommitWatch | null = null
  #watched: Database | null = null
  #gaps: IdGaps | null = null
  #nextGap = 0
  #lookedAt = -Infinity
  #pauseMs = FIRST_PAUSE_MS
  #heldMs = 0
  #isHeld = false

  constructor(options: SafetyOptions) {
    this.#options = options
    this.#holds = new HoldLog(options.log, options.source.name)
    this.#uncommitted = new UncommittedRows({
      ...options,
      onPassed: (hold) => this.#holds.passed(hold, performance.now()),
    })
  }

  /** How sure it is that no row is missed; null until it is known. */
  get guarantee(): CommitWatch['guarantee'] | null {
    return this.#watch?.guarantee ?? null
  }

  /** For how long rows have been held back, in milliseconds. */
  get heldMs(): number {
    return this.#heldMs
  }

  /** When to try again while rows are held back; null when none are. */
  get pauseMs(): number | null {
    return this.#isHeld ? this.#pauseMs : null
  }

  /** How far rows may be read now; null when none may. */
  async bound(database: Database, after: Position): Promise<Position | null> {
    const watch = await this.#open(database, after)
    const fence = (this.#fence ??= new Fence({
      leaseMs: watch.leaseMs,
      maxWaitMs: this.#options.maxWaitMs,
      onPassed: (hold) => this.#holds.passed(hold, performance.now()),
    }))
    const newest = await this.#newest(database, after)
    const isNew = newest !== null && !isSame(newest, fence.newest)
    if (newest !== null && isNew && watch.look === null && watch.leaseMs === 0) return this.#free(newest)
    if (newest !== null && isNew) fence.add(newest, performance.now())
    if (isNew && watch.leaseMs > 0 && watch.leaseMs <= SHORT_MS) await wait(watch.leaseMs + 1, this.#options.signal)
    if (!fence.isDue(performance.now())) return this.#keep(!fence.isEmpty, null)
    const now = performance.now()
    const moment = watch.look === null ? NOBODY : await watch.look()
    this.#meet(moment, now)
    const rows = await this.#uncommittedRows(database, watch, { after, bound: fence.newest ?? after })
    const bound = fence.settle(moment, rows, now)
    if (bound === null) return this.#keep(true, await this.#named(fence.hold()))
    return this.#free(bound)
  }

  /** How far of a range rows are committed; null when not even the first is. */
  async part(database: Database, range: RowRange): Promise<Part | null> {
    const { uncommitted } = await this.#open(database, range.after)
    if (uncommitted === null) return { bound: range.bound, isHeld: false }
    const part = await this.#uncommitted.part(database, uncommitted, range)
    if (part === null || part.isHeld) this.#keep(true, await this.#named(this.#uncommitted.hold))
    return part
  }

  /** Rows that were handed out, in order. */
  pass(values: readonly (number | bigint | null)[]): void {
    this.#gaps?.pass(values.map((value) => BigInt(value ?? FIRST_ID)))
  }

  get watchesGaps(): boolean {
    return this.#gaps !== null
  }

  get hasGaps(): boolean {
    return this.#gaps !== null && this.#gaps.gaps.length > 0
  }

  /** The furthest position that a restart may go on from. */
  floor(position: Position): Position {
    if (this.#gaps === null || position.incrementing === null) return position
    return { ...position, incrementing: longOf(this.#gaps.floor(BigInt(position.incrementing))) }
  }

  /** The gaps to look into now, some at a time. */
  async lateGaps(database: Database): Promise<readonly Gap[]> {
    if (this.#gaps === null || this.#gaps.gaps.length === 0) return []
    const { look } = await this.#open(database, START)
    const now = performance.now()
    if (look !== null && now - this.#lookedAt >= LOOK_AT_SESSIONS_MS) this.#meet(await look(), now)
    const { gaps } = this.#gaps
    const start = this.#nextGap < gaps.length ? this.#nextGap : 0
    this.#nextGap = start + GAPS_AT_ONCE
    return gaps.slice(start, start + GAPS_AT_ONCE).map((gap) => ({ ...gap }))
  }

  /** What was found in gaps. */
  fill(values: readonly (number | bigint | null)[]): void {
    for (const value of values) this.#gaps?.fill(BigInt(value ?? FIRST_ID))
  }

  /** Gaps that were looked into: those that nobody can fill any more are done with. */
  close(gaps: readonly Gap[]): void {
    this.#gaps?.close(gaps.filter(({ sessions }) => sessions?.size === 0))
  }

  /** With the names of those who are likely to hold, once a message may be due. */
  async #named(hold: Hold | null): Promise<Hold | null> {
    const oldest = this.#watch?.oldest ?? null
    if (hold === null || oldest === null || !this.#holds.isDue(hold, performance.now())) return hold
    return { ...hold, holders: [...(await oldest()), ...hold.holders] }
  }

  #uncommittedRows(database: Database, watch: CommitWatch, range: RowRange): Promise<readonly UncommittedRow[]> {
    return watch.uncommitted === null ? Promise.resolve([]) : this.#uncommitted.last(database, watch.uncommitted, range)
  }

  #meet({ sessions }: Moment, now: number): void {
    if (this.#gaps === null) return
    this.#lookedAt = now
    this.#gaps.meet(sessions)
  }

  async #open(database: Database, after: Position): Promise<CommitWatch> {
    if (this.#watch !== null && this.#watched === database) return this.#watch
    const { source, cursor, log } = this.#options
    const { by, columns } = cursor.fenced
    const column = by === 'value' ? (columns[0]?.name ?? '') : ''
    const watch = this.#asFarAsToldApart(await database.watch({ table: source.table, by, column }))
    if (this.#watch === null) tellGuarantee(log, source.name, watch)
    if (watch.blocks === null) this.#gaps = null
    else this.#gaps ??= new IdGaps(watch.blocks, BigInt(after.incrementing ?? FIRST_ID))
    this.#watch = watch
    this.#watched = database
    return watch
  }

  /** Rows of one time that nothing tells apart can stand for each other where uncommitted ones are looked for. */
  #asFarAsToldApart(watch: CommitWatch): CommitWatch {
    const { source, cursor } = this.#options
    const isByTimeAlone = cursor.fenced.columns.every(({ name }) => cursor.instants.includes(name))
    if (watch.uncommitted === null || watch.guarantee !== 'exact') return watch
    if (!isByTimeAlone || source.identity.length > 0) return watch
    return { ...watch, guarantee: 'bounded', because: `${watch.because} ${ALIKE}` }
  }

  /** The furthest bound by what is visible now; null when there is nothing after the position. */
  #newest(database: Database, after: Position): Promise<Position | null> {
    const { furthest } = this.#options.cursor.fenced
    return furthest === null ? this.#newestTime(database, after) : this.#newestValue(database, after, furthest)
  }

  async #newestValue(
    database: Database,
    { incrementing }: Position,
    { expression, where }: { readonly expression: string; readonly where: string },
  ): Promise<Position | null> {
    const { source, signal } = this.#options
    const text = `SELECT ${expression} AS ${database.quoteName('value')} FROM ${source.from} WHERE ${where}`
    const page = await database.read({ text, parameters: [incrementing ?? FIRST_ID] }, { schemaName: null, signal })
    const value = page.rows[0]?.[0] ?? null
    return value === null ? null : { ...START, incrementing: integerOf(value, source.name) }
  }

  async #newestTime(database: Database, after: Position): Promise<Position | null> {
    const { source, cursor, delayMs, signal } = this.#options
    const { fenced } = cursor
    const times = fenced.columns.filter(({ name }) => cursor.instants.includes(name))
    const tickMs = Math.max(...times.map(({ typeName }) => database.tickMs(typeName)))
    const now = (await database.now()).ms - delayMs
    const bound = { ...START, timestamp: instantOf(now - (((now % tickMs) + tickMs) % tickMs)) }
    const text = `SELECT 1 AS ${database.quoteName('value')} FROM ${source.from} WHERE ${fenced.where}`
    const statement = { text: database.limit(text, 1), parameters: fenced.parameters(after, bound) }
    const page = await database.read(statement, { schemaName: null, signal })
    return page.rows.length === 0 ? null : bound
  }

  #free(bound: Position): Position {
    this.#keep(this.#fence?.isEmpty === false, null)
    this.#pauseMs = FIRST_PAUSE_MS
    return bound
  }

  #keep(isHeld: boolean, hold: Hold | null): null {
    if (isHeld && this.#isHeld) this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
    if (!isHeld) this.#pauseMs = FIRST_PAUSE_MS
    this.#isHeld = isHeld
    this.#heldMs = this.#holds.note(hold, performance.now())
    return null
  }
}

const ALIKE =
  'But a new row can be missed while another one of its very time is being moved, as rows of one time are told apart by the primary key, and there is none: read a table that has one, or in mode timestamp+incrementing.'
const NOBODY: Moment = { holders: [], sessions: new Set() }

function isSame(a: Position, b: Position | null): boolean {
  return a.incrementing === (b?.incrementing ?? null) && a.timestamp?.ms === b?.timestamp?.ms
}

function tellGuarantee(log: Log, name: string, { guarantee, because }: CommitWatch): void {
  const text = `${name}: commit-safe, ${guarantee}. ${because}`
  if (guarantee === 'best effort') log.warn(text)
  else log.info(text)
}
