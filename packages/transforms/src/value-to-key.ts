// ValueToKey: fields of the value become the key.
import {
  DataError,
  defineBatchTransform,
  defineConfig,
  oncePerSchema,
  withIndex,
  type Row,
  type Schema,
} from '@rowbridge/api'
import { requireMap, requireRow } from './forms.js'
import { notEmptyList, REPLACE_NULL } from './keys.js'
import { kafkaTransform } from './names.js'
import { compilePick, schemaOfFields } from './rows.js'

const PURPOSE = 'copying fields from value to key'

export const valueToKey = defineBatchTransform(
  kafkaTransform('ValueToKey'),
  defineConfig({
    fields: {
      type: 'list',
      importance: 'high',
      check: notEmptyList,
      doc: 'Names of the fields of the value that make the key, in order.',
    },
    ...REPLACE_NULL,
  }),
  ({ fields, 'replace.null.with.default': replacesNull }) => {
    const keyOf = oncePerSchema((schema) =>
      schema === null
        ? { schema: null, read: (value: unknown) => keyOfMap(value, fields) }
        : keyOfStruct(schema, fields, replacesNull),
    )
    return {
      apply: (batch) => {
        const { schema, read } = keyOf(batch.value.schema)
        const keys: unknown[] = []
        let i = 0
        try {
          for (; i < batch.length; i += 1) keys.push(read(batch.value.values[i]))
        } catch (error) {
          throw withIndex(error, i)
        }
        return { ...batch, key: { schema, values: keys } }
      },
    }
  },
)

function keyOfMap(value: unknown, fields: readonly string[]): unknown {
  const members = requireMap(value, PURPOSE)
  return Object.fromEntries(fields.map((name) => [name, members[name] ?? null]))
}

function keyOfStruct(schema: Schema, names: readonly string[], replacesNull: boolean) {
  if (schema.type !== 'struct') return { schema, read: (value: unknown) => requireRow(value, schema, PURPOSE) }
  const fields = names.map((name) => schema.fields.find((field) => field.name === name) ?? name)
  const missing = fields.find((field) => typeof field === 'string')
  if (missing !== undefined) return { schema, read: (value: unknown) => refuse(schema, value, missing) }
  const found = fields.filter((field) => typeof field !== 'string')
  const pick = compilePick(found, replacesNull)
  return {
    schema: schemaOfFields(found, {}),
    read: (value: unknown) => pick(value === null ? requireRow(value, schema, PURPOSE) : (value as Row)),
  }
}

function refuse(schema: Schema, value: unknown, field: string): never {
  requireRow(value, schema, PURPOSE)
  throw new DataError('unknown-field', `Field does not exist: ${field}`, {
    hint: `There are: ${schema.fields.map(({ name }) => name).join(', ')}.`,
  })
}
