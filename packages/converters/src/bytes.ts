// Kafka Connect's ByteArrayConverter: bytes pass as they are.
import { byteColumn, bytesAt, DataError, DECIMAL, primitive, shown, type Converter, type Schema } from '@rowbridge/api'

const OPTIONAL_BYTES = primitive('bytes', { optional: true })

export function byteArrayConverterOf(): Converter {
  return {
    encoder: (topic, schema) =>
      Promise.resolve({
        encode: (values) => {
          if (schema !== null && (schema.type !== 'bytes' || schema.name === DECIMAL)) throw wrongSchema(topic, schema)
          return byteColumn(values.map((value, index) => bytesOf(value, topic, index)))
        },
      }),
    decoder: () => ({
      decode: (column) => {
        const values = Array.from({ length: column.length }, (_, i) => bytesAt(column, i))
        return Promise.resolve([{ schema: OPTIONAL_BYTES, values }])
      },
    }),
  }
}

function wrongSchema(topic: string, schema: Schema): DataError {
  const text = `${topic}: Invalid schema type for ByteArrayConverter: ${schema.type.toUpperCase()}`
  return new DataError('wrong-type', text, { index: 0, hint: 'Use a converter that writes values of this type.' })
}

function bytesOf(value: unknown, topic: string, index: number): Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value
  const text = `${topic}: ByteArrayConverter is not compatible with objects of type ${typeof value}: ${shown(value)}`
  throw new DataError('wrong-type', text, { index, hint: 'Use a converter that writes values of this type.' })
}
