// What a worker needs to know of the converters before it loads one.
import { defineConfig, type ConverterPlugin, type HeaderConverterPlugin } from '@rowbridge/api'
import { jsonConfig } from './json/config.js'
import type { LAYOUTS } from './numbers.js'
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

/** The key that the worker supplies to every converter; the converters below have no other. */
const plainConfig = defineConfig({
  'converter.type': {
    type: 'enum',
    values: ['key', 'value', 'header'],
    default: 'value',
    importance: 'low',
    width: 'none',
    doc: 'What is converted: `key`, `value` or `header`. Supplied by the worker; it changes nothing in the format.',
  },
})

const byteArrayConverter: ConverterPlugin = {
  type: 'converter',
  className: 'org.apache.kafka.connect.converters.ByteArrayConverter',
  version: VERSION,
  config: plainConfig,
  converter: async () => (await import('./bytes.js')).byteArrayConverterOf,
}

function fixedConverter(name: keyof typeof LAYOUTS): ConverterPlugin {
  return {
    type: 'converter',
    className: `org.apache.kafka.connect.converters.${name}`,
    version: VERSION,
    config: plainConfig,
    converter: async () => {
      const { fixedConverterOf, LAYOUTS: layouts } = await import('./numbers.js')
      return () => fixedConverterOf(layouts[name])
    },
  }
}

/** Kafka Connect's SimpleHeaderConverter. */
export const simpleHeaderConverter: HeaderConverterPlugin = {
  type: 'header_converter',
  className: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
  version: VERSION,
  config: plainConfig,
  headerConverter: async () => (await import('./simple-header.js')).simpleHeaderConverterOf,
}

/** Every converter of the package. */
export const builtInConverters: readonly (ConverterPlugin | HeaderConverterPlugin)[] = [
  jsonConverter,
  stringConverter,
  byteArrayConverter,
  fixedConverter('BooleanConverter'),
  fixedConverter('DoubleConverter'),
  fixedConverter('FloatConverter'),
  fixedConverter('IntegerConverter'),
  fixedConverter('LongConverter'),
  fixedConverter('ShortConverter'),
  simpleHeaderConverter,
]
