// Values that their column's schema has no room for. None is dropped or changed (invariants 3 and 5): the row is handed on with the value
// as what it is, under a schema in which that one field differs. Rows that fit never see another schema.
import { DataError, primitive, shown, struct, withOptions, type PrimitiveType, type Schema } from '@rowbridge/api'
import type { Misfitting, Page } from './database.js'
import type { RawColumn } from './dialect.js'

/** What carries a value: what its field is in the row's own schema, and the value there. */
export interface Carried {
  readonly schema: Schema
  readonly value: unknown
}

/** Thrown by a reader for such a value. */
export class Misfit extends Error {
  readonly carried: Carried
  readonly hint: string

  constructor(column: RawColumn, raw: unknown, carried: Carried, hint: string) {
    super(`${column.name}: ${shown(raw)} of type ${column.typeName} cannot be read`)
    this.carried = carried
    this.hint = hint
  }

  /** Where the value must be readable, because a position is made of it. */
  toDataError(): DataError {
    return new DataError('unreadable-value', this.message, { hint: this.hint })
  }
}

/** A raw value as what it is by itself. */
export function asItIs(raw: unknown): Carried {
  if (raw instanceof Uint8Array) return { schema: primitive('bytes'), value: raw }
  const type = TYPES[typeof raw]
  if (type === undefined) return { schema: primitive('string'), value: String(raw) }
  return { schema: primitive(type), value: typeof raw === 'bigint' && isSafe(raw) ? Number(raw) : raw }
}

const TYPES: Readonly<Record<string, PrimitiveType | undefined>> = {
  number: 'float64',
  bigint: 'int64',
  boolean: 'boolean',
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
}

const known = new WeakMap<Schema, Map<string, Schema>>()

/** The schema of a row of a page: the page's, unless the row has a value that does not fit it. */
export function schemaOfRow(page: Pick<Page, 'schema' | 'misfits'>, row: number): Schema {
  const misfits = page.misfits?.get(row)
  if (misfits === undefined) return page.schema
  let variants = known.get(page.schema)
  if (variants === undefined) known.set(page.schema, (variants = new Map()))
  const key = misfits.map(({ field, schema }) => `${field} ${schema.type} ${schema.name}`).join('\n')
  let variant = variants.get(key)
  if (variant === undefined) variants.set(key, (variant = variantOf(page.schema, misfits)))
  return variant
}

function variantOf(whole: Schema, misfits: readonly Misfitting[]): Schema {
  const own = new Map(misfits.map(({ field, schema }) => [field, schema]))
  const fields = whole.fields.map(({ name, index, schema }) => {
    const other = own.get(index)
    return { name, schema: other === undefined ? schema : withOptions(other, { optional: schema.optional }) }
  })
  return struct(fields, { name: whole.name, optional: whole.optional })
}
