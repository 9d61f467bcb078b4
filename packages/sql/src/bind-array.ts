// Binds arrays as the literal `{1,2,NULL}`, for databases whose columns hold arrays.
import { DATE, DECIMAL, TIME, TIMESTAMP, type Schema } from '@rowbridge/api'
import { unsupported, type BoundColumn } from './bind-errors.js'
import type { Binder } from './bind-whole.js'
import { formatDate, formatTime, formatWall, nanosOf } from './datetime.js'

export function bindArray(column: BoundColumn): Binder {
  const element = column.schema.valueSchema
  if (column.target.isArray !== true || element === null) throw unsupported(column)
  const toText = elementText(element)
  if (toText === null) throw unsupported(column)
  return (value) => arrayLiteral((value as readonly unknown[]).map((item) => (item === null ? null : toText(item))))
}

const LOGICAL: Readonly<Record<string, (value: unknown) => string>> = {
  [DATE]: (value) => formatDate(Number(value)),
  [TIME]: (value) => formatTime(Number(value), 3),
  [TIMESTAMP]: (value) => formatWall(Number(value), nanosOf(Number(value)), 3),
  [DECIMAL]: String,
}

function elementText(schema: Schema): ((value: unknown) => string) | null {
  const logical = LOGICAL[schema.name ?? '']
  if (logical !== undefined) return logical
  if (schema.type === 'bytes') return (value) => `\\x${Buffer.from(value as Uint8Array).toString('hex')}`
  if (schema.type === 'array') {
    const inner = schema.valueSchema === null ? null : elementText(schema.valueSchema)
    if (inner === null) return null
    return (value) => arrayLiteral((value as readonly unknown[]).map((item) => (item === null ? null : inner(item))))
  }
  return schema.type === 'struct' || schema.type === 'map' ? null : String
}

/** The literal of an array whose elements are text; what starts with a brace is an array itself. */
function arrayLiteral(items: readonly (string | null)[]): string {
  return `{${items.map((item) => (item === null ? 'NULL' : quoteElement(item))).join(',')}}`
}

const SPECIAL = /["\\]/g

/** An element in quotes, so that no word or brace in it means anything. */
export function quoteElement(text: string): string {
  return text.includes('"') || text.includes('\\') ? `"${text.replace(SPECIAL, '\\$&')}"` : `"${text}"`
}
