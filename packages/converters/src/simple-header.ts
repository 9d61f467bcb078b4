// Kafka Connect's SimpleHeaderConverter: header values as text, read as the smallest type that the text can be.
import { compileValueText, oncePerSchema, parseValue, type HeaderConverter } from '@rowbridge/api'

export function simpleHeaderConverterOf(): HeaderConverter {
  const textOf = oncePerSchema(compileValueText)
  return {
    encode: (_topic, headers) =>
      Promise.resolve(
        headers.map(({ key, schema, value }) => ({
          key,
          value: value === null ? null : Buffer.from(textOf(schema)(value), 'utf8'),
        })),
      ),
    decode: (_topic, headers) =>
      Promise.resolve(
        headers.map(({ key, value }) => {
          if (value === null) return { key, schema: null, value: null }
          const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8')
          return { key, ...parseValue(text) }
        }),
      ),
  }
}
