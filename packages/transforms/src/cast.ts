// Cast: fields, or whole keys and values, become values of another type.
import {
  DATE,
  DECIMAL,
  defineConfig,
  defineTransform,
  primitive,
  struct,
  TIME,
  TIMESTAMP,
  type Change,
  type Row,
  type Schema,
  type SchemaOptions,
} from '@rowbridge/api'
import { compileCast, inputProblem, type CastType } from './cast-value.js'
import { structOrMap } from './forms.js'
import { REPLACE_NULL } from './keys.js'
import { kafkaTransform } from './names.js'
import { basicsOf, compileCopy, hasDefault, wholeOf } from './rows.js'

const PURPOSE = 'cast types'
const TYPES: readonly CastType[] = ['int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string']

interface Spec {
  /** Null: the whole value. */
  readonly field: string | null
  readonly type: CastType
}

export const cast = defineTransform(
  kafkaTransform('Cast'),
  defineConfig({
    spec: {
      type: 'list',
      importance: 'high',
      check: (text) => specProblem(text),
      doc: `Fields and their new types, \`field1:type,field2:type\`, or one type alone for the whole value. Types: ${TYPES.join(', ')}.`,
    },
    ...REPLACE_NULL,
  }),
  ({ spec, 'replace.null.with.default': replacesNull }) => {
    const specs = spec.map(specOf)
    const whole = specs.find(({ field }) => field === null)
    if (whole !== undefined) return (schema) => wholeChange(schema, whole.type)
    const types = new Map(specs.map(({ field, type }) => [field ?? '', type]))
    const casts = [...types].map(([field, type]) => ({ field, cast: compileCast(null, type) }))
    return structOrMap({
      purpose: PURPOSE,
      nulls: 'keep',
      struct: (schema) => structChange(schema, types, replacesNull),
      map: (members) => {
        const changed: Record<string, unknown> = { ...members }
        for (const { field, cast: convert } of casts) {
          const value = members[field] ?? null
          changed[field] = value === null ? null : convert(value)
        }
        return changed
      },
    })
  },
)

function specOf(text: string): Spec {
  const parts = text.split(':').map((part) => part.trim())
  const type = (parts.at(-1) ?? '').toLowerCase() as CastType
  return { field: parts.length === 1 ? null : (parts[0] ?? ''), type }
}

/** What is wrong with the configured text. */
function specProblem(text: string): string | null {
  if (text === '') return 'Must specify at least one field to cast.'
  const items = text.split(',')
  for (const item of items) {
    if (item.split(':').length > 2) return `Invalid rename mapping: ${item.trim()}`
    const { field, type } = specOf(item)
    if (type.toUpperCase() === 'BYTES') {
      return `Cast transformation does not support casting to BYTES; supported types are ${TYPES.join(', ').toUpperCase()}`
    }
    if (!TYPES.includes(type)) return `Invalid type found in casting spec: ${item.trim()}`
    if (field === null && items.length > 1) {
      return 'Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec'
    }
  }
  return null
}

function plain(type: CastType, options: SchemaOptions): Schema {
  return primitive(type, options)
}

/** The schema of a cast value: nothing of the old one but that it is optional, and its default. */
function castSchema(schema: Schema, type: CastType, options: SchemaOptions): Schema {
  const fallback = hasDefault({ schema }) ? compileCast(schema, type)(schema.default) : undefined
  return plain(type, { ...options, optional: schema.optional, default: fallback })
}

function wholeChange(schema: Schema | null, type: CastType): Change {
  const convert = compileCast(schema, type)
  if (schema === null) return { schema, row: convert }
  return { schema: castSchema(schema, type, isLogical(schema) ? {} : basicsOf(schema)), row: convert }
}

/** A name that says what the values mean is not true of the cast ones. */
function isLogical({ name }: Schema): boolean {
  return name === DATE || name === TIME || name === TIMESTAMP || name === DECIMAL
}

function structChange(schema: Schema, types: ReadonlyMap<string, CastType>, replacesNull: boolean): Change {
  const copyOf = compileCopy(schema, replacesNull)
  const casts = schema.fields.flatMap(({ name, index, schema: part }) => {
    const type = types.get(name)
    return type === undefined ? [] : [{ index, convert: compileCast(part, type) }]
  })
  const row = (given: Row) => {
    const copy = copyOf(given)
    for (const { index, convert } of casts) {
      const value = copy[index] ?? null
      if (value !== null) copy[index] = convert(value)
    }
    return copy
  }
  const fields = schema.fields.map(({ name, schema: part }) => {
    const type = types.get(name)
    const isCast = type !== undefined && inputProblem(part) === null
    return {
      name,
      schema: isCast
        ? castSchema(part, type, {})
        : type === undefined
          ? part
          : plain(type, { optional: part.optional }),
    }
  })
  return { schema: struct(fields, wholeOf(schema, row)), row }
}
