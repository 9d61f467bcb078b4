// Points in time in the five shapes that TimestampConverter knows; in between they are milliseconds since 1970.
import { DATE, DataError, date, primitive, shown, TIME, time, TIMESTAMP, timestamp, type Schema } from '@rowbridge/api'
import { javaClassOf } from './java-class.js'
import { integerOf } from './numbers.js'
import { compileDateFormat } from './simple-date-format.js'

export const TARGETS: readonly string[] = ['string', 'unix', 'Date', 'Time', 'Timestamp']
/** Units of one millisecond, where they are smaller; for larger ones a fraction. */
export const PRECISIONS: Readonly<Record<string, number>> = {
  nanoseconds: 1_000_000,
  microseconds: 1000,
  milliseconds: 1,
  seconds: 0.001,
}
const MILLIS_OF_DAY = 86_400_000
type Shape = 'string' | 'unix' | 'Date' | 'Time' | 'Timestamp'

export interface Targeting {
  readonly target: Shape
  readonly format: string
  readonly precision: string
}

type Convert = (value: unknown) => unknown

export function targetSchema({ target }: Targeting, optional: boolean): Schema {
  switch (target) {
    case 'string':
      return primitive('string', { optional })
    case 'unix':
      return primitive('int64', { optional })
    case 'Date':
      return date({ optional })
    case 'Time':
      return time({ optional })
    case 'Timestamp':
      return timestamp({ optional })
  }
}

/** The function from a value of the schema that is not null to one of the target. */
export function compileInstant(schema: Schema, targeting: Targeting): Convert {
  const shape = shapeOf(schema)
  if (shape === null) {
    return (value) => {
      const text = `Schema ${schema.name ?? schema.type.toUpperCase()} does not correspond to a known timestamp type format`
      throw new DataError('not-an-instant', `${text}: ${shown(value)}`, {
        hint: 'Convert text, 64-bit integers, dates and times only.',
      })
    }
  }
  const [toMillis, ofMillis] = [compileReading(shape, targeting), compileWriting(targeting)]
  return (value) => ofMillis(toMillis(value))
}

/** Without a schema, numbers are counted as unix time, and text is read. */
export function compileSchemalessInstant(targeting: Targeting): Convert {
  const ofMillis = compileWriting(targeting)
  const [ofText, ofNumber] = [compileReading('string', targeting), compileReading('unix', targeting)]
  return (value) => {
    if (typeof value === 'string') return ofMillis(ofText(value))
    if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)))
      return ofMillis(ofNumber(value))
    const text = `TimestampConverter does not support class ${javaClassOf(null, value)} objects as timestamps`
    throw new DataError('not-an-instant', text, { hint: 'Convert text and whole numbers only.' })
  }
}

function shapeOf({ name, type }: Schema): Shape | null {
  if (name === TIMESTAMP) return 'Timestamp'
  if (name === DATE) return 'Date'
  if (name === TIME) return 'Time'
  if (type === 'string') return 'string'
  return type === 'int64' ? 'unix' : null
}

function compileReading(shape: Shape, { format, precision }: Targeting): (value: unknown) => number {
  switch (shape) {
    case 'string': {
      if (format.trim() === '') return (value) => unreadable(String(value), format)
      const { parse } = compileDateFormat(format)
      return (value) => parse(String(value)) ?? unreadable(String(value), format)
    }
    case 'unix': {
      const units = PRECISIONS[precision] ?? 1
      if (units === 1) return Number
      if (units < 1) return (value) => Number(value) * 1000
      return (value) =>
        typeof value === 'bigint' ? Number(value / BigInt(units)) : Math.trunc((value as number) / units)
    }
    case 'Date':
      return (value) => Number(value) * MILLIS_OF_DAY
    case 'Time':
    case 'Timestamp':
      return Number
  }
}

function compileWriting({ target, format, precision }: Targeting): (millis: number) => unknown {
  switch (target) {
    case 'string':
      return compileDateFormat(format).format
    case 'unix': {
      const units = PRECISIONS[precision] ?? 1
      if (units === 1) return (millis) => millis
      if (units < 1) return (millis) => Math.trunc(millis / 1000)
      return (millis) => {
        const count = millis * units
        return Number.isSafeInteger(count) ? count : integerOf(BigInt(millis) * BigInt(units))
      }
    }
    case 'Date':
      return (millis) => Math.floor(millis / MILLIS_OF_DAY)
    case 'Time':
      return (millis) => ((millis % MILLIS_OF_DAY) + MILLIS_OF_DAY) % MILLIS_OF_DAY
    case 'Timestamp':
      return (millis) => millis
  }
}

function unreadable(value: string, format: string): never {
  const text = `Could not parse timestamp: value (${value}) does not match pattern (${format})`
  throw new DataError('unreadable-timestamp', text, { hint: 'Set format to the pattern in which the text is written.' })
}
