// When two rows have the same key: for the database, not for JavaScript.
import { DataError, DECIMAL, type Schema } from '@rowbridge/api'
import { ANY, anyJson } from '@rowbridge/sql'
import type { RecordColumn } from './primary-key.js'

/** Equal for equal keys only; made for use in a Map. */
export type KeyId = unknown

export interface KeyIdentity {
  /** Names and kinds of the columns: identities compare only where this is equal. */
  readonly kind: string
  /** Of a row whose first values are the key. */
  readonly idOf: (row: readonly unknown[]) => KeyId
  /** What a collation that knows no case and no accents may hold for one key; null where the key has no text. */
  readonly looseIdOf: ((row: readonly unknown[]) => string) | null
}

export function compileKey(keys: readonly RecordColumn[]): KeyIdentity {
  for (const { name, schema } of keys) {
    if (!['array', 'map', 'struct'].includes(schema.type)) continue
    throw new DataError('bad-key-type', `Key column ${name} is of type ${schema.type}, which cannot be a key.`, {
      hint: 'Choose other pk.fields.',
    })
  }
  const parts = keys.map((column) => partOf(column.schema))
  const hasText = keys.some((column) => isText(column.schema))
  const isAny = keys.map((column) => column.schema.name === ANY)
  const [only] = parts
  const composite = (row: readonly unknown[]) => JSON.stringify(parts.map((part, i) => textOf(part(row[i]))))
  return {
    kind: JSON.stringify(keys.map(({ name, schema }) => [name, kindOf(schema)])),
    idOf: only !== undefined && parts.length === 1 ? (row) => only(row[0]) : composite,
    looseIdOf: hasText ? (row) => JSON.stringify(parts.map((part, i) => loosePart(part(row[i]), isAny[i]))) : null,
  }
}

const isText = (schema: Schema): boolean => schema.type === 'string'

function kindOf(schema: Schema): string {
  if (schema.name === ANY) return 'any'
  if (schema.name === DECIMAL) return 'decimal'
  return /^(?:int|float)/.test(schema.type) ? 'number' : schema.type
}

function partOf(schema: Schema): (value: unknown) => unknown {
  if (schema.name === ANY) return (value) => (typeof value === 'string' ? value : anyJson(value))
  if (schema.name === DECIMAL) return (value) => shortestDecimal(String(value))
  if (schema.type === 'bytes') return (value) => Buffer.from(value as Uint8Array).toString('latin1')
  return (value) => value
}

function loosePart(value: unknown, isAny = false): unknown {
  if (typeof value !== 'string') return textOf(value)
  // In a column of numbers different texts may be one number.
  return isAny && value.trim() !== '' && Number.isFinite(Number(value)) ? String(Number(value)) : loose(value)
}

/** JSON would make one of NaN and the infinities, and of 0 and -0 two. */
function textOf(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return typeof value === 'number' && (!Number.isFinite(value) || value === 0) ? String(value + 0) : value
}

function shortestDecimal(text: string): string {
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text
  return short === '-0' ? '0' : short
}

const PLAIN = /^[\u0021-\u007e]*$/

function loose(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}\p{Cc}]/gu, '')
    .toLowerCase()
    .replaceAll('\u00df', 'ss')
    .replaceAll('\u00e6', 'ae')
    .replaceAll('\u0153', 'oe')
    .replaceAll('\u00f8', 'o')
    .replaceAll('\u0142', 'l')
    .replaceAll('\u0111', 'd')
    .trimEnd()
}
