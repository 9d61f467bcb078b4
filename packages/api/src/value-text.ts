// Values as the text Kafka Connect's own conversions give them, as in headers and in casts to text. `parseValue` reads it.
import { bigDecimalText, unscaledOf } from './decimal-text.js'
import { javaDouble, javaFloat } from './java-double.js'
import { DATE, DECIMAL, scaleOf, TIME, TIMESTAMP } from './logical.js'
import type { Schema } from './schema.js'

const MILLIS_OF_DAY = 86_400_000
const MOST_MILLIS = 8.64e15

type TextOf = (value: unknown) => string

/**
 * The function from a value that is not null to its text: `1.0E7`, `[1,"a"]`, `{"a":1}`, `2019-08-23`. Text stands bare, and
 * quoted within other values; bytes are base64.
 */
export function compileValueText(schema: Schema | null): TextOf {
  return schema?.type === 'string' ? String : compileText(schema)
}

function compileText(schema: Schema | null): TextOf {
  switch (schema?.type) {
    case undefined:
      return plainText
    case 'struct':
      return structText(schema)
    case 'array': {
      const item = embedded(schema.valueSchema)
      return (value) => `[${(value as readonly unknown[]).map(item).join(',')}]`
    }
    case 'map': {
      const [key, item] = [embedded(schema.keySchema), embedded(schema.valueSchema)]
      return (value) => mapText(value as ReadonlyMap<unknown, unknown>, key, item)
    }
    case 'float32':
      return (value) => javaFloat(Number(value))
    case 'float64':
      return (value) => javaDouble(Number(value))
    case 'bytes':
      return schema.name === DECIMAL ? compileDecimalText(scaleOf(schema) ?? 0) : plainText
    case 'int32':
    case 'int64':
      return instantText(schema) ?? String
    case 'int8':
    case 'int16':
    case 'boolean':
    case 'string':
      return String
  }
}

function embedded(schema: Schema | null): TextOf {
  const textOf = schema?.type === 'string' ? (value: unknown) => quoted(String(value)) : compileText(schema)
  return (value) => {
    if (value === null) return 'null'
    return schema === null && typeof value === 'string' ? quoted(value) : textOf(value)
  }
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function structText(schema: Schema): TextOf {
  const texts = schema.fields.map((field) => embedded(field.schema))
  return (value) => {
    const row = value as readonly unknown[]
    const members = schema.fields.map(({ name, index, schema: part }) => {
      const text = texts[index]?.(row[index] ?? part.default ?? null) ?? 'null'
      return `${quoted(name)}:${text}`
    })
    return `{${members.join(',')}}`
  }
}

function mapText(map: ReadonlyMap<unknown, unknown>, key: TextOf, item: TextOf): string {
  return `{${[...map].map(([k, v]) => `${key(k)}:${item(v)}`).join(',')}}`
}

/** How Java prints decimals of a scale. */
export function compileDecimalText(scale: number): (value: unknown) => string {
  return (value) => {
    const unscaled = unscaledOf(String(value), scale)
    return typeof unscaled === 'bigint' ? bigDecimalText(unscaled, scale) : String(value)
  }
}

function instantText(schema: Schema): TextOf | null {
  if (schema.type === 'int64') return schema.name === TIMESTAMP ? (value) => instantOf(Number(value)) : null
  if (schema.name === DATE) return (value) => instantOf(Number(value) * MILLIS_OF_DAY)
  return schema.name === TIME ? (value) => instantOf(Number(value)) : null
}

/** In UTC: a time within the first day, a date where the day is whole, else both. The number beyond the years of a Date. */
export function instantOf(millis: number): string {
  if (Math.abs(millis) > MOST_MILLIS) return String(millis)
  const text = new Date(millis).toISOString()
  if (millis < MILLIS_OF_DAY) return text.slice(text.indexOf('T') + 1)
  return millis % MILLIS_OF_DAY === 0 ? text.slice(0, text.indexOf('T')) : text
}

/** What a value without a schema is in JavaScript says what it is. */
function plainText(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')
  if (value instanceof Map) return mapText(value, embedded(null), embedded(null))
  if (Array.isArray(value)) return `[${value.map(embedded(null)).join(',')}]`
  if (typeof value === 'object' && value !== null)
    return mapText(new Map(Object.entries(value)), embedded(null), embedded(null))
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return javaDouble(value)
  return String(value)
}
