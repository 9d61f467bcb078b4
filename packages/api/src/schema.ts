// Connect schemas as immutable, interned values: two equal schemas are one object, so `===` compares and a WeakMap caches.

export type PrimitiveType =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'boolean'
  | 'string'
  | 'bytes'
export type SchemaType = PrimitiveType | 'array' | 'map' | 'struct'

/** A named place in a struct; `index` is its position in a row. */
export interface Field {
  readonly name: string
  readonly index: number
  readonly schema: Schema
}

/**
 * The shape of a value. `default` is `undefined` when the schema has none; every other absent attribute is null.
 * `fields` is empty unless `type` is `struct`; `keySchema` is set for maps, `valueSchema` for maps and arrays.
 */
export interface Schema {
  readonly type: SchemaType
  readonly optional: boolean
  readonly name: string | null
  readonly version: number | null
  readonly doc: string | null
  readonly parameters: Readonly<Record<string, string>> | null
  readonly default: unknown
  readonly fields: readonly Field[]
  readonly keySchema: Schema | null
  readonly valueSchema: Schema | null
}

/** Attributes that any schema may be given when it is built. */
export interface SchemaOptions {
  readonly optional?: boolean
  readonly name?: string | null
  readonly version?: number | null
  readonly doc?: string | null
  readonly parameters?: Readonly<Record<string, string>> | null
  readonly default?: unknown
}

const interned = new Map<string, WeakRef<Schema>>()
const forgotten = new FinalizationRegistry<string>((key) => {
  if (interned.get(key)?.deref() === undefined) interned.delete(key)
})
const identities = new WeakMap<Schema, number>()
let lastIdentity = 0

/** A schema of a type without parts. */
export function primitive(type: PrimitiveType, options: SchemaOptions = {}): Schema {
  return intern({ ...attributes(options), type, fields: [], keySchema: null, valueSchema: null })
}

/** A struct: named fields, in order. A value is an array in field order. */
export function struct(
  fields: readonly { readonly name: string; readonly schema: Schema }[],
  options: SchemaOptions = {},
): Schema {
  const placed = fields.map(({ name, schema }, index) => Object.freeze({ name, index, schema }))
  return intern({
    ...attributes(options),
    type: 'struct',
    fields: Object.freeze(placed),
    keySchema: null,
    valueSchema: null,
  })
}

/** An array of values of one schema. */
export function arrayOf(valueSchema: Schema, options: SchemaOptions = {}): Schema {
  return intern({ ...attributes(options), type: 'array', fields: [], keySchema: null, valueSchema })
}

/** A map from keys of one schema to values of another. A value is a `Map`. */
export function mapOf(keySchema: Schema, valueSchema: Schema, options: SchemaOptions = {}): Schema {
  return intern({ ...attributes(options), type: 'map', fields: [], keySchema, valueSchema })
}

/** The same schema with some attributes changed. */
export function withOptions(schema: Schema, options: SchemaOptions): Schema {
  const merged = { ...schema, ...options }
  return intern({
    ...attributes(merged),
    type: schema.type,
    fields: schema.fields,
    keySchema: schema.keySchema,
    valueSchema: schema.valueSchema,
  })
}

function attributes(options: SchemaOptions) {
  return {
    optional: options.optional ?? false,
    name: options.name ?? null,
    version: options.version ?? null,
    doc: options.doc ?? null,
    parameters: options.parameters ? Object.freeze({ ...options.parameters }) : null,
    default: options.default,
  }
}

function intern(schema: Schema): Schema {
  const key = identityKey(schema)
  const known = interned.get(key)?.deref()
  if (known !== undefined) return known
  const fresh = Object.freeze(schema)
  lastIdentity += 1
  identities.set(fresh, lastIdentity)
  interned.set(key, new WeakRef(fresh))
  forgotten.register(fresh, key)
  return fresh
}

function identityKey(schema: Schema): string {
  const part = (s: Schema | null): number => (s === null ? 0 : (identities.get(s) ?? 0))
  return JSON.stringify(
    [
      schema.type,
      schema.optional,
      schema.name,
      schema.version,
      schema.doc,
      schema.parameters === null ? null : Object.entries(schema.parameters),
      schema.default === undefined ? 0 : [schema.default],
      schema.fields.map((field) => [field.name, part(field.schema)]),
      part(schema.keySchema),
      part(schema.valueSchema),
    ],
    (_key, value: unknown) => identityOf(value),
  )
}

/** What JSON would lose or confuse, spelt so that unequal values give unequal text. */
function identityOf(value: unknown): unknown {
  if (typeof value === 'bigint') return { bigint: value.toString() }
  if (value instanceof Map) return { map: [...value.entries()] }
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') }
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { number: Object.is(value, -0) ? '-0' : String(value) }
  }
  return value
}
