// Floating-point numbers as text, spelt as Java spells them: always a fraction, an exponent from 10^7 up and below 10^-3.
// The digits are the fewest that read back as the same number.

const LEAST_PLAIN = 1e-3
const LEAST_SCIENTIFIC = 1e7
const LEAST_NORMAL_DOUBLE = 2.2250738585072014e-308
const LEAST_NORMAL_FLOAT = 1.1754943508222875e-38
/** So many digits tell whether a float32 lies in the middle of two short decimals. */
const EXACT_DIGITS = 60

/** A float64: `11.0`, `1.0E10`, `1.0E-4`, `NaN`, `-Infinity`. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size < LEAST_SCIENTIFIC && Number.isInteger(value)) return Object.is(value, -0) ? '-0.0' : `${value}.0`
  if (size >= LEAST_PLAIN && size < LEAST_SCIENTIFIC) return String(value)
  const shortest = value.toExponential()
  if (size >= LEAST_NORMAL_DOUBLE || shortest.includes('.')) return scientific(shortest)
  // Java prefers the nearest of two digits to a single one, which differs only where a double holds less than two.
  return scientific(value.toExponential(1))
}

/** A float32, given as any number that rounds to it: `12.34`, not `12.34000015258789`. */
export function javaFloat(value: number): string {
  const single = Math.fround(value)
  if (!Number.isFinite(single) || single === 0) return javaDouble(single)
  return javaDouble(shortestOf(single))
}

/** The number whose digits are the fewest that round to `single` as a float32; any decimal of six digits is the only one. */
function shortestOf(single: number): number {
  const first = Math.abs(single) < LEAST_NORMAL_FLOAT ? 2 : 6
  for (let digits = first; digits < 9; digits++) {
    const candidate = nearest(single, digits)
    if (Math.fround(candidate) === single) return candidate
  }
  return nearest(single, 9)
}

/** The nearest number of so many digits; of two as near, the one whose last digit is even. */
function nearest(single: number, digits: number): number {
  const rounded = single.toExponential(digits - 1)
  if (!single.toExponential(digits).includes('5e')) return Number(rounded)
  const [mantissa = '', power = ''] = single.toExponential(EXACT_DIGITS).split('e')
  const end = mantissa.indexOf('.') + digits
  const isTie = /^50*$/.test(mantissa.slice(end))
  return isTie && /[13579]e/.test(rounded) ? Number(`${mantissa.slice(0, end)}e${power}`) : Number(rounded)
}

function scientific(exponential: string): string {
  const at = exponential.indexOf('e')
  const digits = exponential.slice(0, at)
  const exponent = exponential.slice(exponential[at + 1] === '+' ? at + 2 : at + 1)
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent}`
}
