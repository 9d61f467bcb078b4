// Rows with a later time in one or more columns. Rows of one instant belong together: the position moves only past all of them.
import { StateError } from '@rowbridge/api'
import type { Instant, Page } from '@rowbridge/sql'
import { instantOf, START, type Position } from '../offset.js'
import type { CursorColumns, Mode } from './mode.js'

export const EPOCH: Instant = instantOf(0)

export const timestamp: Mode = {
  usesTimestamps: true,
  usesIncrementing: false,
  cursor(columns) {
    const time = firstOf(columns)
    return {
      where: `${time} > ? AND ${time} < ?`,
      order: `${time} ASC`,
      parameters: (after, end) => [after.timestamp ?? EPOCH, end],
      whereSame: `${time} = ?`,
      parametersSame: (at) => [at.timestamp ?? EPOCH],
      whereBetween: '1 = 0',
      positions(page) {
        const timeAt = compileTime(page, columns)
        return (row): Position => ({ ...START, timestamp: timeAt(row) })
      },
      isUnique: false,
      hasEnd: true,
      instants: columns.timestamps.map((column) => column.name),
      measure: (position) => (position.timestamp ?? EPOCH).ms,
      last: null,
      newest: null,
      fenced: {
        by: 'time',
        columns: columns.timestamps,
        main: time,
        where: `${time} > ? AND ${time} < ?`,
        parameters: (after, bound) => [after.timestamp ?? EPOCH, bound.timestamp ?? EPOCH],
        furthest: null,
        ahead: laterBy,
        below: beforeTime,
      },
    }
  },
}

/** A time that is so many milliseconds later, or more. */
export function laterBy({ timestamp }: Position, width: number): Position {
  return { ...START, timestamp: instantOf((timestamp ?? EPOCH).ms + 1 + width) }
}

/** Before a time of which rows are left out. */
export function beforeTime(row: Position, after: Position): Position | null {
  const begin = after.timestamp ?? EPOCH
  const end = row.timestamp ?? EPOCH
  const isLater = end.ms > begin.ms || (end.ms === begin.ms && end.nanos > begin.nanos)
  return isLater ? { ...START, timestamp: end } : null
}

/** SQL for the first of the timestamp columns that is not null. */
export function firstOf({ timestamps, source, instantExpression }: CursorColumns): string {
  const [only] = timestamps
  if (only === undefined) {
    throw new StateError('no-timestamp-column', `No timestamp column is named for ${source}.`, {
      hint: 'Set timestamp.column.name, or timestamp.columns.mapping beside table.include.list.',
    })
  }
  const all = timestamps.map((column) => column.sql).join(',')
  return instantExpression(timestamps.length === 1 ? only.sql : `COALESCE(${all})`)
}

/** What gives the time of row i of a page. */
export function compileTime(page: Page, { timestamps }: CursorColumns): (row: number) => Instant | null {
  const instants = page.instants.slice(0, timestamps.length)
  return (row) => {
    for (const column of instants) {
      const instant = column[row] ?? null
      if (instant !== null) return instant
    }
    return null
  }
}
