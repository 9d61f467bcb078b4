// Text to values, by schema. A text that is no value of its type is told, never bent.
import { DATE, decimalOfLiteral, scaleOf, shown, TIME, TIMESTAMP, type Schema } from '@rowbridge/api'
import { compileInstant } from './instant.js'

/** A value is not one of its schema; whoever knows the field tells its name. */
export class BadValue extends Error {}

export interface TimeRules {
  readonly zone: string
  readonly formats: readonly string[]
}

export type Cell = (text: string) => unknown

const DAY = 86_400_000
const BITS: Readonly<Record<string, number>> = { int8: 8, int16: 16, int32: 32, int64: 64 }
const SPECIAL: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}
const ISO_TIMES = [
  "yyyy-MM-dd'T'HH:mm:ssX",
  "yyyy-MM-dd'T'HH:mm:ss.SSSX",
  "yyyy-MM-dd'T'HH:mm:ss.SSS",
  "yyyy-MM-dd' 'HH:mm:ss.SSS",
]

/** The function from a text to a value; it throws BadValue. */
export function compileCell(schema: Schema, times: TimeRules): Cell {
  const own = compileType(schema, times)
  if (schema.type === 'string') return own
  return (text) => (text.trim() === '' ? absent(schema) : own(text.trim()))
}

/** What stands for a value that is not there. */
export function absent(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default
  if (schema.optional) return null
  throw new BadValue('the value is missing, and the schema wants one')
}

function compileType(schema: Schema, times: TimeRules): Cell {
  const scale = scaleOf(schema)
  if (scale !== null) return (text) => decimalOf(text, scale)
  if (schema.name === TIMESTAMP) return compileTimes([...times.formats, ...ISO_TIMES, 'yyyy-MM-dd'], times.zone)
  if (schema.name === DATE) return compileDate(times)
  if (schema.name === TIME) return compileTimeOfDay(times)
  switch (schema.type) {
    case 'string':
      return (text) => text
    case 'boolean':
      return booleanOf
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return compileInteger(BITS[schema.type] ?? 64, schema.type)
    case 'float32':
      return (text) => Math.fround(doubleOf(text))
    case 'float64':
      return doubleOf
    case 'bytes':
    case 'array':
    case 'map':
    case 'struct':
      return () => {
        throw new BadValue(`text cannot become ${schema.type}`)
      }
  }
}

function decimalOf(text: string, scale: number): string {
  const plain = text.replace(/^\+/, '')
  const found = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,4})?$/.test(plain) ? decimalOfLiteral(plain, scale) : null
  if (found !== null) return found
  throw new BadValue(`${shown(text)} is no decimal with at most ${scale} digits after the point`)
}

function booleanOf(text: string): boolean {
  const word = text.toLowerCase()
  if (word === 'true' || word === 'false') return word === 'true'
  throw new BadValue(`${shown(text)} is neither true nor false`)
}

function compileInteger(bits: number, type: string): Cell {
  return (text) => {
    if (!/^[+-]?\d{1,40}$/.test(text)) throw new BadValue(`${shown(text)} is no whole number`)
    const value = BigInt(text.replace(/^\+/, ''))
    if (BigInt.asIntN(bits, value) !== value) throw new BadValue(`${shown(text)} does not fit ${type}`)
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  }
}

function doubleOf(text: string): number {
  const special = SPECIAL[text]
  if (special !== undefined) return special
  const value = Number(text)
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) && Number.isFinite(value)) return value
  throw new BadValue(`${shown(text)} is no number`)
}

function compileTimes(formats: readonly string[], zone: string): (text: string) => number {
  const readers = formats.map((format) => compileInstant(format, zone))
  return (text) => {
    for (const read of readers) {
      const found = read(text)
      if (found !== null) return found
    }
    throw new BadValue(`${shown(text)} fits none of the patterns of parser.timestamp.date.formats`)
  }
}

/** A date has no zone: whatever the text says is the date. */
function compileDate({ formats }: TimeRules): Cell {
  const read = compileTimes([...formats, 'yyyy-MM-dd'], 'UTC')
  return (text) => Math.floor(read(text) / DAY)
}

function compileTimeOfDay({ formats }: TimeRules): Cell {
  const read = compileTimes([...formats, 'HH:mm:ss', 'HH:mm:ss.SSS', 'HH:mm'], 'UTC')
  return (text) => ((read(text) % DAY) + DAY) % DAY
}
