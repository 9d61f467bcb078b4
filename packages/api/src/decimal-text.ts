// Decimals between their three shapes: text with a fixed number of digits after the point, the unscaled two's complement
// bytes of Connect's Decimal, and the notation of Java's BigDecimal.

const PLAIN = /^-?\d+(?:\.(\d+))?$/
const LITERAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/
/** Up to so many digits arithmetic with numbers is exact. */
const SAFE_DIGITS = 15
/** No decimal of a database is longer; a literal that asks for more is taken for a mistake. */
const MOST_DIGITS = 100_000

export type DecimalProblem = 'no-decimal' | 'other-scale'

/** The unscaled value of `'12.50'` as a number, where it has at most 15 digits and exactly `scale` after the point; else NaN. */
export function smallUnscaled(text: string, scale: number): number {
  const { length } = text
  if (length > SAFE_DIGITS + 2 || scale < 0) return Number.NaN
  const isNegative = text.charCodeAt(0) === 45
  let at = isNegative ? 1 : 0
  const point = scale === 0 ? length : length - scale - 1
  if (point <= at || length - at > SAFE_DIGITS + (scale === 0 ? 0 : 1)) return Number.NaN
  let value = 0
  for (; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 48 && code <= 57 && at !== point) value = value * 10 + (code - 48)
    else if (at !== point || code !== 46) return Number.NaN
  }
  return isNegative ? 0 - value : value
}

/** The unscaled value of any plain decimal text, or what is wrong with it. A scale below zero wants as many zeros at the end. */
export function unscaledOf(text: string, scale: number): bigint | DecimalProblem {
  const found = PLAIN.exec(text)
  if (found === null) return 'no-decimal'
  const fraction = found[1]?.length ?? 0
  if (fraction !== Math.max(scale, 0)) return 'other-scale'
  const digits = BigInt(text.replace('.', ''))
  if (scale >= 0) return digits
  const factor = 10n ** BigInt(-scale)
  return digits % factor === 0n ? digits / factor : 'other-scale'
}

/** Plain text of an unscaled value. */
export function decimalText(unscaled: bigint | number, scale: number): string {
  if (scale === 0) return unscaled.toString()
  const isNegative = unscaled < 0
  const digits = (isNegative ? -unscaled : unscaled).toString()
  const sign = isNegative ? '-' : ''
  if (scale < 0) return digits === '0' ? '0' : `${sign}${digits}${'0'.repeat(-scale)}`
  const padded = digits.padStart(scale + 1, '0')
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}

/** A JSON number as decimal text of a scale; null where the literal has more digits than the scale can hold. */
export function decimalOfLiteral(literal: string, scale: number): string | null {
  const found = LITERAL.exec(literal)
  if (found === null) return null
  const [, sign, whole = '', fraction = '', exponent = '0'] = found
  const digits = `${whole}${fraction}`
  const shift = scale - fraction.length + Number(exponent)
  if (Math.abs(shift) > MOST_DIGITS) return /^0*$/.test(digits) ? decimalText(0n, scale) : null
  if (shift < 0 && !/^0*$/.test(digits.slice(shift))) return null
  const unscaled = BigInt(shift < 0 ? digits.slice(0, shift) || '0' : `${digits}${'0'.repeat(shift)}`)
  return decimalText(sign === '-' ? -unscaled : unscaled, scale)
}

/** As `BigDecimal.toString` writes it: plain, or `1E-10` and `1.5E+3` where the scale is below zero or the number very small. */
export function bigDecimalText(unscaled: bigint, scale: number): string {
  const isNegative = unscaled < 0n
  const digits = (isNegative ? -unscaled : unscaled).toString()
  const exponent = digits.length - 1 - scale
  if (scale >= 0 && exponent >= -6) return decimalText(unscaled, scale)
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`
  return `${isNegative ? '-' : ''}${mantissa}E${exponent > 0 ? '+' : ''}${exponent}`
}

/** The least two's complement bytes, big-endian. */
export function twosComplement(value: bigint): Uint8Array {
  const magnitude = value < 0n ? -value - 1n : value
  const bits = magnitude === 0n ? 0 : magnitude.toString(2).length
  const length = Math.floor(bits / 8) + 1
  const hex = BigInt.asUintN(length * 8, value).toString(16)
  return Buffer.from(hex.padStart(length * 2, '0'), 'hex')
}

/** The number that two's complement bytes mean; null for no bytes. */
export function ofTwosComplement(bytes: Uint8Array): bigint | null {
  if (bytes.length === 0) return null
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`))
}
