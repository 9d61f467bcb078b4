// JSON that keeps 64-bit integers: numbers while they are safe, bigint beyond.

export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [key: string]: Json }

const LONG_INTEGER = /\d{16}/
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** Compact JSON text; bigint as a plain integer. */
export function stringifyJson(value: Json): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object') return JSON.stringify(value)
  if (value === null) return 'null'
  if (Array.isArray(value)) return `[${value.map((item: Json) => stringifyJson(item)).join(',')}]`
  const members = Object.entries(value as { readonly [key: string]: Json })
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${stringifyJson(item)}`).join(',')}}`
}

/** Parses JSON text; an integer beyond the safe range becomes a bigint. Throws SyntaxError as JSON.parse does. */
export function parseJson(text: string): Json {
  const parsed = JSON.parse(text) as Json
  if (!LONG_INTEGER.test(text)) return parsed
  const marked = markLongIntegers(text)
  return marked === text ? parsed : (JSON.parse(marked, unmark) as Json)
}

const MARK = '\u0000int:'

function unmark(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value
}

/** Valid JSON with each unsafe integer put into a marked string. */
function markLongIntegers(text: string): string {
  let out = ''
  let at = 0
  while (at < text.length) {
    const char = text[at]
    if (char === '"') {
      const end = endOfString(text, at)
      out += text.slice(at, end)
      at = end
      continue
    }
    NUMBER.lastIndex = at
    const number = NUMBER.exec(text)?.[0]
    if (number === undefined) {
      out += char
      at += 1
      continue
    }
    const isUnsafe = /^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number))
    out += isUnsafe ? JSON.stringify(MARK + number) : number
    at += number.length
  }
  return out
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}
