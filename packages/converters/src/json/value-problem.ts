// Says why a value does not fit its schema, in one place for writing and reading. Called only once something is wrong.
import { DataError, DATE, DECIMAL, scaleOf, shown, TIME, TIMESTAMP, type Schema } from '@rowbridge/api'
import { unscaledOf } from '@rowbridge/api'

export const MOST_MILLIS_OF_DAY = 86_400_000
export const MOST_FLOAT = 3.4028235677973366e38

export const INTEGER_BITS: Readonly<Record<string, number>> = { int8: 8, int16: 16, int32: 32, int64: 64 }

/** Where a value was met. */
export interface Place {
  readonly topic: string
  readonly index: number
  /** Names of the fields from the outermost struct to the value; empty for the value itself. */
  readonly path: string
}

/** Null where there is neither a value nor permission to have none. */
export function nullProblem(schema: Schema, place: Place): DataError {
  const text = `Conversion error: null value for field that is required and has no default value (${kindOf(schema)})`
  return problem('null-in-required-field', place, text, 'Make the field optional or give it a default.')
}

/** A value that cannot be written with its schema. */
export function writeProblem(schema: Schema, value: unknown, place: Place): DataError {
  if (value === null) return nullProblem(schema, place)
  const decimal = decimalProblem(schema, value, place)
  if (decimal !== null) return decimal
  if (isOutOfRange(schema, value)) {
    return problem(
      'value-out-of-range',
      place,
      `${shown(value)} does not fit ${kindOf(schema)}`,
      rangeHint(schema, value),
    )
  }
  const text = `Invalid type for ${kindOf(schema)}: ${typeName(value)} ${shown(value)}`
  return problem('wrong-type', place, text, `A value of this schema is ${jsType(schema)}.`)
}

export function problem(code: string, place: Place, text: string, hint: string): DataError {
  const where = place.path === '' ? place.topic : `${place.topic}, field ${place.path}`
  return new DataError(code, `${where}: ${text}`, { hint, index: place.index })
}

function decimalProblem(schema: Schema, value: unknown, place: Place): DataError | null {
  if (schema.type !== 'bytes' || schema.name !== DECIMAL) return null
  const scale = scaleOf(schema)
  if (scale === null) {
    return problem('invalid-schema', place, 'Decimal schema without a scale', 'Set the parameter scale of the schema.')
  }
  if (typeof value !== 'string' || unscaledOf(value, scale) !== 'other-scale') return null
  const text = `Decimal value has mismatching scale for given Decimal schema. Schema has scale ${scale}: ${shown(value)}`
  return problem(
    'decimal-scale',
    place,
    text,
    'Give the value exactly as many digits after the point as the schema says.',
  )
}

function isOutOfRange(schema: Schema, value: unknown): boolean {
  if (typeof value === 'bigint') return schema.type in INTEGER_BITS
  if (typeof value !== 'number') return false
  if (schema.type === 'float32') return true
  return schema.type in INTEGER_BITS && Number.isInteger(value)
}

function rangeHint(schema: Schema, value: unknown): string {
  if (schema.type === 'int64' && typeof value === 'number') return 'Beyond the safe integers a value must be a bigint.'
  if (schema.type === 'int32' && schema.name === TIME) return 'A time of day has 0 to 86400000 milliseconds.'
  return 'Widen the type of the field.'
}

/** The schema's type, and its meaning where it has one. */
export function kindOf(schema: Schema): string {
  const logical = [DECIMAL, DATE, TIME, TIMESTAMP].find((name) => name === schema.name)
  return logical === undefined ? schema.type.toUpperCase() : logical.slice(logical.lastIndexOf('.') + 1)
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value !== 'object' || value === null) return typeof value
  return value.constructor?.name ?? 'object'
}

function jsType(schema: Schema): string {
  if (schema.type === 'bytes' && schema.name === DECIMAL) return "a decimal text such as '12.50'"
  switch (schema.type) {
    case 'int64':
      return 'a whole number or a bigint'
    case 'int8':
    case 'int16':
    case 'int32':
      return 'a whole number'
    case 'float32':
    case 'float64':
      return 'a number'
    case 'boolean':
    case 'string':
      return `a ${schema.type}`
    case 'bytes':
      return 'a Uint8Array'
    case 'array':
      return 'an array'
    case 'map':
      return 'a Map'
    case 'struct':
      return 'an array with one value per field'
  }
}
