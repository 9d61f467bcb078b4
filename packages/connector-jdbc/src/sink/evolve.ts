// Brings a table to have the columns that records need, as far as the configuration allows. Two tasks may do so at once.
import { ConfigError, DataError, StateError, type Log } from '@rowbridge/api'
import type { ColumnSpec, Database, Table, TableId } from '@rowbridge/sql'
import type { SinkConfig } from './config.js'
import { KAFKA_COLUMNS, type RecordColumn } from './primary-key.js'

export interface EvolveOptions {
  readonly database: Database
  readonly config: Pick<SinkConfig, 'auto.create' | 'auto.evolve' | 'insert.mode' | 'table.types'>
  readonly log: Log
}

/** What a table is to have. */
export interface Wanted {
  readonly columns: readonly RecordColumn[]
  /** Names of the fields of the value, in their order. */
  readonly fields: readonly string[]
}

const ATTEMPTS = 3

/** The table with all the columns, made or altered where that is allowed. */
export async function ensureTable(id: TableId, wanted: Wanted, options: EvolveOptions): Promise<Table> {
  const { database } = options
  let table = await database.describe(id)
  if (table === null) {
    await create(id, wanted, options)
    table = await database.describe(id)
    if (table === null)
      throw new StateError('missing-table', `Table ${database.quoteTable(id)} was made and is not there.`)
  }
  return ensureColumns(table, wanted.columns, options)
}

/** Adds what is missing, and looks again when that fails: another task may have added it. */
async function ensureColumns(first: Table, columns: readonly RecordColumn[], options: EvolveOptions): Promise<Table> {
  const { database, log } = options
  let table = first
  refuseKind(table, options)
  for (let attempt = 1; ; attempt += 1) {
    const missing = columns.filter((column) => columnNameIn(table, column.name) === null)
    if (missing.length === 0) return table
    for (const column of missing) refuseColumn(table, column, options)
    const name = database.quoteTable(table.id)
    try {
      await database.addColumns(table.id, missing.map(specOf))
      log.info(`Added to ${name}: ${missing.map((column) => column.name).join(', ')}.`)
    } catch (error) {
      if (attempt >= ATTEMPTS) throw error
      log.debug(`Columns of ${name} could not be added, looking again.`)
    }
    table = (await database.describe(table.id)) ?? table
  }
}

async function create(id: TableId, wanted: Wanted, { database, config, log }: EvolveOptions): Promise<void> {
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
  const isOurs = await database.createTable(id, inCreateOrder(wanted).map(specOf))
  log.info(isOurs ? `Made table ${name}.` : `Table ${name} was made by someone else meanwhile.`)
}

const specOf = ({ name, schema, isKey }: RecordColumn): ColumnSpec => ({ name, schema, isPrimaryKey: isKey })

/** The usual names for topic, partition and offset first, then the fields of the value in their order, then the others by name. */
export function inCreateOrder({ columns, fields }: Wanted): readonly RecordColumn[] {
  const usual: readonly string[] = KAFKA_COLUMNS
  const placeOf = ({ name }: RecordColumn): number => {
    if (usual.includes(name)) return usual.indexOf(name) - usual.length
    return fields.includes(name) ? fields.indexOf(name) : fields.length
  }
  return [...columns].sort((a, b) => placeOf(a) - placeOf(b) || (a.name < b.name ? -1 : 1))
}

function refuseKind(table: Table, { database, config }: EvolveOptions): void {
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
      'Add the column, set auto.evolve=true, or leave the field out by fields.whitelist.',
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
