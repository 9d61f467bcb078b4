// Brings a table to have the columns that records need, as far as the configuration allows. Two tasks may do so at once.
import { ConfigError, DataError, StateError, type Log, type Schema } from '@rowbridge/api'
import { ANY, type ColumnSpec, type Database, type Table, type TableId } from '@rowbridge/sql'
import type { SinkConfig } from './config.js'
import { inferredSchema } from './json-shape.js'
import { KAFKA_COLUMNS, type RecordColumn } from './primary-key.js'

export interface EvolveOptions {
  readonly database: Database
  readonly config: Pick<
    SinkConfig,
    'auto.create' | 'auto.evolve' | 'insert.mode' | 'table.types' | 'schema.infer' | 'overflow.column'
  >
  readonly log: Log
}

/** What a table is to have. */
export interface Wanted {
  readonly columns: readonly RecordColumn[]
  /** Names of the fields of the value, in their order. */
  readonly fields: readonly string[]
}

const ATTEMPTS = 3

/** Makes the table where that is allowed. */
export async function makeTable(id: TableId, wanted: Wanted, options: EvolveOptions): Promise<Table> {
  const { database } = options
  await create(id, wanted, options)
  const table = await database.describe(id)
  if (table !== null) return table
  throw new StateError('missing-table', `Table ${database.quoteTable(id)} was made and is not there.`)
}

/** Adds what is missing, and looks again when that fails: another task may have added it. */
export async function ensureColumns(
  first: Table,
  columns: readonly RecordColumn[],
  options: EvolveOptions,
): Promise<Table> {
  const { database, log } = options
  let table = first
  for (let attempt = 1; ; attempt += 1) {
    const missing = columns.filter((column) => columnNameIn(table, column.name) === null)
    if (missing.length === 0) return table
    for (const column of missing) refuseColumn(table, column, options)
    const name = database.quoteTable(table.id)
    try {
      await database.addColumns(
        table.id,
        missing.map((column) => specOf(column, options)),
      )
      const drops = missing.map((column) => `DROP COLUMN ${database.quoteName(column.name)}`).join(', ')
      log.info(
        `Added to ${name}: ${missing.map((column) => column.name).join(', ')}. This undoes it: ALTER TABLE ${name} ${drops}`,
      )
    } catch (error) {
      if (attempt >= ATTEMPTS) throw twice(error)
      log.debug(`Columns of ${name} could not be added, looking again.`)
    }
    table = (await database.describe(table.id)) ?? table
  }
}

async function create(id: TableId, wanted: Wanted, options: EvolveOptions): Promise<void> {
  const { database, config, log } = options
  const name = database.quoteTable(id)
  if (!config['auto.create']) {
    throw new ConfigError(
      'missing-table',
      [{ key: 'auto.create', message: `Table ${name} is missing, and auto.create=false.` }],
      {
        hint: 'Make the table, or set auto.create=true; look at table.name.format and at what the user may see.',
      },
    )
  }
  try {
    const specs = inCreateOrder(wanted).map((column) => specOf(column, options))
    const isOurs = await database.createTable(id, specs)
    log.info(isOurs ? `Made table ${name}.` : `Table ${name} was made by someone else meanwhile.`)
  } catch (error) {
    throw twice(error)
  }
}

/** Names that differ in the case of letters alone are one column in some databases. */
function twice(error: unknown): unknown {
  if (!(error instanceof StateError) || error.code !== 'column-exists') return error
  return new DataError('column-twice', `Two fields of the record go into one column: ${error.message}`, {
    cause: error,
    hint: 'Rename one of them, or leave it out by fields.whitelist.',
  })
}

function specOf({ name, schema, made, isKey }: RecordColumn, options: EvolveOptions): ColumnSpec {
  return { name, schema: made ?? typed(name, schema, options), isPrimaryKey: isKey }
}

/** The schema of a column to be made; of a value without one, what the values so far ask for. */
function typed(name: string, schema: Schema, { config }: EvolveOptions): Schema {
  if (schema.name !== ANY) return schema
  const inferred = config['schema.infer'] ? inferredSchema(schema) : null
  if (inferred !== null) return inferred
  throw new DataError(
    'no-column-type',
    `Field ${name} has no schema, and so no type that a column could be made with.`,
    { hint: 'Make the table by hand, set schema.infer=true, or use a converter that carries schemas.' },
  )
}

/** The usual names for topic, partition and offset first, then the fields of the value in their order, then the others by name. */
export function inCreateOrder({ columns, fields }: Wanted): readonly RecordColumn[] {
  const usual: readonly string[] = KAFKA_COLUMNS
  const last = fields.length + columns.length
  const placeOf = (column: RecordColumn): number => {
    const { name } = column
    if (usual.includes(name)) return usual.indexOf(name) - usual.length
    if (column.from === 'value-field' && column.path !== undefined) return column.index
    return fields.includes(name) ? fields.indexOf(name) : last
  }
  return columns
    .map((column, at) => ({ column, at }))
    .toSorted((a, b) => {
      const byPlace = placeOf(a.column) - placeOf(b.column)
      if (byPlace !== 0) return byPlace
      return placeOf(a.column) === last ? (a.column.name < b.column.name ? -1 : 1) : a.at - b.at
    })
    .map(({ column }) => column)
}

/** Refuses what the configuration does not allow to be written to. */
export function refuseKind(table: Table, { database, config }: EvolveOptions): void {
  if (config['table.types'].some((type) => type.toLowerCase() === table.kind)) return
  const message = `${database.quoteTable(table.id)} is a ${table.kind}, and table.types is ${config['table.types'].join(', ')}.`
  throw new ConfigError('wrong-table-type', [{ key: 'table.types', message }], {
    hint: `Add ${table.kind.toUpperCase()} to table.types to write to it.`,
  })
}

const refuse = (code: string, message: string, hint: string) => new DataError(code, message, { hint })

function refuseColumn(table: Table, column: RecordColumn, { database, config }: EvolveOptions): void {
  const name = database.quoteTable(table.id)
  if (table.kind !== 'table') {
    throw refuse(
      'missing-column',
      `${name} is a ${table.kind} without a column ${column.name}.`,
      'Add the column, or leave the field out by fields.whitelist.',
    )
  }
  if (column.isKey && config['insert.mode'] !== 'insert') {
    throw refuse(
      'missing-column',
      `${name} has no column ${column.name}, which the key of the record goes into.`,
      'Look at pk.fields, or add the column to the key of the table.',
    )
  }
  if (!column.schema.optional && column.schema.default === undefined) {
    throw refuse(
      'required-column',
      `${name} has no column ${column.name}, and it cannot be added: the field is required and has no default for the rows that are there.`,
      'Make the field optional or give it a default, or add the column by hand.',
    )
  }
  if (!config['auto.evolve']) {
    throw refuse(
      'missing-column',
      `${name} has no column ${column.name}, and auto.evolve=false.`,
      'Add the column, set auto.evolve=true, leave the field out by fields.whitelist, or say by unknown.fields what becomes of it.',
    )
  }
}

/** The table's spelling of a column: the same name, else the only one that differs in the case of letters alone. */
export function columnNameIn(table: Table, name: string): string | null {
  if (table.columns.some((column) => column.name === name)) return name
  const alike = table.columns.filter((column) => column.name.toLowerCase() === name.toLowerCase())
  if (alike.length < 2) return alike[0]?.name ?? null
  throw new DataError(
    'ambiguous-column',
    `${table.id.table} has the columns ${alike.map((column) => column.name).join(' and ')}, and the record the field ${name}.`,
    {
      hint: 'Rename the field so that it is one of them.',
    },
  )
}
