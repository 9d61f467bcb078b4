// ExtractField: a field takes the place of the key or value it is in.
import { DataError, defineConfig, defineTransform, type Row, type Schema } from '@rowbridge/api'
import { compilePath, fieldAt, memberAt, pathProblem, stepsOf } from './field-path.js'
import { requireMap, requireRow } from './forms.js'
import { REPLACE_NULL } from './keys.js'
import { kafkaTransform } from './names.js'

const PURPOSE = 'field extraction'

export const extractField = defineTransform(
  kafkaTransform('ExtractField'),
  defineConfig(
    {
      field: { type: 'string', importance: 'medium', doc: 'Name of the field, or path to it.' },
      'field.syntax.version': {
        type: 'enum',
        values: ['V1', 'V2'],
        default: 'V1',
        importance: 'high',
        doc: '`V1`: the field is a name. `V2`: it is a path, `outer.inner`, with backticks around names that have dots.',
      },
      ...REPLACE_NULL,
    },
    [
      (config) => {
        const message = config['field.syntax.version'] === 'V2' ? pathProblem(config.field) : null
        return message === null ? [] : [{ key: 'field', message }]
      },
    ],
  ),
  ({ field, 'field.syntax.version': version, 'replace.null.with.default': replacesNull }) => {
    const parsed = version === 'V2' ? stepsOf(field) : [field]
    const steps = typeof parsed === 'string' ? [field] : parsed
    return (schema) => {
      if (schema === null) {
        const value = (given: unknown) => (given === null ? null : memberAt(requireMap(given, PURPOSE), steps))
        return { schema: null, value }
      }
      const found = schema.type === 'struct' ? fieldAt(schema, steps) : null
      if (found === null) return { schema, value: (given) => refuse(schema, given, field) }
      const read = compilePath(schema, steps, replacesNull)
      return { schema: found, value: (given) => (given === null ? null : read(given as Row)) }
    }
  },
)

function refuse(schema: Schema, given: unknown, field: string): never {
  if (schema.type !== 'struct' && given !== null) requireRow(given, schema, PURPOSE)
  throw new DataError('unknown-field', `Unknown field: ${field}`, {
    hint: `There are: ${schema.fields.map(({ name }) => name).join(', ')}.`,
  })
}
