// Rows whose schema changes: defaults filled in, fields added, taken and renamed.
import { struct, type Field, type Row, type Schema, type SchemaOptions } from '@rowbridge/api'

/** What of a struct survives a change of its fields: its names, but neither that it is optional nor its default. */
export function basicsOf({ name, version, doc, parameters }: Schema): SchemaOptions {
  return { name, version, doc, parameters }
}

/** The same with what is kept where the rows stay complete; `defaultOf` changes the default as it changes rows. */
export function wholeOf(schema: Schema, defaultOf: (row: Row) => unknown): SchemaOptions {
  const { optional } = schema
  const fallback =
    schema.default === undefined || schema.default === null ? undefined : defaultOf(schema.default as Row)
  return { ...basicsOf(schema), optional, default: fallback }
}

export function hasDefault({ schema }: Pick<Field, 'schema'>): boolean {
  return schema.default !== undefined && schema.default !== null
}

/** Reads one field of a row: its default where it has no value, if defaults are wanted. */
export function compileField(field: Field, replacesNull: boolean): (row: Row) => unknown {
  const { index, schema } = field
  if (!replacesNull || !hasDefault(field)) return (row) => row[index] ?? null
  return (row) => row[index] ?? schema.default
}

/** A copy of a row that may be changed, with defaults where they are wanted. */
export function compileCopy(schema: Schema, replacesNull: boolean): (row: Row) => unknown[] {
  const filled = replacesNull ? schema.fields.filter(hasDefault) : []
  if (filled.length === 0) return (row) => row.slice()
  return (row) => {
    const copy = row.slice()
    for (const field of filled) copy[field.index] ??= field.schema.default
    return copy
  }
}

/** Rows of some of the fields, in the order given. */
export function compilePick(fields: readonly Field[], replacesNull: boolean): (row: Row) => unknown[] {
  const filled = replacesNull ? fields.flatMap((field, at) => (hasDefault(field) ? [{ at, field }] : [])) : []
  const places = fields.map(({ index }) => index)
  const count = places.length
  const pick = (row: Row) => {
    const picked: unknown[] = []
    for (let i = 0; i < count; i += 1) picked.push(row[places[i] as number] ?? null)
    return picked
  }
  if (filled.length === 0) return pick
  return (row) => {
    const picked = pick(row)
    for (const { at, field } of filled) picked[at] ??= field.schema.default
    return picked
  }
}

/** A schema of some fields, perhaps under other names. */
export function schemaOfFields(
  fields: readonly Field[],
  options: SchemaOptions,
  nameOf?: (name: string) => string,
): Schema {
  return struct(
    fields.map(({ name, schema }) => ({ name: nameOf?.(name) ?? name, schema })),
    options,
  )
}
