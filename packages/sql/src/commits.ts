// What a database tells of transactions that are still open, so that a reader need not pass rows that are yet to be committed.
import type { Page, ReadOptions, Statement, TableId } from './database.js'

/**
 * How sure it is that no row below a value comes in after the value was passed. `exact`: for every value the server itself gives out.
 * `bounded`: but for what takes longer than a stated bound. `best effort`: the server does not tell.
 */
export type Guarantee = 'exact' | 'bounded' | 'best effort'

/** What is read and by which kind of column. */
export interface WatchScope {
  /** Null: a query, whose tables are unknown. */
  readonly table: TableId | null
  /** Values drawn by a statement, or the times of transactions. */
  readonly by: 'value' | 'time'
  /** Name of the growing column where `by` is `value`. */
  readonly column: string
}

/** Somebody who may still write a row below what can be seen. */
export interface Holder {
  /** The same as long as it is the same transaction or statement, and never another's. */
  readonly key: string
  /** For messages: who it is, as far as the server tells. */
  readonly who: string
  /** How long it has been at it; null where the server does not tell. */
  readonly ageMs: number | null
  /** A transaction that goes on under another key than it had; always to be waited for. */
  readonly isSuccessor: boolean
}

export interface Moment {
  readonly holders: readonly Holder[]
  /** Keys of all sessions that there are; empty unless `blocks` is set. */
  readonly sessions: ReadonlySet<string>
}

/** Values that sessions draw in advance, a block at a time, and use in ascending order. */
export interface Blocks {
  /** Values of a block. */
  readonly size: bigint
  readonly step: bigint
  /** First value of some block. */
  readonly anchor: bigint
  /** There is none before this one. */
  readonly least: bigint
}

/** Rows that are written and not committed yet, where the server shows them. */
export interface Uncommitted {
  /** An aggregate over columns that is another one when a row is. */
  fingerprint(columns: readonly string[]): string
  /** Transactions that have written something and are open; null when no new list is to be had now. Absent: they are not told. */
  writers: (() => Promise<ReadonlySet<string> | null>) | null
  /** Reads with what is not committed. */
  read(statement: Statement, options: ReadOptions): Promise<Page>
}

export interface CommitWatch {
  readonly guarantee: Guarantee
  /** What the guarantee rests on and how to have a better one; a whole sentence. */
  readonly because: string
  /** Who may be about to write; null where nobody need be waited for. */
  look: (() => Promise<Moment>) | null
  /** How long a value may be on its way into the table without being seen by `look`, in milliseconds. */
  readonly leaseMs: number
  readonly uncommitted: Uncommitted | null
  readonly blocks: Blocks | null
  /** The transactions that are open longest, for messages; null where they are not seen. */
  oldest: (() => Promise<readonly Holder[]>) | null
}
