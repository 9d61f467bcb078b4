// MaskField: fields get a value that says nothing, or one that the configuration gives.
import {
  DataError,
  DATE,
  DECIMAL,
  decimalOfLiteral,
  decimalText,
  defineConfig,
  defineTransform,
  scaleOf,
  TIME,
  TIMESTAMP,
  type Schema,
} from '@rowbridge/api'
import { structOrMap } from './forms.js'
import { javaClassOf, typeOf } from './java-class.js'
import { notEmpty, notEmptyList, REPLACE_NULL } from './keys.js'
import { kafkaTransform } from './names.js'
import { isNumber, parseNumber } from './numbers.js'
import { compileCopy } from './rows.js'

const PURPOSE = 'mask fields'

export const maskField = defineTransform(
  kafkaTransform('MaskField'),
  defineConfig({
    fields: {
      type: 'list',
      importance: 'high',
      check: notEmptyList,
      doc: 'Names of the fields to mask.',
    },
    replacement: {
      type: 'string',
      default: null,
      importance: 'low',
      check: notEmpty,
      doc: 'What to put in place of numbers and text. Without it: 0, false, empty text, 1970-01-01, or nothing in a list.',
    },
    ...REPLACE_NULL,
  }),
  ({ fields, replacement, 'replace.null.with.default': replacesNull }) => {
    const maskOf = (schema: Schema | null, value: unknown) =>
      replacement === null ? emptyOf(schema, value) : replacementOf(schema, value, replacement)
    return structOrMap({
      purpose: PURPOSE,
      nulls: 'refuse',
      struct: (schema) => {
        const masked = schema.fields.filter(({ name }) => fields.includes(name))
        const copyOf = compileCopy(schema, replacesNull)
        const row = (given: readonly unknown[]) => {
          const copy = copyOf(given)
          for (const { index, schema: part } of masked) {
            const value = copy[index] ?? null
            if (value !== null) copy[index] = maskOf(part, value)
          }
          return copy
        }
        return { schema, row }
      },
      map: (members) => {
        const masks = fields.map((name) => {
          const value = members[name] ?? null
          return [name, value === null ? null : maskOf(null, value)] as const
        })
        return { ...members, ...Object.fromEntries(masks) }
      },
    })
  },
)

/** Zero, or nothing: a decimal keeps its scale, which its schema asks for. */
function emptyOf(schema: Schema | null, value: unknown): unknown {
  if (schema?.name === DECIMAL) return decimalText(0n, scaleOf(schema) ?? 0)
  switch (schema?.type ?? typeOf(value)) {
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'float32':
    case 'float64':
      return 0
    case 'boolean':
      return false
    case 'string':
      return ''
    case 'array':
      return []
    case 'map':
      return schema === null ? {} : new Map()
    case 'bytes':
    case 'struct':
      throw new DataError('cannot-mask', `Cannot mask value of type: class ${javaClassOf(schema, value)}`, {
        hint: 'Take the field out with ReplaceField instead.',
      })
  }
}

function replacementOf(schema: Schema | null, value: unknown, text: string): unknown {
  if (schema?.name === DECIMAL) {
    return decimalOfLiteral(text.trim(), scaleOf(schema) ?? 0) ?? unreadable(text)
  }
  const type = schema?.type ?? typeOf(value)
  if (type === 'string') return text
  const isTime = schema !== null && [DATE, TIME, TIMESTAMP].some((name) => name === schema.name)
  if (!isTime && isNumber(type)) return parseNumber(type, text) ?? unreadable(text)
  throw new DataError(
    'cannot-mask',
    `Cannot mask value of type class ${javaClassOf(schema, value)} with custom replacement.`,
    { hint: 'Leave replacement out for such fields.' },
  )
}

function unreadable(text: string): never {
  throw new DataError('not-a-number', `Unable to convert ${text} (class java.lang.String) to number`, {
    hint: 'Set replacement to a number that fits the type of the field.',
  })
}
