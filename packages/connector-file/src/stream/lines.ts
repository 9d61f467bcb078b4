// Bytes to lines, as they come. A line is one when its end was seen: `\n`, `\r` or `\r\n`; what stands behind the last end
// waits for more, and so does a `\r` at the very end, which may be half of a `\r\n`.

const LF = 0x0a
const CR = 0x0d

export class Lines {
  readonly #lines: string[] = []
  readonly #ends: number[] = []
  #next = 0
  #rest: Buffer = Buffer.alloc(0)
  /** Where in the rest no line end was found yet. */
  #seen = 0
  /** Place in the stream of the first byte of the rest. */
  #start: number

  constructor(start: number) {
    this.#start = start
  }

  /** Lines that can be taken. */
  get ready(): number {
    return this.#lines.length - this.#next
  }

  /** Bytes of a line whose end has not come. */
  get unfinished(): number {
    return this.#rest.length
  }

  add(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let from = 0
    for (let at = this.#seen; at < bytes.length; at += 1) {
      const byte = bytes[at]
      if (byte !== LF && byte !== CR) continue
      if (byte === CR && at + 1 === bytes.length) break
      this.#lines.push(bytes.toString('utf8', from, at))
      if (byte === CR && bytes[at + 1] === LF) at += 1
      from = at + 1
      this.#ends.push(this.#start + from)
    }
    this.#start += from
    this.#rest = bytes.subarray(from)
    this.#seen = Math.max(0, this.#rest.at(-1) === CR ? this.#rest.length - 1 : this.#rest.length)
  }

  /** The eldest lines, at most so many, and where the last of them ends; null where there is none. */
  take(most: number): { readonly lines: readonly string[]; readonly end: number } | null {
    const count = Math.min(most, this.ready)
    const end = this.#ends[this.#next + count - 1]
    if (count === 0 || end === undefined) return null
    const lines = this.#lines.slice(this.#next, this.#next + count)
    this.#next += count
    if (this.ready === 0) this.#lines.length = this.#ends.length = this.#next = 0
    return { lines, end }
  }
}
