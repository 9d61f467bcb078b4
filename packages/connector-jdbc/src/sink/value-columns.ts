// The columns of a value: its fields, those of structs within it where they are flattened, or the one of a value that is a string.
import { ConfigError, DataError, primitive, withOptions, type Field, type Schema } from '@rowbridge/api'
import { ANY } from '@rowbridge/sql'
import { epochSchema } from './epoch.js'
import type { ColumnConfig, RecordColumn } from './primary-key.js'

/** The columns of a value that are not those of the key. */
export function valueColumns(
  config: ColumnConfig,
  value: Schema | null,
  keys: readonly RecordColumn[],
): readonly RecordColumn[] {
  if (value === null) return []
  const keyNames = new Set(keys.map((column) => column.name))
  if (value.type === 'string') return [stringColumn(config, value, keyNames)]
  const whitelist = new Set(config['fields.whitelist'])
  return value.fields
    .filter(({ name }) => !keyNames.has(name) && (whitelist.size === 0 || whitelist.has(name)))
    .flatMap((field) => fieldColumns(config, field))
}

const isNested = ({ type }: Schema): boolean => type === 'struct' || type === 'map' || type === 'array'

function fieldColumns(config: ColumnConfig, field: Field): readonly RecordColumn[] {
  const mode = config['nested.mode']
  if (mode === 'json' || !isNested(field.schema)) return [valueColumn(config, field)]
  if (mode === 'flatten' && field.schema.type === 'struct') {
    return flattened(config, field.schema, { name: field.name, index: field.index, path: [], isOptional: false })
  }
  if (mode === 'flatten') return [valueColumn(config, field)]
  throw new DataError('nested-field', `Field ${field.name} is a ${field.schema.type}, and nested.mode=fail.`, {
    hint: 'Set nested.mode to json or flatten, or leave the field out by fields.whitelist.',
  })
}

interface Outer {
  readonly name: string
  readonly index: number
  readonly path: readonly number[]
  readonly isOptional: boolean
}

/** A column for each field within a struct; where the struct may be null, so may they. */
function flattened(config: ColumnConfig, struct: Schema, outer: Outer): readonly RecordColumn[] {
  const isOptional = outer.isOptional || struct.optional
  return struct.fields.flatMap((field) => {
    const name = `${outer.name}_${field.name}`
    const path = [...outer.path, field.index]
    if (field.schema.type === 'struct')
      return flattened(config, field.schema, { name, index: outer.index, path, isOptional })
    const schema = isOptional ? withOptions(field.schema, { optional: true }) : field.schema
    return [{ ...valueColumn(config, { name, schema, index: outer.index }), path }]
  })
}

function valueColumn(config: ColumnConfig, { name, schema, index }: Field): RecordColumn {
  const column = { name, schema, isKey: false, from: 'value-field', index, epoch: null } as const
  if (!config['timestamp.fields.list'].includes(name)) return column
  if ((schema.name === null || schema.name === ANY) && (schema.type === 'int64' || schema.type === 'string')) {
    const unit = config['timestamp.precision.mode'] === 'NANOSECONDS' ? 'nanos' : 'micros'
    return { ...column, schema: epochSchema(schema, unit), epoch: unit }
  }
  throw new DataError(
    'bad-timestamp-field',
    `timestamp.fields.list names ${name}, which is of type ${schema.name ?? schema.type}.`,
    {
      hint: 'It may name fields of type int64 and string only.',
    },
  )
}

const refuse = (key: string, message: string) => new ConfigError('bad-string-value', [{ key, message }])

function stringColumn(config: ColumnConfig, schema: Schema, keyNames: ReadonlySet<string>): RecordColumn {
  const name = config['string.output.value.column.name']
  if (config['fields.whitelist'].length > 0) {
    throw refuse('fields.whitelist', 'A value that is one string has no fields for fields.whitelist to choose from.')
  }
  if (config['timestamp.fields.list'].length > 0) {
    throw refuse(
      'timestamp.fields.list',
      'A value that is one string has no fields for timestamp.fields.list to choose from.',
    )
  }
  if (keyNames.has(name)) {
    const key = 'string.output.value.column.name'
    throw refuse(key, `${key} is ${name}, which is a column of the key.`)
  }
  return {
    name,
    schema: primitive('string', { ...schema, optional: true }),
    isKey: false,
    from: 'value',
    index: -1,
    epoch: null,
  }
}
