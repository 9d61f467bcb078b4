// Which columns a record has, key columns first, and where in the record each is found.
import { ConfigError, DataError, primitive, type Field, type Schema } from '@rowbridge/api'
import type { SinkConfig } from './config.js'
import { epochSchema, type EpochUnit } from './epoch.js'

/** Part of a record that a column is taken from; the fields of key and value are told by their index. */
export type Origin = 'value-field' | 'key-field' | 'key' | 'value' | 'topic' | 'partition' | 'offset'

export interface RecordColumn {
  readonly name: string
  readonly schema: Schema
  readonly isKey: boolean
  readonly from: Origin
  readonly index: number
  /** What the values count since 1970 that are to become timestamps; null for all other columns. */
  readonly epoch: EpochUnit | null
}

export type ColumnConfig = Pick<
  SinkConfig,
  | 'pk.mode'
  | 'pk.fields'
  | 'fields.whitelist'
  | 'string.output.value.column.name'
  | 'timestamp.fields.list'
  | 'timestamp.precision.mode'
>

interface RecordSchemas {
  readonly key: Schema | null
  /** Null for tombstones. */
  readonly value: Schema | null
}

export const KAFKA_COLUMNS = ['__connect_topic', '__connect_partition', '__connect_offset'] as const

/** The columns of records of these schemas, the key's first. */
export function recordColumns(config: ColumnConfig, schemas: RecordSchemas): readonly RecordColumn[] {
  const keys = keyColumns(config, schemas)
  const columns = [...keys, ...valueColumns(config, schemas.value, keys)]
  if (columns.some(({ name }) => name === '')) {
    throw new DataError('no-column-name', 'The record has a field with an empty name, which no column can have.', {
      hint: 'Name the field in the producer, or leave it out by fields.whitelist.',
    })
  }
  if (columns.length > 0) return columns
  throw new DataError('no-columns', 'The record has no field that is to be written.', {
    hint: 'Look at fields.whitelist and pk.mode.',
  })
}

function keyColumns(config: ColumnConfig, { key, value }: RecordSchemas): readonly RecordColumn[] {
  const fields = config['pk.fields']
  switch (config['pk.mode']) {
    case 'none':
      return []
    case 'kafka':
      return kafkaColumns(fields)
    case 'record_key':
      return keyFields(fields, key)
    case 'record_value':
      return value === null ? [] : valueFields(fields, value)
  }
}

function kafkaColumns(fields: readonly string[]): readonly RecordColumn[] {
  const names = fields.length === 0 ? KAFKA_COLUMNS : fields
  const parts = [
    ['topic', 'string'],
    ['partition', 'int32'],
    ['offset', 'int64'],
  ] as const
  return parts.map(([from, type], i) => ({
    name: names[i] ?? from,
    schema: primitive(type),
    isKey: true,
    from,
    index: -1,
    epoch: null,
  }))
}

function keyFields(fields: readonly string[], key: Schema | null): readonly RecordColumn[] {
  if (key === null)
    throw new DataError('no-key-schema', 'The record has no key schema, and pk.mode=record_key needs one.')
  if (key.type === 'struct') return chosenFields(fields, key, 'key-field')
  const [name] = fields
  if (name !== undefined && fields.length === 1)
    return [{ name, schema: key, isKey: true, from: 'key', index: -1, epoch: null }]
  const message = `The key is one ${key.type}, so pk.fields must name exactly one column; it names ${fields.length}.`
  throw new ConfigError('bad-pk-fields', [{ key: 'pk.fields', message }], {
    hint: 'Set pk.fields to the column that the key goes into.',
  })
}

function valueFields(fields: readonly string[], value: Schema): readonly RecordColumn[] {
  if (value.type === 'struct') return chosenFields(fields, value, 'value-field')
  throw new DataError(
    'no-key-fields',
    `The value is one ${value.type} without fields, and pk.mode=record_value takes keys from fields.`,
    {
      hint: 'Choose pk.mode=record_key or kafka.',
    },
  )
}

/** The fields of that name, in that order; all of them when none is named. */
function chosenFields(
  names: readonly string[],
  schema: Schema,
  from: 'key-field' | 'value-field',
): readonly RecordColumn[] {
  const chosen = names.length === 0 ? schema.fields : names.map((name) => keyField(name, schema, from))
  return chosen.map(({ name, schema, index }) => ({ name, schema, isKey: true, from, index, epoch: null }))
}

function keyField(name: string, schema: Schema, from: 'key-field' | 'value-field'): Field {
  const field = schema.fields.find((candidate) => candidate.name === name)
  if (field !== undefined) return field
  const part = from === 'key-field' ? 'key' : 'value'
  const known = schema.fields.map((candidate) => candidate.name).join(', ')
  throw new DataError('no-pk-field', `pk.fields names ${name}, which is no field of the record's ${part}.`, {
    hint: `The ${part} has the fields: ${known}.`,
  })
}

function valueColumns(
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
    .map((field) => valueColumn(config, field))
}

function valueColumn(config: ColumnConfig, { name, schema, index }: Field): RecordColumn {
  const column = { name, schema, isKey: false, from: 'value-field', index, epoch: null } as const
  if (!config['timestamp.fields.list'].includes(name)) return column
  if (schema.name === null && (schema.type === 'int64' || schema.type === 'string')) {
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
