// A table or a query as something to read rows from: its SELECT, its names, and the columns that find new rows.
import { ConfigError, type Json, type Log } from '@rowbridge/api'
import type { Column, Database, Table, TableId } from '@rowbridge/sql'
import { cursorNamesOf, type CursorNames } from './column-mapping.js'
import type { SourceConfig } from './config.js'
import type { Cursor, CursorColumn, CursorColumns, Mode } from './modes/mode.js'
import { timestampNames } from './granularity.js'
import { plainPartition, QUERY_PARTITION, tablePartition } from './offset.js'
import { openSelect, trimQuery } from './query-text.js'
import { queryKeyOf, queryOf } from './rules.js'
import { fullName } from './table-filter.js'

export interface RowSource {
  /** For messages. */
  readonly name: string
  readonly topic: string
  readonly schemaName: string | null
  /** Partition that offsets are written under. */
  readonly partition: Json
  /** Partitions under which an offset may be found, the first one first. */
  readonly partitions: readonly Json[]
  /** A statement without conditions; a condition can be put behind it. */
  readonly select: string
  readonly cursor: Cursor | null
  /** Timestamp columns, where their exact instants are wanted. */
  readonly timestamps: readonly string[]
  /** A statement for one value over all rows; null where that is not cheap. */
  readonly aggregate: ((expression: string) => string) | null
}

export interface SourceOptions {
  readonly config: SourceConfig
  readonly mode: Mode
  readonly database: Database
  readonly log: Log
}

/** Describes a table and checks that it has the columns its mode needs. */
export async function tableSource(id: TableId, { config, mode, database, log }: SourceOptions): Promise<RowSource> {
  const name = fullName(id)
  const table = await database.describe(id)
  if (table === null) {
    throw new ConfigError('no-table', [{ key: 'table.whitelist', message: `Table ${name} does not exist.` }], {
      hint: 'It may have been dropped; the connector takes notice after table.poll.interval.ms.',
    })
  }
  warnUnreadable(table, log)
  const quoted = database.quoteTable(id)
  const select = `SELECT * FROM ${quoted}`
  const cursor = mode.cursor(cursorColumnsOf(table, cursorNamesIn(table, config, mode), database))
  if (cursor !== null && config['validate.non.null']) refuseNulls(table, config, mode)
  const partition = cursor === null ? plainPartition(id) : tablePartition(id)
  return {
    name,
    topic: config['topic.prefix'] + id.table,
    schemaName: id.table,
    partition,
    partitions: [tablePartition(id), plainPartition(id)],
    select,
    cursor,
    timestamps: timestampNames(table.columns),
    aggregate: (expression) => `SELECT ${expression} AS ${database.quoteName('value')} FROM ${quoted}`,
  }
}

function cursorNamesIn(table: Table, config: SourceConfig, mode: Mode): CursorNames {
  const names = mode.usesTimestamps || mode.usesIncrementing ? cursorNamesOf(config, fullName(table.id)) : null
  const automatic = table.columns.find((column) => column.isAutoIncrement)?.name ?? ''
  return {
    timestamps: mode.usesTimestamps ? (names?.timestamps ?? []) : [],
    incrementing: mode.usesIncrementing ? names?.incrementing || automatic : '',
  }
}

function cursorColumnsOf(table: Table, names: CursorNames, database: Database): CursorColumns {
  const quoted = database.quoteTable(table.id)
  const source = fullName(table.id)
  const find = (name: string, key: string): Column => findColumn({ columns: table.columns, name, source, key })
  const cursorColumn = ({ name }: Column): CursorColumn => ({
    name,
    sql: `${quoted}.${database.quoteName(name)}`,
  })
  const id = names.incrementing === '' ? null : find(names.incrementing, 'incrementing.column.name')
  return {
    source,
    instantExpression: (sql) => database.instantExpression(sql),
    timestamps: names.timestamps.map((name) => cursorColumn(find(name, 'timestamp.column.name'))),
    incrementing: id === null ? null : cursorColumn(id),
    isUnique: id !== null && table.primaryKey.length === 1 && table.primaryKey[0] === id.name,
  }
}

