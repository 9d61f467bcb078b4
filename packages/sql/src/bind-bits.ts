// Binds bit strings: as bytes, highest first, or as the digits 0 and 1.
import { refuse, type BoundColumn } from './bind-errors.js'
import { wholeOf, type Binder, type SourceKind } from './bind-whole.js'

export function bindBits(column: BoundColumn, kind: SourceKind): Binder {
  const { length, isBitText } = column.target
  if (isBitText === true && kind === 'text') return bitText(column)
  const bits = length ?? 64
  const limit = 2n ** BigInt(bits)
  return (value) => {
    const number = kind === 'bytes' ? numberOf(value as Uint8Array) : wholeOf(kind, value)
    if (number === null) throw refuse(column, value, 'is no bit string')
    const whole = BigInt(number) < 0n ? BigInt(number) + limit : BigInt(number)
    if (whole < 0n || whole >= limit) throw refuse(column, value, `has more than ${bits} bits`)
    if (isBitText === true) return whole.toString(2).padStart(length ?? 1, '0')
    return Buffer.from(whole.toString(16).padStart(Math.ceil(bits / 8) * 2, '0'), 'hex')
  }
}

function bitText(column: BoundColumn): Binder {
  return (value) => {
    if (!/^[01]*$/.test(value as string)) throw refuse(column, value, 'is no bit string')
    return value as string
  }
}

function numberOf(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes).toString('hex')
  return hex === '' ? 0n : BigInt(`0x${hex}`)
}
