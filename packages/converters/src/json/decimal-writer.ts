// Writes decimals as JSON bytes: by arithmetic where a number is exact, else by bigint.
import { bigDecimalText, smallUnscaled, twosComplement, unscaledOf } from '@rowbridge/api'
import { writeAscii, writeBase64, writeTriple } from './byte-writer.js'

const TWO_32 = 4_294_967_296

/** A decimal as base64 of its unscaled bytes; -1 where the text does not fit the scale. */
export function writeDecimal(b: Buffer, o: number, text: string, scale: number): number {
  const end = writeSmallDecimal(b, o, text, scale)
  if (end >= 0) return end
  const unscaled = unscaledOf(text, scale)
  return typeof unscaled === 'bigint' ? writeBase64(b, o, twosComplement(unscaled)) : -1
}

/** A decimal as a JSON number in the notation of Java; -1 where the text does not fit the scale. */
export function writeNumericDecimal(b: Buffer, o: number, text: string, scale: number): number {
  const unscaled = unscaledOf(text, scale)
  return typeof unscaled === 'bigint' ? writeAscii(b, o, bigDecimalText(unscaled, scale)) : -1
}

const scratch = new Uint8Array(7)

/** The same with arithmetic on numbers, for at most 15 digits; -1 also where there are more. */
function writeSmallDecimal(b: Buffer, o: number, text: string, scale: number): number {
  const value = smallUnscaled(text, scale)
  if (Number.isNaN(value)) return -1
  if (value >= -128 && value < 128) {
    const at = writeTriple(b, o, (value & 255) << 16)
    b[o + 2] = 61
    b[o + 3] = 61
    return at
  }
  const high = Math.floor(value / TWO_32)
  const low = (value - high * TWO_32) | 0
  let first = 7 - bytesFor(value)
  for (let i = first; i < 7; i++) scratch[i] = i < 3 ? high >> ((2 - i) * 8) : low >> ((6 - i) * 8)
  let at = o
  const missing = (3 - ((7 - first) % 3)) % 3
  for (; first < 7; first += 3) {
    const second = first + 1 < 7 ? (scratch[first + 1] ?? 0) : 0
    const third = first + 2 < 7 ? (scratch[first + 2] ?? 0) : 0
    at = writeTriple(b, at, ((scratch[first] ?? 0) << 16) | (second << 8) | third)
  }
  if (missing > 0) b[at - 1] = 61
  if (missing > 1) b[at - 2] = 61
  return at
}

/** How many bytes a two's complement number of at most 15 digits needs. */
function bytesFor(value: number): number {
  const magnitude = value < 0 ? -value - 1 : value
  if (magnitude < 0x80_00_00_00)
    return magnitude < 0x80_00 ? (magnitude < 0x80 ? 1 : 2) : magnitude < 0x80_00_00 ? 3 : 4
  return magnitude < 0x80_00_00_00_00 ? 5 : magnitude < 0x80_00_00_00_00_00 ? 6 : 7
}
