// Which columns a record has, key columns first, and where in the record each is found.
import { ConfigError, DataError, primitive, type Field, type Schema } from '@rowbridge/api'
import type { SinkConfig } from './config.js'
import type { EpochUnit } from './epoch.js'
import { valueColumns } from './value-columns.js'

/** Part of a record that a column is taken from; the fields of key and value are told by their index. */
export type Origin = 'value-field' | 'key-field' | 'key' | 'value' | 'topic' | 'partition' | 'offset' | 'overflow'

export interface RecordColumn {
  readonly name: string
  readonly schema: Schema
  readonly isKey: boolean
  readonly from: Origin
  readonly index: number
  /** What the values count since 1970 that are to become timestamps; null for all other columns. */
  readonly epoch: EpochUnit | null
  /** Indexes of the structs within the field, where one of those is the column. */
  readonly path?: readonly number[]
  /** What the column is made as, where that is not `schema`. */
  readonly made?: Schema
  /** The fields that have no column of their own, where this is the column for them. */
  readonly overflow?: readonly RecordColumn[]
}

export type ColumnConfig = Pick<
  SinkConfig,
  | 'pk.mode'
  | 'pk.fields'
  | 'fields.whitelist'
  | 'string.output.value.column.name'
  | 'timestamp.fields.list'
  | 'timestamp.precision.mode'
  | 'nested.mode'
> & { readonly 'insert.mode': string }

interface RecordSchemas {
  readonly key: Schema | null
  /** Null for tombstones. */
  readonly value: Schema | null
}

export const KAFKA_COLUMNS = ['__connect_topic', '__connect_partition', '__connect_offset'] as const

/** The columns of records of these schemas, the key's first. `primaryKey` is that of the table, where there is one. */
export function recordColumns(
  config: ColumnConfig,
  schemas: RecordSchemas,
  primaryKey: readonly string[] = [],
): readonly RecordColumn[] {
  const keys = keyColumns(config, schemas, primaryKey)
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

function keyColumns(
  config: ColumnConfig,
  { key, value }: RecordSchemas,
  primaryKey: readonly string[],
): readonly RecordColumn[] {
  const fields = config['pk.fields']
  switch (config['pk.mode']) {
    case 'none':
      return []
    case 'kafka':
      return kafkaColumns(fields)
    case 'record_key':
      return keyFields(fields.length === 0 && isPlain(key) && primaryKey.length === 1 ? primaryKey : fields, key)
    case 'record_value':
      if (value === null) return []
      return valueFields(fields.length === 0 ? keyOfTable(config, value, primaryKey) : fields, value)
  }
}

const isPlain = (key: Schema | null): boolean => key !== null && key.type !== 'struct'

/** Names of the fields that are the primary key of the table; null where the key is not among the fields and not needed. */
function keyOfTable(config: ColumnConfig, value: Schema, primaryKey: readonly string[]): readonly string[] | null {
  if (primaryKey.length === 0 || value.type !== 'struct') return []
  const names = primaryKey.map((column) => fieldNamed(value, column))
  const missing = primaryKey.filter((_, i) => names[i] === undefined)
  if (missing.length === 0) return names.filter((name) => name !== undefined)
  if (config['insert.mode'] === 'insert' || config['insert.mode'] === 'ignore') return null
  const message = `The table has the primary key ${primaryKey.join(', ')}, and the record no field ${missing.join(', ')}.`
  throw new DataError('no-pk-field', message, {
    hint: 'Name the fields of the key in pk.fields, or choose pk.mode=record_key.',
  })
}

function fieldNamed(schema: Schema, name: string): string | undefined {
  const alike = schema.fields.filter((field) => field.name.toLowerCase() === name.toLowerCase())
  return alike.find((field) => field.name === name)?.name ?? alike[0]?.name
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

function valueFields(fields: readonly string[] | null, value: Schema): readonly RecordColumn[] {
  if (fields === null) return []
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
