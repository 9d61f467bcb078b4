// Connect schemas as JSON: written member by member in the order Kafka Connect has, read in any order.
import {
  arrayOf,
  DataError,
  mapOf,
  primitive,
  struct,
  withOptions,
  type PrimitiveType,
  type Schema,
  type SchemaOptions,
} from '@rowbridge/api'
import { writeString } from './byte-writer.js'

const PRIMITIVES: Readonly<Record<string, PrimitiveType>> = {
  boolean: 'boolean',
  int8: 'int8',
  int16: 'int16',
  int32: 'int32',
  int64: 'int64',
  float: 'float32',
  double: 'float64',
  bytes: 'bytes',
  string: 'string',
}

/** A JSON string with its quotes, escaped as the writer of payloads escapes. */
export function quoted(text: string): string {
  const buffer = Buffer.allocUnsafe(text.length * 6)
  return `"${buffer.toString('utf8', 0, writeString(buffer, 0, text))}"`
}

/** The JSON of a schema; `valueText` writes a default. */
export function schemaText(schema: Schema, valueText: (schema: Schema, value: unknown) => string, field = ''): string {
  const members = [`"type":${quoted(typeText(schema))}`, ...partsText(schema, valueText)]
  members.push(`"optional":${schema.optional}`)
  if (schema.name !== null) members.push(`"name":${quoted(schema.name)}`)
  if (schema.version !== null) members.push(`"version":${schema.version}`)
  if (schema.doc !== null) members.push(`"doc":${quoted(schema.doc)}`)
  if (schema.parameters !== null) {
    const entries = Object.entries(schema.parameters).map(([key, value]) => `${quoted(key)}:${quoted(value)}`)
    members.push(`"parameters":{${entries.join(',')}}`)
  }
  if (hasDefault(schema)) members.push(`"default":${valueText(schema, schema.default)}`)
  return `{${members.join(',')}${field}}`
}

/** Whether null may stand for something else. */
export function hasDefault(schema: Schema): boolean {
  return schema.default !== undefined && schema.default !== null
}

function typeText(schema: Schema): string {
  if (schema.type === 'float32') return 'float'
  return schema.type === 'float64' ? 'double' : schema.type
}

function partsText(schema: Schema, valueText: (schema: Schema, value: unknown) => string): string[] {
  if (schema.type === 'struct') {
    const fields = schema.fields.map((f) => schemaText(f.schema, valueText, `,"field":${quoted(f.name)}`))
    return [`"fields":[${fields.join(',')}]`]
  }
  const parts: string[] = []
  if (schema.keySchema !== null) parts.push(`"keys":${schemaText(schema.keySchema, valueText)}`)
  if (schema.valueSchema !== null) {
    const member = schema.type === 'map' ? 'values' : 'items'
    parts.push(`"${member}":${schemaText(schema.valueSchema, valueText)}`)
  }
  return parts
}

type JsonObject = Readonly<Record<string, unknown>>

/** The schema that parsed JSON describes; `readDefault` reads a default as a value of the schema. */
export function schemaOf(json: unknown, readDefault: (schema: Schema, json: unknown) => unknown): Schema {
  const type = isObject(json) ? own(json, 'type') : undefined
  if (!isObject(json) || typeof type !== 'string') throw invalid("Schema must contain 'type' field")
  const schema = bareSchema(json, type, readDefault)
  const text = own(json, 'default')
  if (text === undefined || text === null) return schema
  return withOptions(schema, { default: readDefault(schema, text) })
}

function bareSchema(json: JsonObject, type: string, readDefault: (schema: Schema, json: unknown) => unknown): Schema {
  const options = attributesOf(json)
  const part = (member: string, what: string) => {
    const inner = own(json, member)
    if (inner === undefined || inner === null) throw invalid(`${what} type`)
    return schemaOf(inner, readDefault)
  }
  const simple = Object.hasOwn(PRIMITIVES, type) ? PRIMITIVES[type] : undefined
  if (simple !== undefined) return primitive(simple, options)
  if (type === 'array') return arrayOf(part('items', 'Array schema did not specify the element'), options)
  if (type === 'map') {
    const keys = part('keys', 'Map schema did not specify the key')
    return mapOf(keys, part('values', 'Map schema did not specify the value'), options)
  }
  if (type === 'struct') return struct(fieldsOf(json, readDefault), options)
  throw invalid(`Unknown schema type: ${type}`)
}

function fieldsOf(json: JsonObject, readDefault: (schema: Schema, json: unknown) => unknown) {
  const list = own(json, 'fields')
  if (!Array.isArray(list)) throw invalid('Struct schema\'s "fields" argument is not an array.')
  const names = new Set<string>()
  return list.map((entry: unknown) => {
    const name = isObject(entry) ? own(entry, 'field') : undefined
    if (typeof name !== 'string') throw invalid("Struct schema's field name not specified properly")
    if (names.has(name)) throw invalid(`Struct schema has two fields named ${name}`)
    names.add(name)
    return { name, schema: schemaOf(entry, readDefault) }
  })
}

/** Attributes of another JSON type than expected count as absent. */
function attributesOf(json: JsonObject): SchemaOptions {
  const [name, version, doc] = [own(json, 'name'), own(json, 'version'), own(json, 'doc')]
  return {
    optional: own(json, 'optional') === true,
    name: typeof name === 'string' ? name : null,
    version: Number.isInteger(version) ? Number(version) : null,
    doc: typeof doc === 'string' ? doc : null,
    parameters: parametersOf(own(json, 'parameters')),
  }
}

function parametersOf(json: unknown): Readonly<Record<string, string>> | null {
  if (!isObject(json)) return null
  for (const value of Object.values(json)) {
    if (typeof value !== 'string') throw invalid('Schema parameters must have string values.')
  }
  return json as Readonly<Record<string, string>>
}

function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function own(json: JsonObject, member: string): unknown {
  return Object.hasOwn(json, member) ? json[member] : undefined
}

function invalid(problem: string): DataError {
  return new DataError('invalid-schema', problem, {
    hint: 'Correct the schema that the producer puts into its messages.',
  })
}
