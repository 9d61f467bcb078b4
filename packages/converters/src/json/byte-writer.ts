// Writes single values as JSON bytes into a buffer at an offset and returns the offset after them.
// The caller has made room: 6 bytes per UTF-16 unit of a string, 26 for a number.
import { javaDouble, javaFloat } from '@rowbridge/api'

/** Room that any number needs. */
export const NUMBER_ROOM = 26

const HEX = Buffer.from('0123456789ABCDEF')
const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
/** The letter after the backslash for characters that have a short escape, else 0. */
const SHORT_ESCAPES = shortEscapes()
/** From here on the machine's own copying beats a loop. */
const LONG_STRING = 48
const LONG_BYTES = 96
const NEEDS_WORK = /[^ !#-[\]-\u007f]/
const TEN_MILLION = 10_000_000

function shortEscapes(): Uint8Array {
  const letters = new Uint8Array(128)
  for (const pair of ['""', '\\\\', '\bb', '\ff', '\nn', '\rr', '\tt']) letters[pair.charCodeAt(0)] = pair.charCodeAt(1)
  return letters
}

/** The inside of a JSON string, without its quotes. */
export function writeString(b: Buffer, o: number, text: string): number {
  const { length } = text
  if (length >= LONG_STRING && !NEEDS_WORK.test(text)) return o + b.write(text, o, 'latin1')
  let at = o
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code < 128 && code > 31 && code !== 34 && code !== 92) b[at++] = code
    else at = writeSpecial(b, at, code)
  }
  return at
}

/** Surrogates as escapes, one by one; whatever else is above ASCII as UTF-8. */
function writeSpecial(b: Buffer, o: number, code: number): number {
  if (code < 128) {
    const letter = SHORT_ESCAPES[code] ?? 0
    if (letter === 0) return writeUnicodeEscape(b, o, code)
    b[o] = 92
    b[o + 1] = letter
    return o + 2
  }
  if (code < 0x800) {
    b[o] = 0xc0 | (code >> 6)
    b[o + 1] = 0x80 | (code & 63)
    return o + 2
  }
  if (code >= 0xd800 && code <= 0xdfff) return writeUnicodeEscape(b, o, code)
  b[o] = 0xe0 | (code >> 12)
  b[o + 1] = 0x80 | ((code >> 6) & 63)
  b[o + 2] = 0x80 | (code & 63)
  return o + 3
}

function writeUnicodeEscape(b: Buffer, o: number, code: number): number {
  b[o] = 92
  b[o + 1] = 117
  for (let i = 0; i < 4; i++) b[o + 2 + i] = HEX[(code >> (12 - 4 * i)) & 15] ?? 0
  return o + 6
}

/** Text known to be ASCII that needs no escape. */
export function writeAscii(b: Buffer, o: number, text: string): number {
  if (text.length >= LONG_STRING) return o + b.write(text, o, 'latin1')
  for (let i = 0; i < text.length; i++) b[o + i] = text.charCodeAt(i)
  return o + text.length
}

/** A whole number within 32 bits. */
export function writeInt(b: Buffer, o: number, value: number): number {
  if (value >= 0) return writeDigits(b, o, value | 0)
  if (value === -2_147_483_648) return writeAscii(b, o, '-2147483648')
  b[o] = 45
  return writeDigits(b, o + 1, -value | 0)
}

/** A safe integer. */
export function writeLong(b: Buffer, o: number, value: number): number {
  if (value === (value | 0)) return writeInt(b, o, value)
  let at = o
  if (value < 0) b[at++] = 45
  const size = Math.abs(value)
  if (size <= 2_147_483_647) return writeDigits(b, at, size | 0)
  let high = Math.floor(size / TEN_MILLION)
  let low = size - high * TEN_MILLION
  if (low < 0) {
    high -= 1
    low += TEN_MILLION
  }
  at = writeDigits(b, at, high | 0)
  return writePadded(b, at, low | 0, 7)
}

/** Digits of a number from 0 to 2^31 - 1. */
function writeDigits(b: Buffer, o: number, value: number): number {
  if (value < 10) {
    b[o] = 48 + value
    return o + 1
  }
  return writePadded(b, o, value, countDigits(value))
}

function countDigits(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4
  if (value < TEN_MILLION) return value < 100_000 ? 5 : value < 1_000_000 ? 6 : 7
  return value < 100_000_000 ? 8 : value < 1_000_000_000 ? 9 : 10
}

function writePadded(b: Buffer, o: number, value: number, width: number): number {
  let rest = value
  for (let at = o + width - 1; at >= o; at--) {
    const next = (rest / 10) | 0
    b[at] = 48 + (rest - next * 10)
    rest = next
  }
  return o + width
}

/** A float64; what JSON has no number for as a string. */
export function writeDouble(b: Buffer, o: number, value: number): number {
  const scaled = value * 10_000
  const whole = Math.round(scaled)
  const size = Math.abs(whole)
  // A number of few digits divided by a power of ten is the double of that decimal, so these are its shortest digits.
  if (size >= 10 && size < 1e11 && whole / 10_000 === value) return writeFourPlaces(b, o, whole)
  return writeFloating(b, o, javaDouble(value))
}

function writeFourPlaces(b: Buffer, o: number, whole: number): number {
  let at = o
  if (whole < 0) b[at++] = 45
  const size = Math.abs(whole)
  const units = Math.floor(size / 10_000)
  at = writeDigits(b, at, units)
  b[at] = 46
  const end = writePadded(b, at + 1, size - units * 10_000, 4)
  let last = end
  while (last > at + 2 && b[last - 1] === 48) last -= 1
  return last
}

/** A float32. */
export function writeFloat(b: Buffer, o: number, value: number): number {
  return writeFloating(b, o, javaFloat(value))
}

function writeFloating(b: Buffer, o: number, text: string): number {
  const last = text.charCodeAt(text.length - 1)
  if (last >= 48 && last <= 57) return writeAscii(b, o, text)
  b[o] = 34
  const end = writeAscii(b, o + 1, text)
  b[end] = 34
  return end + 1
}

/** Bytes as padded base64, without quotes. */
export function writeBase64(b: Buffer, o: number, bytes: Uint8Array): number {
  const { length } = bytes
  if (length >= LONG_BYTES) {
    return o + b.write(Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('base64'), o, 'latin1')
  }
  let at = o
  for (let i = 0; i < length; i += 3) {
    at = writeTriple(b, at, ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0))
  }
  const missing = (3 - (length % 3)) % 3
  if (missing > 0) b[at - 1] = 61
  if (missing > 1) b[at - 2] = 61
  return at
}

/** Three bytes as four letters. */
export function writeTriple(b: Buffer, o: number, triple: number): number {
  b[o] = BASE64[triple >> 18] ?? 0
  b[o + 1] = BASE64[(triple >> 12) & 63] ?? 0
  b[o + 2] = BASE64[(triple >> 6) & 63] ?? 0
  b[o + 3] = BASE64[triple & 63] ?? 0
  return o + 4
}
