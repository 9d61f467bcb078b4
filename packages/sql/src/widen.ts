// What a column must become so that it also holds values of another schema: never less than it held before.
import {
  DATE,
  DECIMAL,
  decimal,
  scaleOf,
  TIME,
  TIMESTAMP,
  timestamp,
  DECIMAL_PRECISION,
  type Schema,
} from '@rowbridge/api'
import { TIMESTAMP_DIGITS, type ColumnNeed } from './database.js'
import type { Target } from './target.js'
import { FLOAT64, INT16, INT32, INT64, STRING } from './types.js'

/** A schema whose column type holds both; `longer`: the same type with more room; null: the column does as it is. */
export type Widening = Schema | 'longer' | null

const BITS: Readonly<Record<string, bigint>> = { int8: 8n, int16: 16n, int32: 32n, int64: 64n }
const DIGITS: Readonly<Record<string, number>> = { int8: 3, int16: 5, int32: 10, int64: 19 }
/** Digits and decimals that every database takes. */
const MOST_DIGITS = 65
const MOST_SCALE = 30

type Kind = 'int' | 'float' | 'boolean' | 'text' | 'bytes' | 'decimal' | 'date' | 'time' | 'timestamp' | 'nested'

function kindOf({ name, type }: Schema): Kind {
  const logical = { [DECIMAL]: 'decimal', [DATE]: 'date', [TIME]: 'time', [TIMESTAMP]: 'timestamp' } as const
  const known = logical[name as keyof typeof logical] as Kind | undefined
  if (known !== undefined) return known
  if (type === 'string') return 'text'
  if (BITS[type] !== undefined) return 'int'
  if (type === 'float32' || type === 'float64') return 'float'
  return type === 'boolean' || type === 'bytes' ? type : 'nested'
}

/** `isExact`: whether the integers in the column are known to be exact as doubles. */
export function widened(target: Target, { schema, length, bytes }: ColumnNeed, isExact: boolean): Widening {
  const kind = kindOf(schema)
  switch (target.kind) {
    case 'integer':
      return widenInteger(target, schema, kind, isExact)
    case 'decimal':
      return widenDecimal(target, schema, kind)
    case 'float':
      if (isTextual(kind)) return STRING
      return target.precision === 24 && (schema.type === 'float64' || (DIGITS[schema.type] ?? 0) > 5) ? FLOAT64 : null
    case 'boolean':
      if (kind === 'int') return INT64
      if (kind === 'float') return FLOAT64
      return isTextual(kind) ? STRING : null
    case 'date':
      if (kind === 'timestamp') return schema
      return isTextual(kind) ? STRING : null
    case 'time':
      if (isTextual(kind)) return STRING
      return kind === 'time' && (target.fraction ?? 3) < 3 ? schema : null
    case 'timestamp':
      if (isTextual(kind)) return STRING
      return kind === 'timestamp' ? widenTimestamp(target, schema) : null
    case 'text':
      return length > (target.length ?? Infinity) || bytes > (target.byteLength ?? Infinity) ? 'longer' : null
    case 'bytes':
      return length > (target.length ?? Infinity) ? 'longer' : null
    case 'year':
    case 'bits':
    case 'other':
      return null
  }
}

const isTextual = (kind: Kind): boolean => kind === 'text' || kind === 'nested'

/** Integers that a double holds, all of them. */
const EXACT = 2n ** 53n

function widenInteger(target: Target, schema: Schema, kind: Kind, isExact: boolean): Widening {
  const low = target.min ?? -(2n ** 63n)
  const high = target.max ?? 2n ** 63n - 1n
  if (isTextual(kind)) return STRING
  if (kind === 'decimal') return decimalOf(19, scaleOf(schema) ?? 0)
  if (kind === 'float') return isExact || (low >= -EXACT && high <= EXACT) ? FLOAT64 : STRING
  if (kind !== 'int') return null
  const half = 2n ** ((BITS[schema.type] ?? 64n) - 1n)
  if (-half >= low && half - 1n <= high) return null
  const least = -half < low ? -half : low
  const most = half - 1n > high ? half - 1n : high
  const holds = (bits: bigint): boolean => least >= -(2n ** (bits - 1n)) && most <= 2n ** (bits - 1n) - 1n
  const wider = [INT16, INT32, INT64].find((candidate) => holds(BITS[candidate.type] ?? 0n))
  return wider ?? decimalOf(20, 0)
}

function decimalOf(whole: number, scale: number): Schema {
  return scale > MOST_SCALE || whole + scale > MOST_DIGITS ? STRING : decimal(Math.max(scale, 0))
}

function widenDecimal({ precision, scale }: Target, schema: Schema, kind: Kind): Widening {
  if (isTextual(kind)) return STRING
  if (scale === undefined) return null
  const whole = (precision ?? MOST_DIGITS) - scale
  if (kind === 'int') {
    const digits = DIGITS[schema.type] ?? 19
    return digits > whole ? decimalOf(digits, scale) : null
  }
  if (kind !== 'decimal') return null
  const needed = Math.max(scaleOf(schema) ?? 0, 0)
  const said = Number(schema.parameters?.[DECIMAL_PRECISION] ?? 0)
  const digits = said === 0 ? whole : said - needed
  return needed > scale || digits > whole ? decimalOf(Math.max(digits, whole), Math.max(needed, scale)) : null
}

function widenTimestamp({ fraction = 9 }: Target, schema: Schema): Widening {
  const digits = Math.min(6, Number(schema.parameters?.[TIMESTAMP_DIGITS] ?? 3))
  return digits > fraction ? timestamp({ parameters: { [TIMESTAMP_DIGITS]: String(digits) } }) : null
}
