// HeaderFrom: fields of the key or value become headers, moved or copied.
import {
  defineBatchTransform,
  defineConfig,
  fieldOf,
  oncePerSchema,
  sideOf,
  withIndex,
  withSide,
  type Header,
  type RecordBatch,
  type Row,
  type Schema,
  type Side,
} from '@rowbridge/api'
import { requireMap, requireRow } from './forms.js'
import { REPLACE_NULL } from './keys.js'
import { kafkaTransform } from './names.js'
import { basicsOf, compileField, compilePick, schemaOfFields } from './rows.js'

const config = defineConfig(
  {
    fields: { type: 'list', importance: 'high', doc: 'Names of the fields whose values become headers.' },
    headers: { type: 'list', importance: 'high', doc: 'Names of the headers, in the order of the fields.' },
    operation: {
      type: 'enum',
      values: ['move', 'copy'],
      importance: 'high',
      doc: '`move`: the fields are taken out of the record. `copy`: they stay.',
    },
    ...REPLACE_NULL,
  },
  [
    ({ fields, headers }) => {
      if (fields.length === headers.length) return []
      const message = "'fields' config must have the same number of elements as 'headers' config."
      return [{ key: 'fields', message }]
    },
  ],
)

/** What is taken from the values of a schema, and how they go on. */
interface Extraction {
  readonly schema: Schema | null
  readonly headers: (value: unknown) => readonly Header[]
  readonly rest: (value: unknown) => unknown
}

function headerFromOn(side: Side) {
  const name = kafkaTransform(`HeaderFrom$${side === 'key' ? 'Key' : 'Value'}`)
  return defineBatchTransform(name, config, (settings) => {
    const extractionOf = oncePerSchema((schema) =>
      schema === null ? fromMaps(settings) : fromStructs(schema, settings),
    )
    return {
      apply: (batch) => {
        const part = sideOf(batch, side)
        const { schema, headers, rest } = extractionOf(part.schema)
        const [added, values]: [(readonly Header[])[], unknown[]] = [[], []]
        let i = 0
        try {
          for (; i < batch.length; i += 1) {
            added.push(headersWith(batch, i, headers(part.values[i])))
            values.push(rest(part.values[i]))
          }
        } catch (error) {
          throw withIndex(error, i)
        }
        return withSide({ ...batch, headers: added }, side, { schema, values })
      },
    }
  })
}

export const headerFrom = [headerFromOn('key'), headerFromOn('value')] as const

type Settings = ReturnType<typeof config.parse>

function headersWith(batch: RecordBatch, index: number, added: readonly Header[]): readonly Header[] {
  const existing = batch.headers?.[index] ?? []
  return existing.length === 0 ? added : [...existing, ...added]
}

function fromMaps({ fields, headers, operation }: Settings): Extraction {
  return {
    schema: null,
    headers: (value) => {
      const members = requireMap(value, `header ${operation}`)
      return headers.map((key, i) => ({ key, schema: null, value: members[fields[i] ?? ''] ?? null }))
    },
    rest: (value) => {
      if (operation === 'copy') return value
      return Object.fromEntries(
        Object.entries(requireMap(value, `header ${operation}`)).filter(([name]) => !fields.includes(name)),
      )
    },
  }
}

function fromStructs(schema: Schema, settings: Settings): Extraction {
  const { fields: names, headers, operation, 'replace.null.with.default': replacesNull } = settings
  if (schema.type !== 'struct') {
    const refuse = (value: unknown) => requireRow(value, schema, `header ${operation}`) as never
    return { schema, headers: refuse, rest: refuse }
  }
  const taken = headers.map((key, i) => {
    const field = fieldOf(schema, names[i] ?? '')
    return { key, schema: field.schema, read: compileField(field, replacesNull) }
  })
  const kept = schema.fields.filter(({ name }) => !names.includes(name))
  const isMove = operation === 'move'
  const pick = compilePick(kept, replacesNull)
  return {
    schema: isMove ? schemaOfFields(kept, basicsOf(schema)) : schema,
    headers: (value) => {
      const row = requireRow(value, schema, `header ${operation}`)
      return taken.map(({ key, schema: part, read }) => ({ key, schema: part, value: read(row) }))
    },
    rest: isMove ? (value) => pick(value as Row) : (value) => value,
  }
}
