// Binds structs, arrays and maps as the text of JSON, for columns of JSON or text. Nothing is lost: integers and decimals keep
// every digit, days and times have their ISO form, bytes are base64.
import { DATE, DECIMAL, TIME, TIMESTAMP, type Schema } from '@rowbridge/api'
import { refuse, unsupported, type BoundColumn } from './bind-errors.js'
import type { Binder } from './bind-whole.js'
import { isoDays, isoMs } from './calendar.js'
import { formatDate, formatTime, formatWall, nanosOf } from './datetime.js'

type Writer = (value: unknown) => string

export function bindJson(column: BoundColumn, isLegacyCalendar: boolean): Binder {
  const { kind, isArray } = column.target
  if ((kind !== 'text' && kind !== 'other') || isArray === true) throw unsupported(column)
  return fitting(column, jsonWriter(column.schema, isLegacyCalendar))
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

const ISO: Readonly<Record<string, Writer>> = {
  [DECIMAL]: String,
  [DATE]: (value) => `"${formatDate(Number(value))}"`,
  [TIME]: (value) => `"${formatTime(Number(value), 3)}"`,
  [TIMESTAMP]: (value) => `"${formatWall(Number(value), nanosOf(Number(value)), 3).replace(' ', 'T')}Z"`,
}

function logicalWriter(name: string, isLegacy: boolean): Writer | undefined {
  const iso = ISO[name]
  if (iso === undefined || !isLegacy) return iso
  if (name === DATE) return (value) => iso(isoDays(Number(value)))
  return name === TIMESTAMP ? (value) => iso(isoMs(Number(value))) : iso
}

/** Compiles the text of a value that is not null; within it nulls are `null`. */
export function jsonWriter(schema: Schema, isLegacyCalendar = false): Writer {
  const logical = logicalWriter(schema.name ?? '', isLegacyCalendar)
  if (logical !== undefined) return logical
  const part = (inner: Schema | null): Writer => orNull(inner, isLegacyCalendar)
  if (schema.type === 'struct') return structWriter(schema, part)
  if (schema.type === 'map') return mapWriter(schema, part)
  if (schema.type === 'array') {
    const item = part(schema.valueSchema)
    return (value) => `[${(value as readonly unknown[]).map(item).join(',')}]`
  }
  return PLAIN[schema.type] ?? String
}

type Part = (inner: Schema | null) => Writer

const real: Writer = (value) => (Number.isFinite(value) ? String(value) : JSON.stringify(String(value)))
const PLAIN: Readonly<Record<string, Writer>> = {
  bytes: (value) => JSON.stringify(Buffer.from(value as Uint8Array).toString('base64')),
  string: (value) => JSON.stringify(value),
  float32: real,
  float64: real,
}

function orNull(schema: Schema | null, isLegacyCalendar: boolean): Writer {
  const write = schema === null ? anyJson : jsonWriter(schema, isLegacyCalendar)
  return (value) => (value === null || value === undefined ? 'null' : write(value))
}

function structWriter(schema: Schema, part: Part): Writer {
  const members = schema.fields.map((field) => ({
    index: field.index,
    head: `${JSON.stringify(field.name)}:`,
    write: part(field.schema),
  }))
  return (value) =>
    `{${members.map(({ index, head, write }) => head + write((value as readonly unknown[])[index])).join(',')}}`
}

/** An object where the keys are texts, else a list of pairs. */
function mapWriter(schema: Schema, part: Part): Writer {
  const item = part(schema.valueSchema)
  if (schema.keySchema?.type === 'string') {
    return (value) =>
      `{${[...(value as ReadonlyMap<unknown, unknown>)].map(([key, one]) => `${JSON.stringify(String(key))}:${item(one)}`).join(',')}}`
  }
  const key = part(schema.keySchema)
  return (value) =>
    `[${[...(value as ReadonlyMap<unknown, unknown>)].map(([name, one]) => `[${key(name)},${item(one)}]`).join(',')}]`
}

/** Text of what `JSON.parse` gives; a bigint keeps its digits. */
export function anyJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(anyJson).join(',')}]`
  const members = Object.entries(value as Readonly<Record<string, unknown>>)
  return `{${members.map(([key, part]) => `${JSON.stringify(key)}:${anyJson(part)}`).join(',')}}`
}
