// Reads padded base64 of the standard alphabet; anything else is refused.
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES = new Int8Array(128).fill(-1)
for (let i = 0; i < LETTERS.length; i++) VALUES[LETTERS.charCodeAt(i)] = i

const TWO_24 = 16_777_216

/** Null where the text is not base64 with its padding. */
export function bytesOf(text: string): Buffer | null {
  const { length } = text
  if (length % 4 !== 0) return null
  const size = (length / 4) * 3 - paddingOf(text)
  const buffer = Buffer.allocUnsafe(size)
  return buffer.write(text, 0, size, 'base64') === size ? buffer : null
}

/** The number whose two's complement bytes these are, if there are one to six; else null. */
export function smallNumberOf(text: string): number | null {
  const { length } = text
  if (length !== 4 && length !== 8) return null
  const padding = paddingOf(text)
  const last = quad(text, length - 4, padding)
  const first = length === 8 ? quad(text, 0, 0) : 0
  if (last < 0 || first < 0) return null
  const bits = length * 6 - padding * 8
  const value = (first * TWO_24 + last) / 2 ** (padding * 8)
  return value < 2 ** (bits - 1) ? Math.floor(value) : Math.floor(value) - 2 ** bits
}

function paddingOf(text: string): number {
  const { length } = text
  if (text.charCodeAt(length - 1) !== 61) return 0
  return text.charCodeAt(length - 2) === 61 ? 2 : 1
}

/** Four letters as 24 bits, the last ones being padding; -1 where one is not of the alphabet. */
function quad(text: string, at: number, padding: number): number {
  let value = 0
  for (let i = 0; i < 4; i++) {
    const digit = i < 4 - padding ? (VALUES[text.charCodeAt(at + i)] ?? -1) : 0
    if (digit < 0) return -1
    value = value * 64 + digit
  }
  return value
}
