// Connect's four logical types: a name on a primitive schema that gives its values a meaning.
import { primitive, type Schema, type SchemaOptions } from './schema.js'

export const DECIMAL = 'org.apache.kafka.connect.data.Decimal'
export const DATE = 'org.apache.kafka.connect.data.Date'
export const TIME = 'org.apache.kafka.connect.data.Time'
export const TIMESTAMP = 'org.apache.kafka.connect.data.Timestamp'

/** Parameter in which Connect's JDBC source tells the precision of a decimal column. */
export const DECIMAL_PRECISION = 'connect.decimal.precision'

/** Decimal of a fixed scale; values are text such as `'12.50'` with exactly that many digits after the point. */
export function decimal(scale: number, options: SchemaOptions & { readonly precision?: number } = {}): Schema {
  const { precision, ...rest } = options
  const parameters: Record<string, string> = { scale: String(scale), ...rest.parameters }
  if (precision !== undefined) parameters[DECIMAL_PRECISION] = String(precision)
  return primitive('bytes', { ...rest, name: DECIMAL, version: 1, parameters })
}

/** Days since 1970-01-01, proleptic Gregorian. */
export function date(options: SchemaOptions = {}): Schema {
  return primitive('int32', { ...options, name: DATE, version: 1 })
}

/** Milliseconds since midnight. */
export function time(options: SchemaOptions = {}): Schema {
  return primitive('int32', { ...options, name: TIME, version: 1 })
}

/** Milliseconds since 1970-01-01T00:00:00Z. */
export function timestamp(options: SchemaOptions = {}): Schema {
  return primitive('int64', { ...options, name: TIMESTAMP, version: 1 })
}

/** Scale of a decimal schema, or null where the schema is no decimal or tells none. */
export function scaleOf(schema: Schema): number | null {
  if (schema.name !== DECIMAL) return null
  const scale = Number(schema.parameters?.['scale'])
  return Number.isInteger(scale) ? scale : null
}
