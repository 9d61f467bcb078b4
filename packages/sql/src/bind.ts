// Compiles, per column, what makes a Connect value the parameter its target column takes. Whatever the database would cut,
// round or misread without a word is refused here. Upholds invariant 5: a value is never silently changed.
import { DATE, DECIMAL, scaleOf, TIME, TIMESTAMP, type Schema } from '@rowbridge/api'
import { wholeOf, type Binder, type SourceKind } from './bind-whole.js'
import { bindAny } from './bind-any.js'
import { bindArray } from './bind-array.js'
import { refuse, type BoundColumn } from './bind-errors.js'
import { bindBits } from './bind-bits.js'
import { bindJson } from './bind-json.js'
import { bindDate, bindTime, bindTimestamp, bindYear } from './bind-time.js'
import { digitsOf, plainDecimal, rescale } from './decimal.js'
import { ANY } from './database.js'
import { UNBOUNDED_SCALE } from './types.js'
import type { TimeSettings } from './dialect.js'

const LOGICAL: Readonly<Record<string, SourceKind>> = {
  [DECIMAL]: 'decimal',
  [DATE]: 'date',
  [TIME]: 'time',
  [TIMESTAMP]: 'timestamp',
}
const PLAIN: Readonly<Record<Schema['type'], SourceKind | null>> = {
  int8: 'int',
  int16: 'int',
  int32: 'int',
  int64: 'int',
  float32: 'float',
  float64: 'float',
  boolean: 'boolean',
  string: 'text',
  bytes: 'bytes',
  array: 'array',
  map: null,
  struct: null,
}

function sourceKindOf(schema: Schema): SourceKind | null {
  return LOGICAL[schema.name ?? ''] ?? PLAIN[schema.type]
}

/** The binder of a column. Throws DataError when no value of that schema can be written there. */
export function compileBinder(column: BoundColumn, times: TimeSettings): Binder {
  if (column.schema.name === ANY) return bindAny(column, (typed) => compileBinder(typed, times))
  const kind = sourceKindOf(column.schema)
  if (kind === 'array' && column.target.isArray === true) return bindArray(column)
  if (kind === null || kind === 'array') return bindJson(column, times.isLegacyCalendar)
  switch (column.target.kind) {
    case 'integer':
      return bindInteger(column, kind)
    case 'decimal':
      return bindDecimal(column, kind)
    case 'float':
      return bindFloat(column, kind)
    case 'boolean':
      return bindBoolean(column, kind)
    case 'text':
    case 'other':
      return bindText(column, kind, times)
    case 'bytes':
      return bindBytes(column, kind)
    case 'year':
      return kind === 'date' ? bindYear(column, times) : bindInteger(column, kind)
    case 'bits':
      return bindBits(column, kind)
    case 'date':
      return bindDate(column, kind, times)
    case 'time':
      return bindTime(column, kind, times.zone)
    case 'timestamp':
      return bindTimestamp(column, kind, times)
  }
}

function bindInteger(column: BoundColumn, kind: SourceKind): Binder {
  const { min, max } = column.target
  const low = min === undefined ? -Infinity : Number(min)
  const high = max === undefined ? Infinity : Number(max)
  return (value) => {
    const whole = wholeOf(kind, value)
    if (whole === null) throw refuse(column, value, 'is no integer')
    if (typeof whole === 'number') {
      if (whole < low || whole > high) throw refuse(column, value, 'is out of range')
    } else if ((min !== undefined && whole < min) || (max !== undefined && whole > max)) {
      throw refuse(column, value, 'is out of range')
    }
    return whole
  }
}

function decimalText(kind: SourceKind, value: unknown): string | null {
  if (kind === 'decimal') return value as string
  if (kind === 'float') return plainDecimal(String(value))
  if (kind === 'text') return plainDecimal(value as string)
  const whole = wholeOf(kind, value)
  return whole === null ? null : String(whole)
}

function bindDecimal(column: BoundColumn, kind: SourceKind): Binder {
  const { precision, scale, isNumericAffinity, specialWords } = column.target
  const isDate = kind === 'date'
  const own = kind === 'decimal' ? scaleOf(column.schema) : null
  // Zeros that only fill an unbounded scale are no digits of the number.
  const isUnbounded = own === UNBOUNDED_SCALE && scale === undefined && isNumericAffinity !== true
  // As long as the text is this short, neither side of the point can be too long.
  const safeLength =
    own === null || isNumericAffinity === true || own < 0 || own > (scale ?? Infinity)
      ? -1
      : (precision ?? Infinity) - (scale ?? 0) + own
  return (value) => {
    if (isUnbounded) return (value as string).replace(/\.?0+$/, '')
    if (safeLength > 0 && (value as string).length <= safeLength) return value as string
    const plain = isDate && isNumericAffinity === true ? String(Number(value) * 86_400_000) : decimalText(kind, value)
    if (plain === null) {
      if (specialWords?.test(String(value)) === true) return String(value)
      throw refuse(column, value, 'is no decimal number')
    }
    if (scale !== undefined) {
      const digits = digitsOf(plain)
      if (digits.fraction > Math.max(scale, 0))
        throw refuse(column, value, `has more than ${Math.max(scale, 0)} digits after the point`)
      if (scale < 0 && BigInt(plain) % 10n ** BigInt(-scale) !== 0n)
        throw refuse(column, value, `would be rounded to ${-scale} zeros`)
      if (precision !== undefined && digits.whole > precision - scale) throw refuse(column, value, 'is out of range')
    }
    if (isNumericAffinity === true && !survivesAsNumber(plain)) {
      throw refuse(column, value, 'would be rounded', 'Declare the column as text; then it keeps every digit.')
    }
    return plain
  }
}

