// Schemas as JSON text, in the form in which configurations of the well-known connectors give them.
import {
  arrayOf,
  ConfigError,
  mapOf,
  primitive,
  struct,
  type PrimitiveType,
  type Schema,
  type SchemaOptions,
} from '@rowbridge/api'

const PRIMITIVES: ReadonlySet<string> = new Set([
  'int8',
  'int16',
  'int32',
  'int64',
  'float32',
  'float64',
  'boolean',
  'string',
  'bytes',
])

interface SchemaText {
  readonly type?: unknown
  readonly name?: unknown
  readonly version?: unknown
  readonly isOptional?: unknown
  readonly doc?: unknown
  readonly parameters?: unknown
  readonly defaultValue?: unknown
  readonly fieldSchemas?: unknown
  readonly keySchema?: unknown
  readonly valueSchema?: unknown
}

class SchemaTextError extends Error {}

/** What is wrong with the text of a schema for keys or values, or null. */
export function schemaProblem(text: string): string | null {
  try {
    read(text)
    return null
  } catch (error) {
    return `It is no schema: ${(error as Error).message}`
  }
}

/** A struct. */
export function parseSchema(key: string, text: string): Schema {
  try {
    return read(text)
  } catch (error) {
    const message = `${key} is no schema: ${(error as Error).message}`
    throw new ConfigError('invalid-config', [{ key, message }], { cause: error })
  }
}

function read(text: string): Schema {
  const schema = schemaOf(JSON.parse(text) as SchemaText, '')
  if (schema.type !== 'struct') throw new SchemaTextError('its type must be STRUCT')
  return schema
}

function schemaOf(text: SchemaText, place: string): Schema {
  if (typeof text !== 'object' || text === null) throw new SchemaTextError(`${place || 'it'} must be an object`)
  const type = String(text.type).toLowerCase()
  const options = optionsOf(text)
  if (PRIMITIVES.has(type)) return primitive(type as PrimitiveType, options)
  const part = (name: 'keySchema' | 'valueSchema') => schemaOf(text[name] as SchemaText, `${place}.${name}`)
  if (type === 'array') return arrayOf(part('valueSchema'), options)
  if (type === 'map') return mapOf(part('keySchema'), part('valueSchema'), options)
  if (type !== 'struct')
    throw new SchemaTextError(`the type ${String(text.type)}${place && ` of ${place}`} is not known`)
  const fields = Object.entries((text.fieldSchemas ?? {}) as Record<string, SchemaText>)
  return struct(
    fields.map(([name, field]) => ({ name, schema: schemaOf(field, name) })),
    options,
  )
}

function optionsOf(text: SchemaText): SchemaOptions {
  return {
    optional: text.isOptional === true,
    name: typeof text.name === 'string' ? text.name : null,
    version: typeof text.version === 'number' ? text.version : null,
    doc: typeof text.doc === 'string' ? text.doc : null,
    parameters:
      typeof text.parameters === 'object' && text.parameters !== null
        ? Object.fromEntries(Object.entries(text.parameters).map(([name, value]) => [name, String(value)]))
        : null,
    ...(text.defaultValue === undefined || text.defaultValue === null ? {} : { default: text.defaultValue }),
  }
}
