// Reads text as Kafka Connect's own conversions do: the smallest type that holds it, text where it is nothing else.
import { decimalOfLiteral, decimalText } from './decimal-text.js'
import { date, decimal, time, timestamp } from './logical.js'
import { arrayOf, mapOf, primitive, type PrimitiveType, type Schema } from './schema.js'

export interface TypedValue {
  readonly schema: Schema | null
  readonly value: unknown
}

const TIME = /^\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const DATE = /^\d{4}-\d{2}-\d{2}$/
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const NUMBER = /^[+-]?(?:\d+(?:\.(\d*))?|\.\d+)(?:[eE]([+-]?\d{1,9}))?$/
const MILLIS_OF_DAY = 86_400_000
const TOKENS = /[[\]{}:,"]|(?:\\.|[^[\]{}:,"\\])+|\\/gsu
const DELIMITERS: ReadonlySet<string> = new Set(['[', ']', '{', '}', ':', ',', '"'])
/** Later ones hold whatever earlier ones hold. */
const NUMBERS: readonly string[] = ['int8', 'int16', 'int32', 'int64', 'float32', 'float64']
const STRING = primitive('string')
const NOTHING: TypedValue = { schema: null, value: null }

interface Cursor {
  readonly tokens: readonly string[]
  at: number
}

/** Thrown inside where text is no array or map after all. */
class NotThis extends Error {}

/** `1` is an int8, `1.5` a float32, `[1,300]` an array of int16, `2019-08-23` a date, `hello` a string. */
export function parseValue(text: string): TypedValue {
  const cursor = { tokens: text.match(TOKENS) ?? [], at: 0 }
  try {
    return parse(cursor, false) ?? { schema: STRING, value: text }
  } catch (error) {
    if (!(error instanceof NotThis)) throw error
    return { schema: STRING, value: text }
  }
}

/** Null where it is bare text, which is nothing by itself within an array or map. */
function parse(cursor: Cursor, isEmbedded: boolean): TypedValue | null {
  const token = cursor.tokens[cursor.at]
  if (token === undefined) return null
  if (isEmbedded && token === '"') return quotedString(cursor)
  const word = token.trim()
  cursor.at += 1
  if (word === '[') return array(cursor)
  if (word === '{') return map(cursor)
  if (word === 'null') return NOTHING
  if (word === 'true' || word === 'false') return { schema: primitive('boolean'), value: word === 'true' }
  const found = (/^\d/.test(word) ? instant(cursor, word) : null) ?? (/^[+\-\d]/.test(word) ? numberOf(word) : null)
  if (found === null && isEmbedded) throw new NotThis()
  return found
}

function quotedString(cursor: Cursor): TypedValue {
  let text = ''
  for (cursor.at += 1; cursor.tokens[cursor.at] !== '"'; cursor.at += 1) {
    const token = cursor.tokens[cursor.at]
    if (token === undefined) throw new NotThis()
    text += DELIMITERS.has(token) ? token : token.replaceAll(/\\(["\\])/g, '$1')
  }
  cursor.at += 1
  return { schema: STRING, value: text }
}

/** Times come in five tokens, as they have colons. */
function instant(cursor: Cursor, word: string): TypedValue | null {
  const whole = `${word}${cursor.tokens.slice(cursor.at, cursor.at + 4).join('')}`.trim()
  const found = instantOf(whole) ?? instantOf(word)
  if (found !== null && whole !== word) cursor.at += 4
  return found
}

function instantOf(escaped: string): TypedValue | null {
  const text = escaped.replaceAll('\\:', ':')
  if (TIME.test(text)) return at(time(), Date.parse(`1970-01-01T${text}`))
  if (DATE.test(text)) return at(date(), Date.parse(text) / MILLIS_OF_DAY)
  return TIMESTAMP.test(text) ? at(timestamp(), Date.parse(text)) : null
}

function at(schema: Schema, value: number): TypedValue | null {
  return Number.isNaN(value) ? null : { schema, value }
}

/** Whole numbers take the smallest integer type, fractions float32; what no float holds is a decimal. */
function numberOf(text: string): TypedValue | null {
  const found = NUMBER.exec(text)
  if (found === null) return null
  const [, fraction = '', exponent = '0'] = found
  const whole = decimalOfLiteral(text, 0)
  if (whole !== null && whole.length <= 20) {
    const value = BigInt(whole)
    const bits = [8, 16, 32, 64].find((candidate) => BigInt.asIntN(candidate, value) === value)
    if (bits !== undefined) return { schema: primitive(`int${bits}` as PrimitiveType), value: integerOf(value) }
  }
  const scale = fraction.length - Number(exponent)
  const value = Number(text)
  if (scale !== 0 && Number.isFinite(Math.fround(value)))
    return { schema: primitive('float32'), value: Math.fround(value) }
  if (scale !== 0 && Number.isFinite(value)) return { schema: primitive('float64'), value }
  const digits = BigInt(text.replace(/[eE].*/, '').replaceAll(/[+.]/g, ''))
  return { schema: decimal(scale), value: decimalText(digits, scale) }
}

function integerOf(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function array(cursor: Cursor): TypedValue {
  const items: TypedValue[] = []
  while (!takes(cursor, ']')) {
    if (items.length > 0 && !takes(cursor, ',')) throw new NotThis()
    items.push(part(cursor))
  }
  const schema = sharedSchema(items)
  return { schema: schema === null ? null : arrayOf(schema), value: items.map(({ value }) => value) }
}

function map(cursor: Cursor): TypedValue {
  const [keys, items]: [TypedValue[], TypedValue[]] = [[], []]
  while (!takes(cursor, '}')) {
    if (keys.length > 0 && !takes(cursor, ',')) throw new NotThis()
    keys.push(part(cursor))
    if (!takes(cursor, ':')) throw new NotThis()
    items.push(part(cursor))
  }
  const [keySchema, valueSchema] = [sharedSchema(keys), sharedSchema(items)]
  const entries = keys.map((key, i) => [key.value, items[i]?.value ?? null] as const)
  if (keySchema !== null && valueSchema !== null)
    return { schema: mapOf(keySchema, valueSchema), value: new Map(entries) }
  const isObject = entries.every(([key]) => typeof key === 'string')
  return { schema: null, value: isObject ? Object.fromEntries(entries as [string, unknown][]) : new Map(entries) }
}

function part(cursor: Cursor): TypedValue {
  while (cursor.tokens[cursor.at]?.trim() === '') cursor.at += 1
  const found = parse(cursor, true)
  if (found === null) throw new NotThis()
  return found
}

function takes(cursor: Cursor, delimiter: string): boolean {
  while (cursor.tokens[cursor.at]?.trim() === '') cursor.at += 1
  if (cursor.at >= cursor.tokens.length) throw new NotThis()
  if (cursor.tokens[cursor.at] !== delimiter) return false
  cursor.at += 1
  return true
}

/** The schema that holds all of them; null where there is none. */
function sharedSchema(items: readonly TypedValue[]): Schema | null {
  let shared: Schema | null = null
  for (const { schema, value } of items) {
    if (value === null && schema === null) continue
    if (schema === null) return null
    const wider: Schema | null = shared === null ? schema : widerOf(shared, schema)
    if (wider === null) return null
    shared = wider
  }
  return shared
}

function widerOf(a: Schema, b: Schema): Schema | null {
  if (a === b) return a
  const [rankA, rankB] = [NUMBERS.indexOf(a.type), NUMBERS.indexOf(b.type)]
  if (rankA < 0 || rankB < 0 || a.name !== null || b.name !== null) return null
  return rankA > rankB ? a : b
}
