// The key of a record: a struct of columns of its row, with their types.
import { ConfigError, StateError, struct, type Schema, type SchemaAndValues } from '@rowbridge/api'

const COLUMNS = 'columns:'

/** `none`, `primary_key`, or the names of the columns. */
export function keyColumnsOf(mode: string): 'none' | 'primary_key' | readonly string[] {
  const text = mode.trim()
  const word = text.toLowerCase()
  if (word === 'none' || word === 'primary_key') return word
  return namesIn(text)
}

function namesIn(text: string): readonly string[] {
  return text
    .slice(COLUMNS.length)
    .split(',')
    .map((name) => name.trim())
}

/** Says what is wrong with `key.mode`, or null. */
export function checkKeyMode(mode: string): string | null {
  const text = mode.trim()
  if (/^(?:none|primary_key)$/i.test(text)) return null
  if (!text.toLowerCase().startsWith(COLUMNS)) return 'It must be none, primary_key or columns:<name>,<name>'
  const names = namesIn(text)
  if (names.includes('')) return 'the name of a column is empty'
  return new Set(names).size === names.length ? null : 'a column is named twice'
}

/** Makes the keys of rows of one schema. */
export type RowKeys = (schema: Schema, rows: readonly (readonly unknown[])[]) => SchemaAndValues

interface Compiled {
  readonly schema: Schema
  readonly places: readonly number[]
}

/** Compiled once for each schema of rows. `source` names the table or query in messages. */
export function compileRowKeys(names: readonly string[], source: string): RowKeys {
  const known = new WeakMap<Schema, Compiled>()
  return (schema, rows) => {
    let compiled = known.get(schema)
    if (compiled === undefined) {
      compiled = compile(schema, names, source)
      known.set(schema, compiled)
    }
    const { places } = compiled
    return { schema: compiled.schema, values: rows.map((row) => places.map((place) => row[place])) }
  }
}

function compile(schema: Schema, names: readonly string[], source: string): Compiled {
  const fields = names.map((name) => {
    const field = schema.fields.find((candidate) => candidate.name === name)
    if (field !== undefined) return field
    throw new StateError('no-key-column', `Rows of ${source} have no column ${name}, which key.mode names.`, {
      hint: `They have: ${schema.fields.map((candidate) => candidate.name).join(', ')}.`,
    })
  })
  return {
    schema: struct(
      fields.map((field) => ({ name: field.name, schema: field.schema })),
      { name: schema.name === null ? null : `${schema.name}.Key` },
    ),
    places: fields.map((field) => field.index),
  }
}

/** There is nothing to make a key of. */
export function noPrimaryKey(source: string): ConfigError {
  return new ConfigError('no-primary-key', [{ key: 'key.mode', message: `${source} has no primary key.` }], {
    hint: 'Name the columns of the key: key.mode=columns:<name>,<name>.',
  })
}
