// Rows that are later, or of the same instant and with a greater value in a growing column.
import type { Position } from '../offset.js'
import { compileId, FIRST_ID, growing } from './incrementing.js'
import type { Mode } from './mode.js'
import { compileTime, EPOCH, firstOf } from './timestamp.js'

export const timestampIncrementing: Mode = {
  usesTimestamps: true,
  usesIncrementing: true,
  cursor(columns) {
    const time = firstOf(columns)
    const id = growing(columns)
    return {
      where: `${time} < ? AND ((${time} = ? AND ${id.sql} > ?) OR ${time} > ?)`,
      order: `${time},${id.sql} ASC`,
      parameters(after, end) {
        const begin = after.timestamp ?? EPOCH
        return [end, begin, after.incrementing ?? FIRST_ID, begin]
      },
      whereSame: `${time} = ? AND ${id.sql} = ?`,
      parametersSame: (at) => [at.timestamp ?? EPOCH, at.incrementing ?? FIRST_ID],
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
    }
  },
}
