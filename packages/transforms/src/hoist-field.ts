// HoistField: the key or value becomes the one field of a struct, or of a map.
import { DataError, defineConfig, defineTransform, struct } from '@rowbridge/api'
import { kafkaTransform } from './names.js'

export const hoistField = defineTransform(
  kafkaTransform('HoistField'),
  defineConfig({ field: { type: 'string', importance: 'medium', doc: 'Name of the one field.' } }),
  ({ field }) =>
    (schema) => {
      if (schema === null) return { schema: null, value: (given) => ({ [field]: given }) }
      const isNeeded = !schema.optional
      const value = (given: unknown) => {
        if (given === null && isNeeded) {
          const text = `Invalid value: null used for required field: "${field}", schema type: ${schema.type.toUpperCase()}`
          throw new DataError('null-in-required-field', text, { hint: 'Filter tombstones out before HoistField.' })
        }
        return [given]
      }
      return { schema: struct([{ name: field, schema }]), value }
    },
)