/** The column of that name, else the only one whose name differs in the case of letters alone. */
function findColumn(wanted: { columns: readonly Column[]; name: string; source: string; key: string }): Column {
  const { columns, name, source, key } = wanted
  const alike = columns.filter((column) => column.name.toLowerCase() === name.toLowerCase())
  const found = alike.find((column) => column.name === name) ?? (alike.length === 1 ? alike[0] : undefined)
  if (found !== undefined) return found
  const known = columns.map((column) => column.name).join(', ')
  throw new ConfigError('no-column', [{ key, message: `${source} has no column ${name}.` }], {
    hint: `Its columns are: ${known}.`,
  })
}

function refuseNulls(table: Table, config: SourceConfig, mode: Mode): void {
  const names = cursorNamesIn(table, config, mode)
  const isNullable = (name: string) => {
    const column = findColumn({ columns: table.columns, name, source: fullName(table.id), key: 'validate.non.null' })
    return column.isNullable && !column.isPrimaryKey
  }
  const wrong = [
    ...(names.incrementing !== '' && isNullable(names.incrementing) ? [names.incrementing] : []),
    ...(names.timestamps.length > 0 && names.timestamps.every(isNullable) ? names.timestamps : []),
  ]
  if (wrong.length === 0) return
  const message = `${fullName(table.id)}: ${wrong.join(', ')} may be null, and a row with a null there would never be found.`
  throw new ConfigError('nullable-cursor', [{ key: 'validate.non.null', message }], {
    hint: 'Declare the column NOT NULL, or set validate.non.null=false to go on without such rows.',
  })
}

function warnUnreadable(table: Table, log: Log): void {
  for (const column of table.columns.filter((candidate) => candidate.schema === null)) {
    log.warn(`${fullName(table.id)}.${column.name} is left out: its type ${column.typeName} cannot be read.`)
  }
  for (const { name } of table.columns.filter((candidate) => candidate.isInvisible === true)) {
    log.warn(`${fullName(table.id)}.${name} is left out: the column is invisible. Name it in a query to read it.`)
  }
}

/** Runs the query for no rows, to learn its columns and whether it can be run at all. */
export async function querySource({ config, mode, database }: SourceOptions): Promise<RowSource> {
  const query = trimQuery(queryOf(config))
  const needsColumns =
    mode.usesTimestamps || mode.usesIncrementing || config['timestamp.granularity'] !== 'connect_logical'
  const columns = needsColumns ? await queryColumns(database, query) : []
  const find = (name: string, key: string): CursorColumn => {
    const column = findColumn({ columns, name, source: 'The query', key })
    return { name: column.name, sql: database.quoteName(column.name) }
  }
  const id = config['incrementing.column.name']
  const cursor = mode.cursor({
    source: 'The query',
    instantExpression: (sql) => database.instantExpression(sql),
    timestamps: mode.usesTimestamps
      ? config['timestamp.column.name'].map((name) => find(name, 'timestamp.column.name'))
      : [],
    incrementing: mode.usesIncrementing && id !== '' ? find(id, 'incrementing.column.name') : null,
    isUnique: false,
  })
  return {
    name: queryKeyOf(config),
    topic: config['topic.prefix'],
    schemaName: null,
    partition: QUERY_PARTITION,
    partitions: [QUERY_PARTITION],
    select: cursor === null ? query : openSelect(query),
    cursor,
    timestamps: timestampNames(columns),
    aggregate: null,
  }
}

export async function queryColumns(database: Database, query: string): Promise<readonly Column[]> {
  const text = database.limit(`SELECT * FROM (${trimQuery(query)}\n) query_rows`, 0)
  const page = await database.read({ text, parameters: [] }, { schemaName: null })
  return page.columns
}
