// How rows become round trips: multi-row statements, or one prepared statement for each row.
import type { Schema } from '@rowbridge/api'
import type { WriterSpec } from './database.js'
import type { Binder } from './bind-whole.js'
import type { Parameter, Session } from './dialect.js'
import type { RowFailure } from './failures.js'
import { atRow } from './row-reader.js'
import type { Target } from './target.js'

export interface PlanColumn {
  readonly name: string
  readonly quoted: string
  readonly isKey: boolean
  /** Place in the rows that come. */
  readonly index: number
  readonly schema: Schema
  readonly target: Target
  readonly bind: Binder
}

/** A WriterSpec with all that is known once. */
export interface WritePlan {
  readonly mode: WriterSpec['mode']
  /** Quoted. */
  readonly table: string
  readonly columns: readonly PlanColumn[]
  readonly keys: readonly PlanColumn[]
  readonly others: readonly PlanColumn[]
  /** The column whose value must not fall; null: none. */
  readonly version: PlanColumn | null
}

export interface BulkWriter {
  /** How many rows of the table the server says it touched. */
  write(rows: readonly (readonly unknown[])[]): Promise<number>
}

/** Parameters of the rows `from … to`, row by row, of the given columns. Throws DataError with the row's index. */
function bindRows(
  rows: readonly (readonly unknown[])[],
  columns: readonly { readonly index: number; readonly bind: Binder }[],
  from: number,
  to: number,
): Parameter[] {
  const out: Parameter[] = []
  let r = from
  try {
    for (; r < to; r++) {
      const row = rows[r] as readonly unknown[]
      for (const column of columns) {
        const value = row[column.index]
        out.push(value === null || value === undefined ? null : column.bind(value))
      }
    }
  } catch (error) {
    throw atRow(error, r)
  }
  return out
}

/** Texts of statements that are kept. */
const KEPT_TEXTS = 64

export interface MultiRowLimits {
  readonly rows: number
  readonly parameters: number
  /** Bytes of one statement. */
  readonly bytes: number
}

/**
 * Statements of many rows each. `statement` gives the text for a number of rows. Sizes are powers of two and the limit, and
 * a size that comes twice in a row, so that few statements are prepared and each is used again.
 */
export function multiRow(
  session: Session,
  columns: readonly { readonly index: number; readonly bind: Binder }[],
  limits: MultiRowLimits,
  statement: (rows: number) => string,
): BulkWriter {
  const most = Math.max(1, Math.min(limits.rows, Math.floor(limits.parameters / columns.length)))
  const textOf = keptBySize(statement)
  let lastRest = 0
  return {
    async write(rows) {
      const parts: Promise<number>[] = []
      const rest = rows.length % most
      const isUsual = rest === lastRest
      lastRest = rest
      try {
        for (let at = 0; at < rows.length;) {
          const left = rows.length - at
          const size = left >= most ? most : isUsual ? left : 2 ** Math.floor(Math.log2(left))
          const parameters = fitting(bindRows(rows, columns, at, at + size), size, limits.bytes)
          const taken = parameters.length / columns.length
          parts.push(inPlace(session.execute(textOf(taken), parameters), at))
          at += taken
        }
      } catch (error) {
        // A statement that is under way must not come after the rollback.
        await Promise.allSettled(parts)
        throw error
      }
      return allDone(parts)
    },
  }
}

/** The parameters of as many of the first rows as fit into one statement; of one row at least. */
function fitting(parameters: Parameter[], rows: number, bytes: number): Parameter[] {
  const width = parameters.length / rows
  let kept = parameters
  for (let size = rows; size > 1 && bytesOf(kept) > bytes;) {
    size = Math.max(1, 2 ** (Math.ceil(Math.log2(size)) - 1))
    kept = kept.slice(0, size * width)
  }
  return kept
}

/** Texts are kept by their number of rows, so that a driver sees the same one again. */
function keptBySize(statement: (rows: number) => string): (rows: number) => string {
  const texts = new Map<number, string>()
  return (rows) => {
    const known = texts.get(rows)
    if (known !== undefined) return known
    if (texts.size >= KEPT_TEXTS) texts.clear()
    const text = statement(rows)
    texts.set(rows, text)
    return text
  }
}

function bytesOf(parameters: readonly Parameter[]): number {
  let bytes = 0
  for (const parameter of parameters) {
    if (typeof parameter === 'string') bytes += parameter.length * 3
    else if (parameter instanceof Uint8Array) bytes += parameter.length
    else bytes += 9
  }
  return bytes
}

/** Says with its failure how many rows are before a part. */
async function inPlace(part: Promise<number>, from: number): Promise<number> {
  try {
    return await part
  } catch (error) {
    const failure = error as RowFailure
    failure.rowsBefore = (failure.rowsBefore ?? 0) + from
    throw error
  }
}

/** Waits for every part, so that none is under way when the first failure is thrown. */
async function allDone(parts: readonly Promise<number>[]): Promise<number> {
  let touched = 0
  const settled = await Promise.allSettled(parts)
  for (const part of settled) {
    if (part.status === 'rejected') throw part.reason
    touched += part.value
  }
  return touched
}

/** One prepared statement for each row; `columns` in the order of its placeholders. */
export function oneByOne(session: Session, columns: readonly PlanColumn[], text: string): BulkWriter {
  return {
    async write(rows) {
      const bound: (readonly Parameter[])[] = []
      for (let r = 0; r < rows.length; r++) bound.push(bindRows(rows, columns, r, r + 1))
      return session.executeEach(text, bound)
    },
  }
}
