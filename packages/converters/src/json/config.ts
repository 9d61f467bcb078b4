// The keys of the JSON converter, named as Kafka Connect names them.
import { defineConfig, type Config } from '@rowbridge/api'

export const jsonConfig = defineConfig({
  'converter.type': {
    type: 'enum',
    values: ['key', 'value', 'header'],
    importance: 'low',
    width: 'none',
    doc: 'What is converted: `key`, `value` or `header`. Supplied by the worker; it changes nothing in the format.',
  },
  'schemas.enable': {
    type: 'boolean',
    default: true,
    importance: 'high',
    group: 'Schemas',
    width: 'medium',
    displayName: 'Enable Schemas',
    doc: 'Whether each message carries its schema: `{"schema":…,"payload":…}`. Without it, messages are plain JSON and a sink has no types to go by.',
  },
  'schemas.cache.size': {
    type: 'int',
    default: 1000,
    min: 0,
    importance: 'high',
    group: 'Schemas',
    width: 'medium',
    displayName: 'Schema Cache Size',
    doc: 'How many different schemas of one topic are recognised by their bytes when reading. Any number gives the same values.',
  },
  'decimal.format': {
    type: 'enum',
    values: ['BASE64', 'NUMERIC'],
    default: 'BASE64',
    importance: 'low',
    group: 'Serialization',
    width: 'none',
    displayName: 'Decimal Format',
    doc: 'How decimals are written: `BASE64` of their unscaled bytes, or `NUMERIC` as JSON numbers. Both are read.',
  },
  'replace.null.with.default': {
    type: 'boolean',
    default: true,
    importance: 'low',
    group: 'Serialization',
    width: 'none',
    displayName: 'Replace null with default',
    doc: 'Whether null becomes the default of its schema, where it has one, when writing and when reading.',
  },
})

export type JsonConfig = Config<typeof jsonConfig.keys>
