// Encoders of one topic, compiled once per schema.
import type { Converter, Encoder, Schema } from '@rowbridge/api'

export type EncoderOf = (schema: Schema | null) => Promise<Encoder>

/** Encoders of one topic, compiled when their schema is first seen. */
export function encodersOf(converter: Converter, topic: string): EncoderOf {
  const compiled = new WeakMap<Schema, Promise<Encoder>>()
  let schemaless: Promise<Encoder> | null = null
  return (schema) => {
    if (schema === null) return (schemaless ??= converter.encoder(topic, null))
    let encoder = compiled.get(schema)
    if (encoder === undefined) {
      encoder = converter.encoder(topic, schema)
      compiled.set(schema, encoder)
      encoder.catch(() => compiled.delete(schema))
    }
    return encoder
  }
}
