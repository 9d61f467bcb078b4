// Flatten: the fields of nested structs and maps become fields of the outermost, with their path as their name.
import {
  DataError,
  defineConfig,
  defineTransform,
  struct,
  withOptions,
  type Change,
  type Row,
  type Schema,
} from '@rowbridge/api'
import { isMembers, structOrMap, type Members } from './forms.js'
import { kafkaTransform } from './names.js'
import { basicsOf, hasDefault } from './rows.js'

const PURPOSE = 'flattening'

export const flatten = defineTransform(
  kafkaTransform('Flatten'),
  defineConfig({
    delimiter: { type: 'string', default: '.', importance: 'medium', doc: 'What stands between the names of a path.' },
  }),
  ({ delimiter }) =>
    structOrMap({
      purpose: PURPOSE,
      nulls: 'keep',
      struct: (schema) => structChange(schema, delimiter),
      map: (members) => {
        const flat: Record<string, unknown> = {}
        addMembers(flat, members, '', delimiter)
        return flat
      },
    }),
)

function addMembers(flat: Record<string, unknown>, members: Members, prefix: string, delimiter: string): void {
  for (const [name, value] of Object.entries(members)) {
    const path = prefix === '' ? name : `${prefix}${delimiter}${name}`
    if (isMembers(value)) addMembers(flat, value, path, delimiter)
    else flat[path] = value
  }
}

/** A field that stays, with the way to it. */
interface Leaf {
  readonly name: string
  readonly schema: Schema
  readonly read: (row: Row) => unknown
}

interface Branch {
  readonly prefix: string
  readonly delimiter: string
  readonly isOptional: boolean
  /** The default of the struct at hand. */
  readonly fallback: Row | null
  readonly read: (row: Row) => Row | null
}

function structChange(schema: Schema, delimiter: string): Change {
  const fallback = hasDefault({ schema }) ? (schema.default as Row) : null
  const leaves = leavesOf(schema, { prefix: '', delimiter, isOptional: schema.optional, fallback, read: (row) => row })
  const reads = leaves.map(({ read }) => read)
  return { schema: struct(leaves, basicsOf(schema)), row: (row) => reads.map((read) => read(row)) }
}

function leavesOf(schema: Schema, { prefix, delimiter, isOptional, fallback, read }: Branch): readonly Leaf[] {
  return schema.fields.flatMap((field): readonly Leaf[] => {
    const { index, schema: part } = field
    const name = prefix === '' ? field.name : `${prefix}${delimiter}${field.name}`
    const isLoose = isOptional || part.optional
    const own = hasDefault(field) ? part.default : null
    const inherited = own ?? fallback?.[index] ?? null
    const valueOf = (row: Row) => {
      const outer = read(row)
      return outer === null ? null : (outer[index] ?? own)
    }
    if (part.type === 'struct') {
      const branch = { prefix: name, delimiter, isOptional: isLoose, fallback: inherited as Row | null }
      return leavesOf(part, { ...branch, read: valueOf as Branch['read'] })
    }
    if (part.type === 'map') throw noMaps(name)
    const leafDefault = inherited === null ? undefined : inherited
    return [{ name, schema: withOptions(part, { optional: isLoose, default: leafDefault }), read: valueOf }]
  })
}

function noMaps(field: string): DataError {
  const text = `Flatten transformation does not support MAP for record with schemas (for field ${field}).`
  return new DataError('cannot-flatten', text, { hint: 'Take the field out first, with ReplaceField.' })
}
