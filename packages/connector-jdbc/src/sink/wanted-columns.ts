// Which columns of the records a table is to have, once it is known what becomes of fields that it has no column for.
import { mapOf, primitive } from '@rowbridge/api'
import { ANY, type Table } from '@rowbridge/sql'
import type { SinkConfig } from './config.js'
import { columnNameIn } from './evolve.js'
import { inferredSchema } from './json-shape.js'
import type { RecordColumn } from './primary-key.js'

const TEXT = primitive('string', { optional: true })
/** What the column is made as. */
const OBJECT = mapOf(TEXT, TEXT, { optional: true })

type Mode = Pick<SinkConfig, 'unknown.fields' | 'overflow.column'>

/** `table` is null where it is still to be made. */
export function wantedColumns(
  columns: readonly RecordColumn[],
  table: Table | null,
  config: Mode,
): readonly RecordColumn[] {
  const told = columns.filter((column) => !isNothing(column, table))
  if (config['unknown.fields'] === 'evolve') return told
  const isOverflow = config['unknown.fields'] === 'overflow'
  const isKnown = (column: RecordColumn): boolean =>
    column.isKey || table === null || columnNameIn(table, column.name) !== null
  const known = told.filter(isKnown)
  if (!isOverflow) return known
  const name = config['overflow.column']
  const overflow = told.filter((column) => !isKnown(column))
  return [
    ...known.filter((column) => column.name !== name),
    { name, schema: TEXT, made: OBJECT, isKey: false, from: 'overflow', index: -1, epoch: null, overflow },
  ]
}

/** A member that was null wherever it was, and that the table knows nothing of. */
function isNothing({ schema, name, isKey }: RecordColumn, table: Table | null): boolean {
  if (isKey || schema.name !== ANY || inferredSchema(schema) !== null) return false
  return table === null || columnNameIn(table, name) === null
}