/** Whether a 64-bit integer or a double keeps the number as it is. */
function survivesAsNumber(plain: string): boolean {
  const { whole, fraction } = digitsOf(plain)
  if (whole + fraction <= 15) return true
  if (fraction === 0) {
    const exact = BigInt(plain.split('.')[0] ?? '0')
    return exact >= -(2n ** 63n) && exact < 2n ** 63n
  }
  const kept = plainDecimal(String(Number(plain)))
  return kept !== null && rescale(kept, fraction) === rescale(plain, fraction)
}

/** Its shortest text, 3.4028235e38, is beyond it: a server that compares doubles would refuse that. */
const MOST_OF_A_SINGLE = 3.4028234663852886e38

function bindFloat(column: BoundColumn, kind: SourceKind): Binder {
  const { specials, precision } = column.target
  const isSingle = precision === 24
  const isInteger = kind === 'int'
  return (value) => {
    const number = kind === 'decimal' || kind === 'text' ? numberOf(value as string) : Number(numericOf(kind, value))
    if (
      Number.isNaN(number)
        ? !Number.isNaN(value) || specials !== undefined
        : !Number.isFinite(number) && specials === 'none'
    ) {
      throw refuse(column, value, 'is no number that the column takes')
    }
    if (isInteger && !isExact(value as number | bigint, isSingle ? Math.fround(number) : number)) {
      throw refuse(column, value, 'would be rounded', 'Make the column an integer or a decimal.')
    }
    if (isSingle && Number.isFinite(number) && !Number.isFinite(Math.fround(number)))
      throw refuse(column, value, 'is out of range')
    if (isSingle && Math.abs(number) > MOST_OF_A_SINGLE) return Math.fround(number)
    return Object.is(number, -0) ? '-0' : number
  }
}

function numberOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text)
}

function numericOf(kind: SourceKind, value: unknown): number | bigint {
  if (kind === 'float') return value as number
  return wholeOf(kind, value) ?? NaN
}

function isExact(value: number | bigint, stored: number): boolean {
  return typeof value === 'number' ? stored === value : Number.isFinite(stored) && BigInt(stored) === value
}

const TRUE = new Set(['true', 't', 'yes', 'on', '1'])
const FALSE = new Set(['false', 'f', 'no', 'off', '0'])

function bindBoolean(column: BoundColumn, kind: SourceKind): Binder {
  return (value) => {
    if (kind === 'boolean') return value === true
    const word = String(value).trim().toLowerCase()
    if (kind !== 'bytes' && TRUE.has(word)) return true
    if (kind !== 'bytes' && FALSE.has(word)) return false
    throw refuse(column, value, 'is neither true nor false')
  }
}

const HALF_PAIR = /[\ud800-\udfff]/u
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf(column: BoundColumn, kind: SourceKind, times: TimeSettings): (value: unknown) => string {
  const anyColumn = { ...column, target: { ...column.target, kind: 'text' as const } }
  if (kind === 'date') return bindDate(anyColumn, kind, times) as (value: unknown) => string
  if (kind === 'time') return bindTime(anyColumn, kind, times.zone) as (value: unknown) => string
  if (kind === 'timestamp') return bindTimestamp(anyColumn, kind, times) as (value: unknown) => string
  if (kind === 'bytes') return (value) => decodeUtf8(column, value as Uint8Array)
  return kind === 'text' || kind === 'decimal' ? (value) => value as string : String
}

function decodeUtf8(column: BoundColumn, bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw refuse(column, bytes, 'is no UTF-8 text', 'Make it a column of bytes.')
  }
}

/** Characters as databases count them: a surrogate pair is one. */
function charactersIn(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xd800) count -= 1
  return count
}

function bindText(column: BoundColumn, kind: SourceKind, times: TimeSettings): Binder {
  const { target } = column
  if (kind === 'bytes' && target.kind === 'other') return (value) => value as Uint8Array
  const toText = textOf(column, kind, times)
  const length = target.kind === 'other' ? Infinity : (target.length ?? Infinity)
  const bytes = target.byteLength ?? Infinity
  return (value) => {
    const text = toText(value)
    if (text.length > length && charactersIn(text) > length)
      throw refuse(column, value, `has more than ${length} characters`)
    if (text.length * 3 > bytes && Buffer.byteLength(text) > bytes)
      throw refuse(column, value, `has more than ${bytes} bytes`)
    if (target.refusesNul === true && text.includes('\0')) {
      throw refuse(column, value, 'contains U+0000', 'The database cannot keep it in text: make it a column of bytes.')
    }
    if (HALF_PAIR.test(text)) throw refuse(column, value, 'contains half of a surrogate pair')
    if (target.isNumericAffinity === true && plainDecimal(text) !== null && String(Number(text)) !== text) {
      throw refuse(column, value, 'would be kept as a number', 'Declare the column as TEXT.')
    }
    return text
  }
}

function bindBytes(column: BoundColumn, kind: SourceKind): Binder {
  const length = column.target.length ?? Infinity
  return (value) => {
    if (kind !== 'bytes' && kind !== 'text') throw refuse(column, value, 'is no byte string')
    const bytes = kind === 'text' ? Buffer.from(value as string) : (value as Uint8Array)
    if (bytes.length > length) throw refuse(column, value, `has more than ${length} bytes`)
    return bytes
  }
}
