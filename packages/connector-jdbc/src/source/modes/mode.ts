// What a mode is: one object that says which rows are new, in which order they come, and how far a row takes the reading.
import type { Instant, Page } from '@rowbridge/sql'
import type { Position } from '../offset.js'

export type Parameter = number | bigint | Instant

/** The cursor columns of one table or query. */
export interface CursorColumns {
  /** Of the table or query, for messages. */
  readonly source: string
  readonly timestamps: readonly CursorColumn[]
  readonly incrementing: CursorColumn | null
  /** SQL by which a time is compared and ordered. */
  readonly instantExpression: (sql: string) => string
  /** Whether the incrementing column is known to have no value twice. */
  readonly isUnique: boolean
}

export interface CursorColumn {
  /** As the rows call it. */
  readonly name: string
  /** The database's word for its type. */
  readonly typeName: string
  /** As a statement calls it. */
  readonly sql: string
}

/** How rows are found by their values. All conditions go after WHERE, with `?` for the parameters. */
export interface Cursor {
  /** Rows after a position and, where there is an end, before the end. */
  readonly where: string
  readonly order: string
  parameters(after: Position, end: Instant): readonly Parameter[]
  /** Rows at exactly one position. */
  readonly whereSame: string
  parametersSame(at: Position): readonly Parameter[]
  /** Rows from one value of the growing column to another. */
  readonly whereBetween: string
  /** Compiles, for a page, what gives the position of its row i. */
  positions(page: Page): (row: number) => Position
  /** Whether two rows can never be at one position. */
  readonly isUnique: boolean
  /** Whether rows are read only up to an end by the clock of the database. */
  readonly hasEnd: boolean
  /** Columns whose exact instants a page must have. */
  readonly instants: readonly string[]
  /** A position as a number, to tell how much of a first load is done. */
  measure(position: Position): number
  /** What to select for the measure of the last row; null: the end. */
  readonly last: string | null
  /** What to select for the greatest growing value, where rows are found by that alone. */
  readonly newest: string | null
  readonly fenced: Fenced
}

/** How a cursor is read up to a bound below which nothing can come in any more. */
export interface Fenced {
  /** Whether values are drawn by statements, or are the times of transactions. */
  readonly by: 'value' | 'time'
  /** The columns of the cursor, as a statement calls them. */
  readonly columns: readonly CursorColumn[]
  /** What grows: the value, or the time that counts. */
  readonly main: string
  /** Rows after a position and within the bound: up to a value, before a time. */
  readonly where: string
  parameters(after: Position, bound: Position): readonly Parameter[]
  /** What to select to have the furthest bound, from rows after a position; null: the end tells. */
  readonly furthest: { readonly expression: string; readonly where: string } | null
  /** A bound that is so much further than a position. */
  ahead(after: Position, width: number): Position
  /** The furthest bound that leaves a row out; null when it is no further than `after`. */
  below(row: Position, after: Position): Position | null
}

export interface Mode {
  readonly usesTimestamps: boolean
  readonly usesIncrementing: boolean
  /** Null: every run reads everything. */
  cursor(columns: CursorColumns): Cursor | null
}
