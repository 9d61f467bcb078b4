// Kafka Connect's converters of single values of a fixed width, big-endian: numbers and booleans.
import {
  byteColumn,
  bytesAt,
  DataError,
  primitive,
  shown,
  type ByteColumn,
  type Converter,
  type PrimitiveType,
  type Schema,
} from '@rowbridge/api'

/** How one type is laid out. */
export interface Layout {
  readonly type: PrimitiveType
  readonly width: number
  /** Null where the value is none of the type. */
  readonly write: (value: unknown) => Buffer | null
  /** Null where the bytes are none of the type. */
  readonly read: (bytes: Buffer) => unknown
}

/** The converter of a layout. */
export function fixedConverterOf({ type, width, write, read }: Layout): Converter {
  const schema = primitive(type, { optional: true })
  const kind = type.toUpperCase()
  return {
    encoder: (topic, given) =>
      Promise.resolve({
        encode: (values) => {
          checkSchema(topic, given, type)
          return byteColumn(
            values.map((value, index) => {
              if (value === null) return null
              const bytes = write(value)
              if (bytes !== null) return bytes
              const text = `${topic}: Failed to serialize to ${kind}: ${shown(value)}`
              throw new DataError('wrong-type', text, { index, hint: `A value of this converter is ${jsType(type)}.` })
            }),
          )
        },
      }),
    decoder: (topic) => ({
      decode: (column) =>
        new Promise((resolve) => {
          const values = Array.from({ length: column.length }, (_, index) => {
            const bytes = bufferAt(column, index)
            if (bytes === null) return null
            const value = bytes.length === width ? read(bytes) : null
            if (value !== null) return value
            const text = `${topic}: Failed to deserialize ${kind}: ${bytes.length} bytes, ${shown(bytes)}`
            const hint = `Such a message has ${width} bytes; use the converter that fits what the producer writes.`
            throw new DataError('wrong-width', text, { index, hint })
          })
          resolve([{ schema, values }])
        }),
    }),
  }
}

function checkSchema(topic: string, schema: Schema | null, type: PrimitiveType): void {
  if (schema === null || schema.type === type) return
  const text = `${topic}: Invalid schema type for this converter: ${schema.type.toUpperCase()}, not ${type.toUpperCase()}`
  throw new DataError('wrong-type', text, { index: 0, hint: 'Use a converter that writes values of this type.' })
}

function bufferAt(column: ByteColumn, index: number): Buffer | null {
  const bytes = bytesAt(column, index)
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

function jsType(type: PrimitiveType): string {
  if (type === 'boolean') return 'true or false'
  return type.startsWith('int') ? 'a whole number that fits its width' : 'a number'
}

function integer(type: PrimitiveType, width: number): Layout {
  const limit = 2 ** (width * 8 - 1)
  return {
    type,
    width,
    write: (value) => {
      if (typeof value !== 'number' || !Number.isInteger(value) || value < -limit || value >= limit) return null
      const bytes = Buffer.alloc(width)
      bytes.writeIntBE(value, 0, width)
      return bytes
    },
    read: (bytes) => bytes.readIntBE(0, width),
  }
}

const long: Layout = {
  type: 'int64',
  width: 8,
  write: (value) => {
    if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return null
    const whole = BigInt(value as bigint | number)
    if (BigInt.asIntN(64, whole) !== whole) return null
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(whole)
    return bytes
  },
  read: (bytes) => {
    const value = bytes.readBigInt64BE()
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  },
}

function floating(type: PrimitiveType, width: 4 | 8): Layout {
  return {
    type,
    width,
    write: (value) => {
      if (typeof value !== 'number') return null
      const bytes = Buffer.alloc(width)
      if (width === 4) bytes.writeFloatBE(value)
      else bytes.writeDoubleBE(value)
      return bytes
    },
    read: (bytes) => (width === 4 ? bytes.readFloatBE() : bytes.readDoubleBE()),
  }
}

const boolean: Layout = {
  type: 'boolean',
  width: 1,
  write: (value) => (typeof value === 'boolean' ? Buffer.from([value ? 1 : 0]) : null),
  read: (bytes) => (bytes[0] === 0 || bytes[0] === 1 ? bytes[0] === 1 : null),
}

/** By the name of the converter's class. */
export const LAYOUTS = {
  BooleanConverter: boolean,
  DoubleConverter: floating('float64', 8),
  FloatConverter: floating('float32', 4),
  IntegerConverter: integer('int32', 4),
  LongConverter: long,
  ShortConverter: integer('int16', 2),
} as const satisfies Readonly<Record<string, Layout>>
