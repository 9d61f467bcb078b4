// Binds structs, arrays and maps as the text of JSON, for columns of JSON or text. Nothing is lost: integers and decimals keep
// every digit, days and times have their ISO form, bytes are base64.
import { DATE, DECIMAL, TIME, TIMESTAMP, type Schema } from '@rowbridge/api'
import { refuse, unsupported, type BoundColumn } from './bind-errors.js'
import type { Binder } from './bind-whole.js'
import { formatDate, formatTime, formatWall, nanosOf } from './datetime.js'

type Writer = (value: unknown) => string

export function bindJson(column: BoundColumn): Binder {
  const { kind, isArray } = column.target
  if ((kind !== 'text' && kind !== 'other') || isArray === true) throw unsupported(column)
  return fitting(column, jsonWriter(column.schema))
}

/** Texts as the column takes them. */
export function fitting(column: BoundColumn, write: Writer): Binder {
  const { length = Infinity, byteLength = Infinity, refusesNul } = column.target
  return (value) => {
    const text = write(value)
    if (text.length > length) throw refuse(column, value, `has more than ${length} characters as JSON`)
    if (text.length * 3 > byteLength && Buffer.byteLength(text) > byteLength)
      throw refuse(column, value, `has more than ${byteLength} bytes as JSON`)
    if (refusesNul === true && text.includes('\\u0000') && HAS_NUL.test(text))
      throw refuse(
        column,
        value,
        'contains U+0000',
        'The database cannot keep it in JSON: make the column one of text.',
      )
    return text
  }
}

/** An escaped NUL, and not an escaped backslash before the letters. */
const HAS_NUL = /(?<!\\)(?:\\\\)*\\u0000/

const LOGICAL: Readonly<Record<string, Writer>> = {
  [DECIMAL]: String,
  [DATE]: (value) => `"${formatDate(Number(value))}"`,
  [TIME]: (value) => `"${formatTime(Number(value), 3)}"`,
  [TIMESTAMP]: (value) => `"${formatWall(Number(value), nanosOf(Number(value)), 3).replace(' ', 'T')}Z"`,
}

/** Compiles the text of a value that is not null; within it nulls are `null`. */
export function jsonWriter(schema: Schema): Writer {
  const logical = LOGICAL[schema.name ?? '']
  if (logical !== undefined) return logical
  if (schema.type === 'struct') return structWriter(schema)
  if (schema.type === 'map') return mapWriter(schema)
  if (schema.type === 'array') {
    const item = orNull(schema.valueSchema)
    return (value) => `[${(value as readonly unknown[]).map(item).join(',')}]`
  }
  return PLAIN[schema.type] ?? String
}

const real: Writer = (value) => (Number.isFinite(value) ? String(value) : JSON.stringify(String(value)))
const PLAIN: Readonly<Record<string, Writer>> = {
  bytes: (value) => JSON.stringify(Buffer.from(value as Uint8Array).toString('base64')),
  string: (value) => JSON.stringify(value),
  float32: real,
  float64: real,
}

function orNull(schema: Schema | null): Writer {
  const write = schema === null ? anyJson : jsonWriter(schema)
  return (value) => (value === null || value === undefined ? 'null' : write(value))
}

function structWriter(schema: Schema): Writer {
  const members = schema.fields.map((field) => ({
    index: field.index,
    head: `${JSON.stringify(field.name)}:`,
    write: orNull(field.schema),
  }))
  return (value) =>
    `{${members.map(({ index, head, write }) => head + write((value as readonly unknown[])[index])).join(',')}}`
}

/** An object where the keys are texts, else a list of pairs. */
function mapWriter(schema: Schema): Writer {
  const item = orNull(schema.valueSchema)
  if (schema.keySchema?.type === 'string') {
    return (value) =>
      `{${[...(value as ReadonlyMap<unknown, unknown>)].map(([key, part]) => `${JSON.stringify(String(key))}:${item(part)}`).join(',')}}`
  }
  const key = orNull(schema.keySchema)
  return (value) =>
    `[${[...(value as ReadonlyMap<unknown, unknown>)].map(([name, part]) => `[${key(name)},${item(part)}]`).join(',')}]`
}

/** Text of what `JSON.parse` gives; a bigint keeps its digits. */
export function anyJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(anyJson).join(',')}]`
  const members = Object.entries(value as Readonly<Record<string, unknown>>)
  return `{${members.map(([key, part]) => `${JSON.stringify(key)}:${anyJson(part)}`).join(',')}}`
}
