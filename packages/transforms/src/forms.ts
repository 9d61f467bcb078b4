// The forms in which values come: structs with a schema, maps without one, and what is neither.
import { DataError, type Change, type CompileChange, type Row, type RecordBatch, type Schema } from '@rowbridge/api'
import { javaClassOf } from './java-class.js'

/** A value without a schema that has members. */
export type Members = Readonly<Record<string, unknown>>

export interface Forms {
  /** What the transform does, for messages: `field insertion`. */
  readonly purpose: string
  readonly struct: (schema: Schema) => Change | null
  readonly map: (members: Members, index: number, batch: RecordBatch) => unknown
  /** What becomes of null: it stays as it is, or cannot be. */
  readonly nulls: 'keep' | 'refuse'
}

/** How structs and maps are changed; anything else cannot be. */
export function structOrMap({ purpose, struct, map, nulls }: Forms): CompileChange {
  return (schema) => {
    if (schema === null) {
      const value = (given: unknown, i: number, batch: RecordBatch) => {
        if (given === null && nulls === 'keep') return null
        return map(requireMap(given, purpose), i, batch)
      }
      return { schema: null, value }
    }
    if (schema.type !== 'struct') return { schema, ...onlyNulls(schema, purpose, nulls) }
    const change = struct(schema)
    if (change === null || nulls === 'keep' || !('row' in change)) return change
    const { row } = change
    const value = (given: unknown, i: number, batch: RecordBatch) => row(requireRow(given, schema, purpose), i, batch)
    return { schema: change.schema, value }
  }
}

function onlyNulls(schema: Schema, purpose: string, nulls: Forms['nulls']) {
  const refuse = (given: unknown) => requireRow(given, schema, purpose)
  return nulls === 'keep' ? { row: refuse } : { value: refuse }
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

export function requireMap(value: unknown, purpose: string): Members {
  if (value instanceof Map) return Object.fromEntries(value as ReadonlyMap<string, unknown>)
  if (isMembers(value)) return value
  throw new DataError(
    'not-a-map',
    `Only Map objects supported in absence of schema for [${purpose}], found: ${javaClassOf(null, value)}`,
    { hint: 'Give the transform a predicate, so that it sees only records with fields, or check the converter.' },
  )
}

export function requireRow(value: unknown, schema: Schema, purpose: string): Row {
  if (schema.type === 'struct' && value !== null) return value as Row
  throw new DataError(
    'not-a-struct',
    `Only Struct objects supported for [${purpose}], found: ${javaClassOf(schema, value)}`,
    { hint: 'Give the transform a predicate, so that it sees only records with fields.' },
  )
}

export function schemaRequired(purpose: string): DataError {
  return new DataError('schema-required', `Schema required for [${purpose}]`, {
    hint: 'Use a converter that gives schemas, such as JsonConverter with schemas.enable=true.',
  })
}
