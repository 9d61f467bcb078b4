// A view by name over a row, for authors of connectors and for tests; the hot paths use rows by index.
import { DataError } from './errors.js'
import type { Field, Schema } from './schema.js'

/** Values in field order. */
export type Row = readonly unknown[]

/** The field of that name, or a DataError that lists the names there are. */
export function fieldOf(schema: Schema, name: string): Field {
  const field = schema.fields.find((candidate) => candidate.name === name)
  if (field !== undefined) return field
  const known = schema.fields.map((candidate) => candidate.name).join(', ')
  throw new DataError('unknown-field', `Field ${name} is not in schema ${schema.name ?? schema.type}`, {
    hint: `It has the fields: ${known}.`,
  })
}

/** A row from an object by name; a field that is absent becomes its default, else null. */
export function rowOf(schema: Schema, values: Readonly<Record<string, unknown>>): unknown[] {
  for (const name of Object.keys(values)) fieldOf(schema, name)
  return schema.fields.map((field) => values[field.name] ?? field.schema.default ?? null)
}

/** An object by name from a row. */
export function objectOf(schema: Schema, row: Row): Record<string, unknown> {
  return Object.fromEntries(schema.fields.map((field) => [field.name, row[field.index] ?? null]))
}
