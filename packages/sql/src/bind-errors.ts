// What binders say when a value does not fit its column.
import { DataError, shown, type Schema } from '@rowbridge/api'
import { isInstant } from './datetime.js'
import type { Target } from './target.js'

export interface BoundColumn {
  /** `table.column`, for messages. */
  readonly where: string
  readonly typeName: string
  readonly schema: Schema
  readonly target: Target
}

/** `orders.amount: 12.345 has more than 2 digits after the point (decimal(10,2))`. */
export function refuse(column: BoundColumn, value: unknown, problem: string, hint?: string): DataError {
  const text = isInstant(value) ? `${value.ms} ms` : shown(value)
  return new DataError('value-out-of-range', `${column.where}: ${text} ${problem} (${column.typeName})`, {
    hint: hint ?? 'Change the type of the column, or the value before it comes here.',
    facts: placeOf(column),
  })
}

export function unsupported(column: BoundColumn): DataError {
  const name = column.schema.name ?? column.schema.type
  return new DataError(
    'unsupported-type',
    `${column.where}: a ${name} cannot be written to a column (${column.typeName})`,
    {
      hint: 'Flatten the record, or leave the field out.',
      facts: placeOf(column),
    },
  )
}

function placeOf({ where }: BoundColumn): { readonly table: string; readonly column: string } {
  const dot = where.lastIndexOf('.')
  return { table: where.slice(0, Math.max(0, dot)), column: where.slice(dot + 1) }
}
