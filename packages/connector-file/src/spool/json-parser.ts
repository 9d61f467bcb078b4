// Finds the objects of a JSON file, as they come: one after another, on lines of their own or not, or in one array.
import { JsonTextError, parseJsonText, shown, type JsonNode } from '@rowbridge/api'
import { LineError, MOST_RECORD_BYTES, type Found, type RecordParser } from './record-parser.js'

const [QUOTE, BACKSLASH, OPEN, CLOSE, BEGIN, END, COMMA, LF] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x0a]
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d])
const BOM = '\ufeff'
const HINT = 'Write one JSON object after another, on lines of their own, or one array of objects.'

export class JsonParser implements RecordParser<JsonNode> {
  readonly found: Found<JsonNode>[] = []
  #isFirst = true
  #isArray = false
  /** Bytes of the object that is open, from chunks before. */
  #pieces: Buffer[] = []
  #size = 0
  #depth = 0
  #isText = false
  #isEscaped = false
  #line = 1
  #startLine = 1
  #bytes = 0
  #index = 0

  write(chunk: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#add(chunk)
      resolve()
    })
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#depth > 0) throw new LineError(this.#startLine, 'an object begins here and has no end', HINT)
      resolve()
    })
  }

  #add(chunk: Buffer): void {
    let start = this.#depth > 0 ? 0 : -1
    let at = this.#isFirst && chunk.toString('utf8', 0, 3) === BOM ? 3 : 0
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0
      if (byte === LF) this.#line += 1
      if (this.#depth === 0) {
        if (this.#isBetween(byte)) continue
        if (byte !== OPEN)
          throw new LineError(this.#line, `${shown(chunk.toString('utf8', at, at + 20))} begins no object`, HINT)
        start = at
        this.#startLine = this.#line
      }
      this.#step(byte)
      if (this.#depth > 0) continue
      this.#finish(chunk.subarray(start, at + 1), this.#bytes + at + 1)
      start = -1
    }
    if (start >= 0) this.#keep(chunk.subarray(start))
    this.#bytes += chunk.length
  }

  /** Blanks, and what belongs to an array around the objects. */
  #isBetween(byte: number): boolean {
    if (BLANKS.has(byte)) return true
    const isFirst = this.#isFirst
    this.#isFirst = false
    if (isFirst && byte === BEGIN) return (this.#isArray = true)
    return this.#isArray && (byte === COMMA || byte === END)
  }

  #step(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (this.#isText) {
      if (byte === BACKSLASH) this.#isEscaped = true
      else if (byte === QUOTE) this.#isText = false
    } else if (byte === QUOTE) this.#isText = true
    else if (byte === OPEN || byte === BEGIN) this.#depth += 1
    else if (byte === CLOSE || byte === END) this.#depth -= 1
  }

  #keep(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#size += piece.length
    if (this.#size > MOST_RECORD_BYTES)
      throw new LineError(this.#startLine, `an object has more than ${MOST_RECORD_BYTES} bytes`, HINT)
  }

  #finish(last: Buffer, end: number): void {
    const text = Buffer.concat([...this.#pieces, last]).toString('utf8')
    this.#pieces = []
    this.#size = 0
    this.found.push({ data: this.#parsed(text), line: this.#startLine, index: this.#index, end })
    this.#index += 1
  }

  #parsed(text: string): JsonNode {
    try {
      return parseJsonText(text) as JsonNode
    } catch (error) {
      if (!(error instanceof JsonTextError)) throw error
      throw new LineError(this.#startLine + error.place.line - 1, error.message, HINT)
    }
  }
}
