// Rows with a greater value in a growing column.
import { DataError, DECIMAL, scaleOf, shown, StateError, type Schema } from '@rowbridge/api'
import type { Page } from '@rowbridge/sql'
import { START, type Position } from '../offset.js'
import type { CursorColumn, CursorColumns, Mode } from './mode.js'

/** Before the least value that is read. */
export const FIRST_ID = -1
const MAX_LONG = 2n ** 63n - 1n

export const incrementing: Mode = {
  usesTimestamps: false,
  usesIncrementing: true,
  cursor(columns) {
    const id = growing(columns)
    return {
      where: `${id.sql} > ?`,
      order: `${id.sql} ASC`,
      parameters: (after) => [after.incrementing ?? FIRST_ID],
      whereSame: `${id.sql} = ?`,
      parametersSame: (at) => [at.incrementing ?? FIRST_ID],
      whereBetween: `${id.sql} BETWEEN ? AND ?`,
      positions(page) {
        const idAt = compileId(page, id, columns.source)
        return (row): Position => ({ ...START, incrementing: idAt(row) })
      },
      isUnique: columns.isUnique,
      hasEnd: false,
      instants: [],
      measure: (position) => Number(position.incrementing ?? FIRST_ID),
      last: columns.isUnique ? `MAX(${id.sql})` : null,
      newest: `MAX(${id.sql})`,
      fenced: {
        by: 'value',
        columns: [id],
        main: id.sql,
        where: `${id.sql} > ? AND ${id.sql} <= ?`,
        parameters: (after, bound) => [after.incrementing ?? FIRST_ID, bound.incrementing ?? FIRST_ID],
        furthest: { expression: `MAX(${id.sql})`, where: `${id.sql} > ?` },
        ahead: ({ incrementing }, width) => ({
          ...START,
          incrementing: longOf(BigInt(incrementing ?? FIRST_ID) + BigInt(width)),
        }),
        below(row, after) {
          const bound = BigInt(row.incrementing ?? FIRST_ID) - 1n
          return bound > BigInt(after.incrementing ?? FIRST_ID) ? { ...START, incrementing: longOf(bound) } : null
        },
      },
    }
  },
}

export function growing({ incrementing: column, source }: CursorColumns): CursorColumn {
  if (column !== null) return column
  throw new StateError('no-incrementing-column', `${source} has no column that the database numbers by itself.`, {
    hint: 'Name the growing column in incrementing.column.name.',
  })
}

/** What gives the growing column's value of row i of a page. */
export function compileId(page: Page, column: CursorColumn, source: string): (row: number) => number | bigint {
  const field = page.schema.fields.find((candidate) => candidate.name === column.name)
  if (field === undefined) throw noColumn(page, column, source)
  if (!isIntegral(field.schema)) {
    const type = page.columns.find((candidate) => candidate.name === column.name)?.typeName ?? field.schema.type
    throw notIntegral(`${source}.${column.name}`, type)
  }
  return (row) => integerOf(page.rows[row]?.[field.index], `${source}.${column.name}`)
}

export function notIntegral(column: string, type: string): DataError {
  return new DataError('incrementing-not-integer', `${column} of type ${type} holds no whole numbers.`, {
    hint: 'Choose another column in incrementing.column.name.',
  })
}

function noColumn(page: Page, column: CursorColumn, source: string): DataError {
  const known = page.schema.fields.map((field) => field.name).join(', ')
  return new DataError('no-cursor-column', `Rows of ${source} have no column ${column.name} that can be read.`, {
    hint: `They have: ${known}.`,
  })
}

function isIntegral(schema: Schema): boolean {
  return schema.name === DECIMAL ? scaleOf(schema) === 0 : schema.name === null && schema.type.startsWith('int')
}

const WHOLE = /^(-?\d+)(?:\.0+)?$/

/** A whole number that a Java long can hold. A decimal that says nothing of its digits, as the largest value of one, comes with zeros. */
export function integerOf(value: unknown, column: string): number | bigint {
  if (typeof value === 'number') return value
  const digits = typeof value === 'string' ? WHOLE.exec(value)?.[1] : undefined
  const integer = digits === undefined ? value : BigInt(digits)
  if (typeof integer !== 'bigint' || integer > MAX_LONG || integer < -MAX_LONG - 1n) {
    const problem = value === null ? 'is null' : `is ${shown(value)}, which is no 64-bit integer`
    throw new DataError(
      'bad-incrementing-value',
      `${column} ${problem}, so it cannot tell how far the table is read.`,
      {
        hint: 'Give the column NOT NULL and an integer type, or choose another one in incrementing.column.name.',
      },
    )
  }
  return longOf(integer)
}

/** A number while it is safe. */
export function longOf(integer: bigint): number | bigint {
  return integer >= BigInt(Number.MIN_SAFE_INTEGER) && integer <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(integer)
    : integer
}
