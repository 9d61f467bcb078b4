// Rows that are later, or of the same instant and with a greater value in a growing column.
import type { Instant } from '@rowbridge/sql'
import type { Position } from '../offset.js'
import { compileId, FIRST_ID, growing } from './incrementing.js'
import type { Mode } from './mode.js'
import { beforeTime, laterBy, compileTime, EPOCH, firstOf } from './timestamp.js'

export const timestampIncrementing: Mode = {
  usesTimestamps: true,
  usesIncrementing: true,
  cursor(columns) {
    const time = firstOf(columns)
    const id = growing(columns)
    const where = `${time} < ? AND ((${time} = ? AND ${id.sql} > ?) OR ${time} > ?)`
    return {
      where,
      order: `${time},${id.sql} ASC`,
      parameters: range,
      whereSame: `${time} = ? AND ${id.sql} = ?`,
      parametersSame: (at) => [at.timestamp ?? EPOCH, at.incrementing ?? FIRST_ID],
      whereBetween: `${id.sql} BETWEEN ? AND ?`,
      positions(page) {
        const timeAt = compileTime(page, columns)
        const idAt = compileId(page, id, columns.source)
        return (row): Position => ({ timestamp: timeAt(row), incrementing: idAt(row) })
      },
      isUnique: columns.isUnique,
      hasEnd: true,
      instants: columns.timestamps.map((column) => column.name),
      measure: (position) => (position.timestamp ?? EPOCH).ms,
      last: null,
      newest: null,
      fenced: {
        by: 'time',
        columns: [...columns.timestamps, id],
        main: time,
        where,
        parameters: (after, bound) => range(after, bound.timestamp ?? EPOCH),
        furthest: null,
        ahead: laterBy,
        below: beforeTime,
      },
    }
  },
}

function range(after: Position, end: Instant) {
  const begin = after.timestamp ?? EPOCH
  return [end, begin, after.incrementing ?? FIRST_ID, begin]
}
