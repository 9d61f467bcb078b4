// Kafka Connect's JsonConverter: values with their schema as `{"schema":…,"payload":…}`, or plain JSON.
import type { Converter, Encoder, Props, Schema } from '@rowbridge/api'
import { jsonConfig } from './config.js'
import { jsonDecoder } from './decoder.js'
import { compileEncoder } from './encoder.js'
import { schemalessEncoder } from './schemaless.js'

export function jsonConverterOf(props: Props): Converter {
  const config = jsonConfig.parse({ 'converter.type': 'value', ...props })
  const compiled = new Map<string, WeakMap<Schema, Encoder>>()
  return {
    encoder: (topic, schema) => {
      if (schema === null) return Promise.resolve(schemalessEncoder(topic, config))
      const ofTopic = compiled.get(topic) ?? new WeakMap<Schema, Encoder>()
      compiled.set(topic, ofTopic)
      const encoder = ofTopic.get(schema) ?? compileEncoder(topic, schema, config)
      ofTopic.set(schema, encoder)
      return Promise.resolve(encoder)
    },
    decoder: (topic) => jsonDecoder(topic, config),
  }
}
