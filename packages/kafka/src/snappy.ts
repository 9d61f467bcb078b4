// Reads snappy as Java's producers write it: chunks of raw snappy blocks behind a short header, or one bare block.

const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const HEADER = 16

export function snappyDecompress(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return snappyBlock(bytes)
  const chunks: Buffer[] = []
  for (let at = HEADER; at < bytes.length;) {
    const length = bytes.readInt32BE(at)
    if (length < 0 || at + 4 + length > bytes.length) throw new RangeError('a snappy chunk passes the end')
    chunks.push(snappyBlock(bytes.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  return Buffer.concat(chunks)
}

function snappyBlock(bytes: Buffer): Buffer {
  const { size, end } = readSize(bytes)
  const out = Buffer.allocUnsafe(size)
  let at = end
  let to = 0
  while (at < bytes.length) {
    const tag = bytes.readUInt8(at++)
    const kind = tag & 3
    if (kind === 0) {
      const extra = Math.max(0, (tag >>> 2) - 59)
      const length = extra === 0 ? (tag >>> 2) + 1 : bytes.readUIntLE(at, extra) + 1
      at += extra
      if (to + length > size || at + length > bytes.length) throw new RangeError('a snappy literal passes the end')
      bytes.copy(out, to, at, at + length)
      at += length
      to += length
      continue
    }
    const length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
    const back = kind === 1 ? ((tag >>> 5) << 8) | bytes.readUInt8(at) : bytes.readUIntLE(at, kind === 2 ? 2 : 4)
    at += kind === 1 ? 1 : kind === 2 ? 2 : 4
    to = repeat(out, to, back, length)
  }
  if (to !== size) throw new RangeError('a snappy block ends early')
  return out
}

/** The size of a block once it is decompressed, and where its first tag is. */
function readSize(bytes: Buffer): { readonly size: number; readonly end: number } {
  let size = 0
  for (let at = 0; at < 5; at++) {
    const byte = bytes.readUInt8(at)
    size += (byte & 127) * 2 ** (7 * at)
    if (byte < 128) return { size, end: at + 1 }
  }
  throw new RangeError('a snappy block has no size')
}

/** Copies `length` bytes from `back` bytes before; the two may overlap. */
function repeat(out: Buffer, to: number, back: number, length: number): number {
  if (back === 0 || back > to || to + length > out.length) throw new RangeError('a snappy copy points outside')
  for (let i = 0; i < length; i++) out[to + i] = out[to + i - back] ?? 0
  return to + length
}
