// JSON text read with what JSON.parse loses: the spelling of numbers, and where each value and each mistake stands.
import { ConnectError } from './errors.js'

/** A place in a text, both counted from 1. */
export interface TextPlace {
  readonly line: number
  readonly column: number
}

export type JsonNode = TextPlace &
  (
    | {
        readonly kind: 'object'
        readonly members: readonly (readonly [string, JsonNode])[]
        /** Just after the closing brace. */
        readonly end: TextPlace
      }
    | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
    | { readonly kind: 'string'; readonly text: string }
    | { readonly kind: 'number' | 'boolean' | 'null'; readonly text: string }
  )

/** Text that is no JSON, and where it stops to be. */
export class JsonTextError extends ConnectError {
  readonly place: TextPlace

  constructor(message: string, place: TextPlace) {
    super('bad-json', message)
    this.place = place
  }
}

const SPACE = /[ \t\r\n]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /[\p{L}\p{N}_$]+/uy
const TOKENS = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

/** Deeper than this nothing is meant to be read: it would overflow the stack. */
const MOST_DEPTH = 1000

/** The first value of a JSON text; null when the text is blank. */
export function parseJsonText(text: string): JsonNode | null {
  const reader = new Reader(text)
  return reader.isBlank() ? null : reader.value()
}

class Reader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  isBlank(): boolean {
    this.#skip()
    return this.#at >= this.#text.length
  }

  value(): JsonNode {
    this.#skip()
    const place = this.#place()
    const char = this.#text[this.#at]
    if (char === undefined) throw new JsonTextError('Unexpected end-of-input', place)
    if (char === '{') return { kind: 'object', ...place, ...this.#deeper(() => this.#members(place)) }
    if (char === '[') return { kind: 'array', ...place, items: this.#deeper(() => this.#items(place)) }
    if (char === '"') return { kind: 'string', ...place, text: this.#string() }
    const number = this.#match(NUMBER)
    if (number !== null) return { kind: 'number', ...place, text: number }
    const word = this.#match(WORD)
    if (word === 'null') return { kind: 'null', ...place, text: word }
    if (word === 'true' || word === 'false') return { kind: 'boolean', ...place, text: word }
    if (word !== null) throw new JsonTextError(`Unrecognized token '${word}': was expecting ${TOKENS}`, this.#place())
    throw this.#unexpected('expected a valid value (JSON String, Number, Array, Object or token)')
  }

  #deeper<T>(read: () => T): T {
    this.#depth += 1
    if (this.#depth > MOST_DEPTH) {
      const message = `Document nesting depth (${this.#depth}) exceeds the maximum allowed (${MOST_DEPTH})`
      throw new JsonTextError(message, this.#place())
    }
    const value = read()
    this.#depth -= 1
    return value
  }

  #members(start: TextPlace): { members: (readonly [string, JsonNode])[]; end: TextPlace } {
    const members: (readonly [string, JsonNode])[] = []
    this.#at += 1
    for (let isFirst = true; ; isFirst = false) {
      if (!this.#hasNext('}', 'Object', isFirst ? start : null)) return { members, end: this.#place() }
      if (this.#text[this.#at] !== '"') throw this.#unexpected('was expecting double-quote to start field name')
      const name = this.#string()
      this.#expect(':', 'was expecting a colon to separate field name and value')
      members.push([name, this.value()])
    }
  }

  #items(start: TextPlace): JsonNode[] {
    const items: JsonNode[] = []
    this.#at += 1
    for (let isFirst = true; ; isFirst = false) {
      if (!this.#hasNext(']', 'Array', isFirst ? start : null)) return items
      items.push(this.value())
    }
  }

  /** Steps over the comma before a further entry, or over the close mark; `start` is given before the first entry. */
  #hasNext(close: string, kind: string, start: TextPlace | null): boolean {
    this.#skip()
    const char = this.#text[this.#at]
    if (char === undefined) throw this.#endOfInput(kind)
    if (char === close) {
      this.#at += 1
      return false
    }
    if (start !== null) return true
    if (char !== ',') throw this.#unexpected(`was expecting comma to separate ${kind} entries`)
    this.#at += 1
    this.#skip()
    if (this.#at >= this.#text.length) throw this.#endOfInput(kind)
    return true
  }

  #endOfInput(kind: string): JsonTextError {
    return new JsonTextError(`Unexpected end-of-input within/between ${kind} entries`, this.#place())
  }

  #expect(char: string, problem: string): void {
    this.#skip()
    if (this.#at >= this.#text.length) throw this.#endOfInput('Object')
    if (this.#text[this.#at] !== char) throw this.#unexpected(problem)
    this.#at += 1
  }

  #string(): string {
    let end = this.#at + 1
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1
    const quoted = this.#text.slice(this.#at, end + 1)
    if (end >= this.#text.length) {
      this.#at = this.#text.length
      throw new JsonTextError('Unexpected end-of-input: was expecting closing quote for a string value', this.#place())
    }
    try {
      const text = JSON.parse(quoted) as string
      this.#at = end + 1
      return text
    } catch {
      throw new JsonTextError('Illegal character or escape sequence in a string value', this.#place())
    }
  }

  #unexpected(problem: string): JsonTextError {
    const char = this.#text[this.#at] ?? ''
    const place = this.#place()
    return new JsonTextError(`Unexpected character ('${char}' (code ${char.codePointAt(0) ?? 0})): ${problem}`, place)
  }

  #skip(): void {
    this.#match(SPACE)
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? null
    this.#at += found?.length ?? 0
    return found
  }

  #place(): TextPlace {
    const before = this.#text.slice(0, this.#at)
    return { line: before.split('\n').length, column: this.#at - before.lastIndexOf('\n') }
  }
}
