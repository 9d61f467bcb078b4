// What a worker needs to know of the converters before it loads one.
import type { ConverterPlugin } from '@rowbridge/api'
import { jsonConfig } from './json/config.js'
import { stringConfig } from './string-config.js'

const VERSION = '0.1.0'

/** Kafka Connect's JsonConverter. */
export const jsonConverter: ConverterPlugin = {
  type: 'converter',
  className: 'org.apache.kafka.connect.json.JsonConverter',
  version: VERSION,
  config: jsonConfig,
  converter: async () => (await import('./json/converter.js')).jsonConverterOf,
}

/** Kafka Connect's StringConverter. */
export const stringConverter: ConverterPlugin = {
  type: 'converter',
  className: 'org.apache.kafka.connect.storage.StringConverter',
  version: VERSION,
  config: stringConfig,
  converter: async () => (await import('./string.js')).stringConverterOf,
}

/** The keys of each converter, by the heading they have in CONFIG.md. */
export const converterConfigs = { JsonConverter: jsonConfig.keys, StringConverter: stringConfig.keys }
