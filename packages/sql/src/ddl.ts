// What a column is to be made as: its type, its default, whether it may be null.
import { ConfigError, type Schema } from '@rowbridge/api'
import { literal } from './ansi.js'
import { jsonWriter } from './bind-json.js'
import type { ColumnSpec } from './database.js'
import type { Dialect } from './dialect.js'
import type { DdlColumn } from './phrase-book.js'
import { STRING } from './types.js'
import type { Zone } from './zone.js'

const NESTED: readonly string[] = ['struct', 'map', 'array']

/** `keys` is how many columns the primary key has. */
export function ddlOf(column: ColumnSpec, keys: number, dialect: Dialect, zone: Zone | null): DdlColumn {
  const { name, schema, isPrimaryKey } = column
  const written = dialect.writes[schema.name ?? ''] ?? dialect.writes[schema.type]
  const isNested = NESTED.includes(schema.type)
  const make = isPrimaryKey ? (isNested ? undefined : (written?.key ?? written?.ddl)) : written?.ddl
  if (make === undefined) {
    throw new ConfigError(
      'unsupported-type',
      [{ key: 'auto.create', message: `${name}: there is no column type for ${schema.name ?? schema.type}` }],
      { hint: 'Flatten the record, or leave the field out.' },
    )
  }
  const type = typeof make === 'function' ? make(schema, keys) : make
  const isJson = isNested && !type.endsWith('[]')
  return {
    name,
    type,
    isNullable: schema.optional && !isPrimaryKey,
    defaultText: defaultOf(isJson ? asJson(schema) : schema, dialect, zone),
  }
}

/** The schema of the JSON text that stands for a struct, a map or a list. */
function asJson(schema: Schema): Schema {
  const { default: value } = schema
  return value === undefined || value === null ? schema : { ...STRING, default: jsonWriter(schema)(value) }
}

function defaultOf(schema: Schema, { literals }: Dialect, zone: Zone | null): string | null {
  const { default: value } = schema
  if (value === undefined || value === null) return null
  return literals?.[schema.name ?? schema.type]?.(value, zone) ?? literal(schema, value, zone)
}
