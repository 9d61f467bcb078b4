// Decimals as text: exact, never through a floating-point number.

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)$/
const SCIENTIFIC = /^([+-]?)(\d*)\.?(\d*)[eE]([+-]?\d+)$/

/** Plain notation (`-12.50`, `0.001`) of a number's text; null when the text is no finite number. */
export function plainDecimal(text: string): string | null {
  const trimmed = text.trim()
  if (PLAIN.test(trimmed)) return normalSign(trimmed)
  const match = SCIENTIFIC.exec(trimmed)
  if (match === null || `${match[2]}${match[3]}` === '') return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const point = whole.length + Number(exponent)
  if (Math.abs(point) > 20_000) return null
  const digits = whole + fraction
  if (point <= 0) return normalSign(`${sign}0.${'0'.repeat(-point)}${digits}`)
  if (point >= digits.length) return normalSign(`${sign}${digits}${'0'.repeat(point - digits.length)}`)
  return normalSign(`${sign}${digits.slice(0, point)}.${digits.slice(point)}`)
}

function normalSign(text: string): string {
  const unsigned = text.replace(/^[+-]/, '').replace(/^0+(?=\d)/, '')
  const body = unsigned.startsWith('.') ? `0${unsigned}` : unsigned
  const whole = body.endsWith('.') ? body.slice(0, -1) : body
  return text.startsWith('-') && /[1-9]/.test(whole) ? `-${whole}` : whole
}

/** The same number with exactly `scale` digits after the point; null when digits other than 0 would be lost. */
export function rescale(plain: string, scale: number): string | null {
  const point = plain.indexOf('.')
  const digits = point < 0 ? 0 : plain.length - point - 1
  if (digits === scale) return plain
  if (digits < scale) return `${plain}${point < 0 ? '.' : ''}${'0'.repeat(scale - digits)}`
  const end = scale === 0 ? point : point + 1 + scale
  for (let i = end; i < plain.length; i++) {
    const char = plain.charCodeAt(i)
    if (char !== 48 && char !== 46) return null
  }
  return plain.slice(0, end)
}

/** Digits before and after the point that the number needs, leading and trailing zeros not counted. */
export function digitsOf(plain: string): { readonly whole: number; readonly fraction: number } {
  const [whole = '', fraction = ''] = plain.replace('-', '').split('.')
  return { whole: whole.replace(/^0+/, '').length, fraction: fraction.replace(/0+$/, '').length }
}
