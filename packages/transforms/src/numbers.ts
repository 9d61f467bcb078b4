// Numbers between types, as Java converts them: text is read strictly, wider numbers are narrowed to what fits.

export type NumberType = 'int8' | 'int16' | 'int32' | 'int64' | 'float32' | 'float64'

const NUMBERS: readonly string[] = ['int8', 'int16', 'int32', 'int64', 'float32', 'float64']
const BITS: Readonly<Record<string, number>> = { int8: 8, int16: 16, int32: 32, int64: 64 }
const INTEGER = /^[+-]?\d+$/
const FLOATING = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/
const MOST_INT = 2_147_483_647
const LEAST_INT = -2_147_483_648

export function isNumber(type: string): type is NumberType {
  return NUMBERS.includes(type)
}

/** A number of a type from text; null where the text is none, or one that does not fit. */
export function parseNumber(type: NumberType, text: string): number | bigint | null {
  const bits = BITS[type]
  if (bits !== undefined) {
    if (!INTEGER.test(text)) return null
    const value = BigInt(text.replace(/^\+/, ''))
    return BigInt.asIntN(bits, value) === value ? integerOf(value) : null
  }
  const trimmed = text.trim()
  if (!FLOATING.test(trimmed)) return null
  const value = Number(trimmed.replace(/(?<=\d\.?)[fFdD]$/, ''))
  return type === 'float32' ? Math.fround(value) : value
}

/** A number, or the whole part of a decimal's text, as one of another type: fractions are cut off, what is too wide wraps. */
export function compileNarrowing(
  from: 'integer' | 'floating' | 'decimal',
  to: NumberType,
): (value: unknown) => number | bigint {
  if (to === 'float64') return Number
  if (to === 'float32') return (value) => Math.fround(Number(value))
  const bits = BITS[to] ?? 64
  if (from === 'integer') return (value) => narrowInteger(value as number | bigint, bits)
  if (from === 'decimal') return (value) => integerOf(BigInt.asIntN(bits, BigInt(String(value).replace(/\..*/, ''))))
  return bits === 64 ? (value) => longOf(value as number) : (value) => narrowInteger(intOf(value as number), bits)
}

function narrowInteger(value: number | bigint, bits: number): number | bigint {
  if (bits === 64) return value
  if (typeof value === 'number' && value >= LEAST_INT && value <= MOST_INT) return (value << (32 - bits)) >> (32 - bits)
  return Number(BigInt.asIntN(bits, BigInt(value)))
}

/** A double goes through 32 bits, where it stays at the edge. */
function intOf(value: number): number {
  if (Number.isNaN(value)) return 0
  return Math.trunc(Math.min(MOST_INT, Math.max(LEAST_INT, value)))
}

function longOf(value: number): number | bigint {
  if (Number.isNaN(value)) return 0
  if (value >= 2 ** 63) return 2n ** 63n - 1n
  if (value <= -(2 ** 63)) return -(2n ** 63n)
  return integerOf(BigInt(Math.trunc(value)))
}

export function integerOf(value: bigint): number | bigint {
  return value >= -9_007_199_254_740_991n && value <= 9_007_199_254_740_991n ? Number(value) : value
}
