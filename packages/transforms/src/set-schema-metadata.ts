// SetSchemaMetadata: the schema gets another name or version.
import { defineConfig, defineTransform, withOptions } from '@rowbridge/api'
import { schemaRequired } from './forms.js'
import { REPLACE_NULL } from './keys.js'
import { kafkaTransform } from './names.js'

export const setSchemaMetadata = defineTransform(
  kafkaTransform('SetSchemaMetadata'),
  defineConfig(
    {
      'schema.name': { type: 'string', default: null, importance: 'high', doc: 'New name of the schema.' },
      'schema.version': { type: 'int', default: null, importance: 'high', doc: 'New version of the schema.' },
      ...REPLACE_NULL,
    },
    [
      (config) =>
        config['schema.name'] === null && config['schema.version'] === null
          ? [{ key: 'schema.name', message: 'Neither schema name nor version configured' }]
          : [],
    ],
  ),
  ({ 'schema.name': name, 'schema.version': version }) =>
    (schema) => {
      if (schema === null) {
        return { schema: null, row: refuse }
      }
      const options = { ...(name === null ? {} : { name }), ...(version === null ? {} : { version }) }
      return { schema: withOptions(schema, options), value: (value) => value }
    },
)

function refuse(): never {
  throw schemaRequired('updating schema metadata')
}
