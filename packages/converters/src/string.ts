// Kafka Connect's StringConverter: values as the text Java prints them, messages as optional strings.
import {
  byteColumn,
  bytesAt,
  compileDecimalText,
  DataError,
  DATE,
  DECIMAL,
  javaDouble,
  javaFloat,
  primitive,
  scaleOf,
  shown,
  TIME,
  TIMESTAMP,
  type ByteColumn,
  type Converter,
  type Props,
  type Schema,
  type SchemaAndValues,
} from '@rowbridge/api'
import { encodingOf, stringConfig } from './string-config.js'

const OPTIONAL_STRING = primitive('string', { optional: true })
const MILLIS_OF_DAY = 86_400_000
const MOST_MILLIS = 8.64e15

type TextOf = (value: unknown) => string

export function stringConverterOf(props: Props): Converter {
  const config = stringConfig.parse({ 'converter.type': 'value', ...props })
  const encoding = encodingOf(config['converter.encoding']) ?? 'utf8'
  return {
    encoder: (topic, schema) => {
      const textOf = schema === null ? plainText : compileText(schema)
      const toBytes = (value: unknown, index: number) =>
        value === null ? null : encoded(textOf(value), encoding, { topic, index })
      return Promise.resolve({ encode: (values) => byteColumn(values.map(toBytes)) })
    },
    decoder: (topic) => ({
      decode: (column) => Promise.resolve().then(() => [decoded(column, encoding, topic)]),
    }),
  }
}

function encoded(text: string, encoding: BufferEncoding, at: { topic: string; index: number }): Buffer {
  const bytes = Buffer.from(text, encoding)
  const isKept = encoding === 'ascii' ? /^[\0-\x7f]*$/.test(text) : bytes.toString(encoding) === text
  if (isKept) return bytes
  const message = `${at.topic}: ${shown(text)} has characters that ${encoding} cannot write`
  throw new DataError('invalid-text', message, { index: at.index, hint: 'Set converter.encoding to UTF-8.' })
}

function decoded(column: ByteColumn, encoding: BufferEncoding, topic: string): SchemaAndValues {
  const values = Array.from({ length: column.length }, (_, index) => {
    const bytes = bytesAt(column, index)
    if (bytes === null) return null
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const text = buffer.toString(encoding)
    if (buffer.equals(Buffer.from(text, encoding))) return text
    const message = `${topic}: not ${encoding} text: ${shown(text)}`
    throw new DataError('invalid-text', message, { index, hint: 'Set converter.encoding to what the producer writes.' })
  })
  return { schema: OPTIONAL_STRING, values }
}

/** The function from a value that is not null to its text. */
function compileText(schema: Schema): TextOf {
  switch (schema.type) {
    case 'struct':
      return structText(schema)
    case 'array': {
      const item = orNull(schema.valueSchema)
      return (value) => `[${(value as readonly unknown[]).map(item).join(', ')}]`
    }
    case 'map': {
      const [key, item] = [orNull(schema.keySchema), orNull(schema.valueSchema)]
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

/** Fields that are null are left out. */
function structText(schema: Schema): TextOf {
  const texts = schema.fields.map((field) => compileText(field.schema))
  return (value) => {
    const row = value as readonly unknown[]
    const members = schema.fields.map(({ name, index, schema: part }) => {
      const item = row[index] ?? part.default ?? null
      return item === null ? '' : `${name}=${texts[index]?.(item) ?? ''}`
    })
    return `Struct{${members.filter((member) => member !== '').join(',')}}`
  }
}

function orNull(schema: Schema | null): TextOf {
  const textOf = schema === null ? plainText : compileText(schema)
  return (value) => (value === null ? 'null' : textOf(value))
}

function mapText(map: ReadonlyMap<unknown, unknown>, key: TextOf, item: TextOf): string {
  return `{${[...map].map(([k, v]) => `${key(k)}=${item(v)}`).join(', ')}}`
}

/** Dates and times in ISO form, where Java prints a sentence in the zone of the machine. */
function instantText(schema: Schema): TextOf | null {
  if (schema.type === 'int64')
    return schema.name === TIMESTAMP ? (value) => isoText(Number(value)) ?? String(value) : null
  if (schema.name === DATE) {
    return (value) => isoText(Number(value) * MILLIS_OF_DAY)?.replace(/T.*/, '') ?? String(value)
  }
  if (schema.name !== TIME) return null
  return (value) =>
    value === MILLIS_OF_DAY ? '24:00:00.000' : (isoText(Number(value))?.slice(11, -1) ?? String(value))
}

/** Null beyond the years that a Date holds. */
function isoText(millis: number): string | null {
  return Math.abs(millis) <= MOST_MILLIS ? new Date(millis).toISOString() : null
}

function plainText(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')
  if (value instanceof Map) return mapText(value, orNull(null), orNull(null))
  if (Array.isArray(value)) return `[${value.map(orNull(null)).join(', ')}]`
  if (typeof value === 'object' && value !== null) return mapText(new Map(Object.entries(value)), String, orNull(null))
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return javaDouble(value)
  return String(value)
}
