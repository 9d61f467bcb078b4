// TimestampConverter: points in time between text, numbers and Connect's Date, Time and Timestamp.
import { defineConfig, defineTransform, struct, type Change, type Row, type Schema } from '@rowbridge/api'
import { requireMap, requireRow } from './forms.js'
import { REPLACE_NULL } from './keys.js'
import { kafkaTransform } from './names.js'
import { compileCopy, wholeOf } from './rows.js'
import { dateFormatProblem } from './simple-date-format.js'
import {
  compileInstant,
  compileSchemalessInstant,
  PRECISIONS,
  targetSchema,
  TARGETS,
  type Targeting,
} from './instants.js'

const PURPOSE = 'converting timestamp formats'

export const timestampConverter = defineTransform(
  kafkaTransform('TimestampConverter'),
  defineConfig(
    {
      field: {
        type: 'string',
        default: '',
        importance: 'high',
        doc: 'Field with the point in time; empty: the whole key or value is one.',
      },
      'target.type': {
        type: 'string',
        importance: 'high',
        check: (text) => (TARGETS.includes(text) ? null : `String must be one of: ${TARGETS.join(', ')}`),
        doc: 'What it becomes: `string`, `unix`, `Date`, `Time` or `Timestamp`.',
      },
      format: {
        type: 'string',
        default: '',
        importance: 'medium',
        check: dateFormatProblem,
        doc: 'Pattern of `java.text.SimpleDateFormat`, in UTC, to write text with and to read it with.',
      },
      'unix.precision': {
        type: 'string',
        default: 'milliseconds',
        importance: 'low',
        check: (text) => (text in PRECISIONS ? null : `String must be one of: ${Object.keys(PRECISIONS).join(', ')}`),
        doc: 'What a number counts: `seconds`, `milliseconds`, `microseconds` or `nanoseconds` since 1970.',
      },
      ...REPLACE_NULL,
    },
    [
      (config) =>
        config['target.type'] === 'string' && config.format.trim() === ''
          ? [
              {
                key: 'format',
                message: 'TimestampConverter requires format option to be specified when using string timestamps',
              },
            ]
          : [],
    ],
  ),
  ({ field, 'replace.null.with.default': replacesNull, ...config }) => {
    const targeting = {
      target: config['target.type'] as Targeting['target'],
      format: config.format,
      precision: config['unix.precision'],
    }
    const schemaless = compileSchemalessInstant(targeting)
    return (schema) => {
      if (schema === null) {
        if (field === '') return { schema: null, row: schemaless }
        const row = (given: unknown) => {
          const members = requireMap(given, PURPOSE)
          const value = members[field] ?? null
          return { ...members, [field]: value === null ? null : schemaless(value) }
        }
        return { schema: null, row }
      }
      if (field !== '') return fieldChange(schema, field, targeting, replacesNull)
      const convert = compileInstant(schema, targeting)
      const value = (given: unknown) => (given === null ? null : convert(given))
      return { schema: targetSchema(targeting, schema.optional), value }
    }
  },
)

function fieldChange(schema: Schema, name: string, targeting: Targeting, replacesNull: boolean): Change | null {
  if (schema.type !== 'struct') return { schema, row: (given) => requireRow(given, schema, PURPOSE) }
  const field = schema.fields.find((candidate) => candidate.name === name)
  if (field === undefined) return null
  const convert = compileInstant(field.schema, targeting)
  const copyOf = compileCopy(schema, replacesNull)
  const row = (given: Row) => {
    const copy = copyOf(given)
    const value = copy[field.index] ?? null
    copy[field.index] = value === null ? null : convert(value)
    return copy
  }
  const changed = targetSchema(targeting, field.schema.optional)
  const fields = schema.fields.map((each) => (each === field ? { name, schema: changed } : each))
  const value = (given: unknown) => (given === null ? null : row(given as Row))
  return { schema: struct(fields, wholeOf(schema, row)), value }
}
