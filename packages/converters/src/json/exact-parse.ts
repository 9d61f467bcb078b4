// JSON text to values without loss: for the few messages with numbers that a float64 does not hold. JSON.parse has
// accepted the text before, so nothing is checked here.

/** A number literal that is no safe integer and may have more digits than a float64. */
export class NumberLiteral {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Literals shorter than this are held exactly enough by a float64: it has 15 digits. */
const SHORT = 16
const INTEGER = /^-?\d+$/
const END_OF_NUMBER = /[^0-9+\-.eE]/g

/** As JSON.parse, but whole numbers beyond the safe integers are bigint and other long numbers are NumberLiteral. */
export function parseExactly(text: string): unknown {
  return readValue({ text, at: 0 })
}

interface Cursor {
  readonly text: string
  at: number
}

function readValue(cursor: Cursor): unknown {
  switch (nextCode(cursor)) {
    case 123:
      return readObject(cursor)
    case 91:
      return readArray(cursor)
    case 34:
      return readString(cursor)
    case 116:
      cursor.at += 4
      return true
    case 102:
      cursor.at += 5
      return false
    case 110:
      cursor.at += 4
      return null
    default:
      return readNumber(cursor)
  }
}

/** The next character that is no white space; it stays unread. */
function nextCode(cursor: Cursor): number {
  let code = cursor.text.charCodeAt(cursor.at)
  while (code === 32 || code === 10 || code === 13 || code === 9) {
    cursor.at += 1
    code = cursor.text.charCodeAt(cursor.at)
  }
  return code
}

function readObject(cursor: Cursor): Record<string, unknown> {
  const members: [string, unknown][] = []
  cursor.at += 1
  while (nextCode(cursor) !== 125) {
    if (nextCode(cursor) === 44) cursor.at += 1
    nextCode(cursor)
    const name = readString(cursor)
    nextCode(cursor)
    cursor.at += 1
    members.push([name, readValue(cursor)])
  }
  cursor.at += 1
  return Object.fromEntries(members)
}

function readArray(cursor: Cursor): unknown[] {
  const items: unknown[] = []
  cursor.at += 1
  while (nextCode(cursor) !== 93) {
    if (nextCode(cursor) === 44) cursor.at += 1
    items.push(readValue(cursor))
  }
  cursor.at += 1
  return items
}

function readString(cursor: Cursor): string {
  const start = cursor.at
  let end = cursor.text.indexOf('"', start + 1)
  const backslash = cursor.text.lastIndexOf('\\', end)
  if (backslash <= start) {
    cursor.at = end + 1
    return cursor.text.slice(start + 1, end)
  }
  end = start + 1
  for (let code = cursor.text.charCodeAt(end); code !== 34; code = cursor.text.charCodeAt(end))
    end += code === 92 ? 2 : 1
  cursor.at = end + 1
  return JSON.parse(cursor.text.slice(start, end + 1)) as string
}

function readNumber(cursor: Cursor): number | bigint | NumberLiteral {
  END_OF_NUMBER.lastIndex = cursor.at
  const end = END_OF_NUMBER.exec(cursor.text)?.index ?? cursor.text.length
  const literal = cursor.text.slice(cursor.at, end)
  cursor.at = end
  const value = Number(literal)
  if (Number.isSafeInteger(value) && literal.length < SHORT) return value
  if (INTEGER.test(literal)) return Number.isSafeInteger(value) ? value : BigInt(literal)
  const isShort = literal.length < SHORT && Number.isFinite(value) && !Number.isInteger(value)
  return isShort ? value : new NumberLiteral(literal)
}
