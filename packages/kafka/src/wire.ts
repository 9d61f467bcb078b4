// Kafka's wire format for requests without flexible fields: big-endian numbers, length-prefixed strings and arrays.

/** Bytes of a request, as pieces: large buffers are taken in, not copied. */
export class Writer {
  readonly #pieces: Buffer[] = []
  #bytes = Buffer.allocUnsafe(256)
  #at = 0
  #from = 0
  #done = 0

  i8(value: number): this {
    this.#room(1)
    this.#at = this.#bytes.writeInt8(value, this.#at)
    return this
  }

  i16(value: number): this {
    this.#room(2)
    this.#at = this.#bytes.writeInt16BE(value, this.#at)
    return this
  }

  i32(value: number): this {
    this.#room(4)
    this.#at = this.#bytes.writeInt32BE(value, this.#at)
    return this
  }

  i64(value: number | bigint): this {
    this.#room(8)
    this.#at = this.#bytes.writeBigInt64BE(BigInt(value), this.#at)
    return this
  }

  string(value: string | null): this {
    if (value === null) return this.i16(-1)
    const size = Buffer.byteLength(value)
    this.i16(size).#room(size)
    this.#at += this.#bytes.write(value, this.#at)
    return this
  }

  bytes(value: Uint8Array | null): this {
    return value === null ? this.i32(-1) : this.i32(value.length).piece(value)
  }

  array<T>(items: readonly T[] | null, each: (item: T) => void): this {
    this.i32(items === null ? -1 : items.length)
    items?.forEach((item) => each(item))
    return this
  }

  /** Bytes that are taken as they are; they must not change until the request is sent. */
  piece(value: Uint8Array): this {
    this.#cut()
    this.#pieces.push(Buffer.from(value.buffer, value.byteOffset, value.length))
    this.#done += value.length
    return this
  }

  get size(): number {
    return this.#done + this.#at - this.#from
  }

  pieces(): readonly Buffer[] {
    this.#cut()
    return this.#pieces
  }

  #cut(): void {
    if (this.#at === this.#from) return
    this.#pieces.push(this.#bytes.subarray(this.#from, this.#at))
    this.#done += this.#at - this.#from
    this.#from = this.#at
  }

  #room(size: number): void {
    if (this.#at + size <= this.#bytes.length) return
    this.#cut()
    this.#bytes = Buffer.allocUnsafe(Math.max(256, size, this.size))
    this.#at = 0
    this.#from = 0
  }
}

/** Walks over a response. */
export class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  i8(): number {
    return this.#bytes.readInt8(this.#step(1))
  }

  i16(): number {
    return this.#bytes.readInt16BE(this.#step(2))
  }

  i32(): number {
    return this.#bytes.readInt32BE(this.#step(4))
  }

  /** Offsets and times; all are safe integers. */
  i64(): number {
    return Number(this.#bytes.readBigInt64BE(this.#step(8)))
  }

  bigint(): bigint {
    return this.#bytes.readBigInt64BE(this.#step(8))
  }

  nullableString(): string | null {
    const size = this.i16()
    if (size < 0) return null
    const at = this.#step(size)
    return this.#bytes.toString('utf8', at, at + size)
  }

  string(): string {
    return this.nullableString() ?? ''
  }

  /** A view; null becomes empty. */
  bytes(): Buffer {
    const size = this.i32()
    if (size <= 0) return EMPTY
    const at = this.#step(size)
    return this.#bytes.subarray(at, at + size)
  }

  array<T>(each: () => T): T[] {
    const count = this.i32()
    const items: T[] = []
    for (let n = 0; n < count; n++) items.push(each())
    return items
  }

  #step(size: number): number {
    const at = this.#at
    this.#at += size
    return at
  }
}

const EMPTY = Buffer.alloc(0)
