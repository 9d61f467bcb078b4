// A java.util.HashMap<byte[], byte[]> as Java's object serialization writes it: the format of Connect's offsets file.
// https://docs.oracle.com/en/java/javase/17/docs/specs/serialization/protocol.html
import { ConnectError } from '@rowbridge/api'

/** Entries in order; a null value is kept as such. */
export type ByteEntries = readonly (readonly [key: Uint8Array, value: Uint8Array | null])[]

/** Magic, the class `java.util.HashMap` with its two fields, no parent. */
const MAP_HEAD = Buffer.concat([
  Buffer.from('aced0005737200', 'hex'),
  Buffer.from('\u0011java.util.HashMap', 'latin1'),
  Buffer.from('0507dac1c31660d103000246000a', 'hex'),
  Buffer.from('loadFactorI\0\tthreshold', 'latin1'),
  Buffer.from('7870', 'hex'),
])
/** The class `[B`, no fields, no parent. */
const ARRAY_CLASS = Buffer.from('7200025b42acf317f8060854e00200007870', 'hex')
const FIRST_HANDLE = 0x7e0000
/** Handles 0 and 1 are the map's class and the map, 2 is the class of the first array. */
const ARRAY_CLASS_HANDLE = FIRST_HANDLE + 2

const NULL = 0x70
const REFERENCE = 0x71
const ARRAY = 0x75
const BLOCK = 0x77
const END_OF_BLOCK = 0x78

export function encodeJavaMap(entries: ByteEntries): Uint8Array {
  let buckets = 16
  while (entries.length > buckets * 0.75) buckets *= 2
  const head = Buffer.alloc(18)
  head.writeUInt32BE(0x3f400000, 0)
  head.writeUInt32BE(entries.length === 0 ? 0 : buckets * 0.75, 4)
  head.writeUInt8(BLOCK, 8)
  head.writeUInt8(8, 9)
  head.writeUInt32BE(buckets, 10)
  head.writeUInt32BE(entries.length, 14)
  const parts: Uint8Array[] = [MAP_HEAD, head]
  let isFirst = true
  for (const bytes of entries.flat()) {
    parts.push(...arrayParts(bytes, isFirst))
    if (bytes !== null) isFirst = false
  }
  parts.push(Uint8Array.of(END_OF_BLOCK))
  return Buffer.concat(parts)
}

function arrayParts(bytes: Uint8Array | null, isFirst: boolean): Uint8Array[] {
  if (bytes === null) return [Uint8Array.of(NULL)]
  const reference = Buffer.alloc(5)
  reference.writeUInt8(REFERENCE, 0)
  reference.writeUInt32BE(ARRAY_CLASS_HANDLE, 1)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return [Uint8Array.of(ARRAY), isFirst ? ARRAY_CLASS : reference, length, bytes]
}

/** Throws ConnectError `corrupt-java-map` that says at which byte the content is not what it should be. */
export function decodeJavaMap(bytes: Uint8Array): ByteEntries {
  const reader = new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  reader.expect(MAP_HEAD, 'a serialized java.util.HashMap')
  reader.take(8)
  reader.expect(Uint8Array.of(BLOCK, 8), 'the sizes of the map')
  reader.take(4)
  const count = reader.uint32()
  const arrays: (Uint8Array | null)[] = []
  const entries: (readonly [Uint8Array, Uint8Array | null])[] = []
  for (let i = 0; i < count; i += 1) {
    const key = readArray(reader, arrays)
    if (key === null) throw reader.problem('a null key')
    entries.push([key, readArray(reader, arrays)])
  }
  reader.expect(Uint8Array.of(END_OF_BLOCK), 'the end of the map')
  if (!reader.isAtEnd) throw reader.problem('more bytes after the end of the map')
  return entries
}

/** `arrays` has one place per handle from that of the array class on; the class's own place is null. */
function readArray(reader: Reader, arrays: (Uint8Array | null)[]): Uint8Array | null {
  const tag = reader.take(1)[0]
  if (tag === NULL) return null
  if (tag === REFERENCE) {
    const known = arrays[reader.uint32() - ARRAY_CLASS_HANDLE]
    if (known === undefined || known === null) throw reader.problem('a reference to an unknown object')
    return known
  }
  if (tag !== ARRAY) throw reader.problem(`tag 0x${(tag ?? 0).toString(16)} where a byte array should start`)
  if (arrays.length === 0) {
    reader.expect(ARRAY_CLASS, 'the class of byte arrays')
    arrays.push(null)
  } else {
    reader.expect(Uint8Array.of(REFERENCE), 'the class of byte arrays')
    if (reader.uint32() !== ARRAY_CLASS_HANDLE) throw reader.problem('an array of another class')
  }
  const content = Uint8Array.from(reader.take(reader.uint32()))
  arrays.push(content)
  return content
}

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  take(count: number): Buffer {
    if (this.#at + count > this.#bytes.length) {
      this.#at = this.#bytes.length
      throw this.problem('the end of the content')
    }
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  uint32(): number {
    return this.take(4).readUInt32BE()
  }

  expect(bytes: Uint8Array, what: string): void {
    const start = this.#at
    const isSame = this.take(bytes.length).equals(bytes)
    if (isSame) return
    this.#at = start
    throw this.problem(`something else than ${what}`)
  }

  problem(found: string): ConnectError {
    return new ConnectError('corrupt-java-map', `Found ${found} at byte ${this.#at} of ${this.#bytes.length}`)
  }
}
