// A table or a query as something to read rows from: its SELECT, its names, and the columns that find new rows.
import { ConfigError, type Json, type Log } from '@rowbridge/api'
import type { Column, Database, Table, TableId } from '@rowbridge/sql'
import { ColumnChoice, refuseHidden } from './column-choice.js'
import { cursorNamesOf, type CursorNames } from './column-mapping.js'
import { columnRulesOf, type ColumnRules } from './column-rules.js'
import type { SourceConfig } from './config.js'
import { notIntegral } from './modes/incrementing.js'
import type { Cursor, CursorColumn, CursorColumns, Mode } from './modes/mode.js'
import { timestampNames } from './granularity.js'
import { plainPartition, QUERY_PARTITION, tablePartition, unqualifiedPartition } from './offset.js'
import { openSelect, trimQuery } from './query-text.js'
import { compileRowKeys, keyColumnsOf, noPrimaryKey, type RowKeys } from './record-key.js'
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
  /** Whether a statement holds what is shown nowhere: a masked query, or a salt. */
  readonly isSecret: boolean
  /** Where columns are named one by one: looks at them again; true when `select` is another one now. */
  readonly refresh: ((database: Database) => Promise<boolean>) | null
  /** Makes the keys of the records; null: there are none. */
  readonly keys: RowKeys | null
  readonly cursor: Cursor | null
  /** Timestamp columns, where their exact instants are wanted. */
  readonly timestamps: readonly string[]
  /** What the rows are selected from: a table, or a query in parentheses. */
  readonly from: string
  /** SQL of the columns that tell rows of one cursor value apart: the primary key; empty where there is none. */
  readonly identity: readonly string[]
  /** The table; null for a query. */
  readonly table: TableId | null
  /** A statement for one value over all rows; null where that is not cheap. */
  readonly aggregate: ((expression: string) => string) | null
}

const QUERY = 'The query'

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
  const rules = columnRulesOf(config)
  warnUnreadable(table, rules, log)
  const quoted = database.quoteTable(id)
  const used = cursorColumnsOf(table, cursorNamesIn(table, config, mode), database)
  const cursor = mode.cursor(used)
  if (cursor !== null && config['validate.non.null']) refuseNulls(table, config, mode)
  const keys = keyColumnsIn(table, config)
  if (rules !== null) {
    if (cursor !== null) refuseHiddenCursor(rules, id, used)
    for (const key of keys) refuseHidden(rules, key, { table: id, source: name, key: 'key.mode' })
  }
  const from = { table: id, source: name, from: quoted }
  const choice = rules === null ? null : new ColumnChoice({ ...from, rules }, table.columns, database)
  return {
    name,
    topic: config['topic.prefix'] + id.table,
    schemaName: id.table,
    partition: cursor === null ? plainPartition(id) : tablePartition(id),
    partitions: [
      tablePartition(id),
      ...(config['table.names.qualify'] ? [] : [unqualifiedPartition(id)]),
      plainPartition(id),
    ],
    get select() {
      return choice?.select ?? `SELECT * FROM ${quoted}`
    },
    isSecret: config['columns.mask.hash.salt'] !== '',
    refresh: choice === null ? null : (current) => choice.refresh(current),
    timestamps: timestampNames(choice?.asTheyAre ?? table.columns),
    keys: keys.length === 0 ? null : compileRowKeys(keys, name),
    from: quoted,
    identity: table.primaryKey.map((key) => `${quoted}.${database.quoteName(key)}`),
    table: id,
    cursor,
    aggregate: (expression) => `SELECT ${expression} AS ${database.quoteName('value')} FROM ${quoted}`,
  }
}

/** Names of the key's columns as the table has them; none where records have no key. */
function keyColumnsIn(table: Table, config: SourceConfig): readonly string[] {
  const wanted = keyColumnsOf(config['key.mode'])
  if (wanted === 'none') return []
  const source = fullName(table.id)
  if (wanted === 'primary_key') {
    if (table.primaryKey.length === 0) throw noPrimaryKey(source)
    return table.primaryKey
  }
  return wanted.map((name) => findColumn({ columns: table.columns, name, source, key: 'key.mode' }).name)
}

function refuseHiddenCursor(rules: ColumnRules, table: TableId | null, columns: CursorColumns): void {
  const { source, incrementing, timestamps } = columns
  if (incrementing !== null) refuseHidden(rules, incrementing.name, { table, source, key: 'incrementing.column.name' })
  for (const { name } of timestamps) refuseHidden(rules, name, { table, source, key: 'timestamp.column.name' })
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
  const cursorColumn = ({ name, typeName }: Column): CursorColumn => ({
    name,
    typeName,
    sql: `${quoted}.${database.quoteName(name)}`,
  })
  const id = names.incrementing === '' ? null : find(names.incrementing, 'incrementing.column.name')
  if (id !== null) refuseText(id, source)
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

/** What is text by its type has no numbers, and some databases cannot even say which value of it is the greatest. */
function refuseText({ name, typeName, schema }: Column, source: string): void {
  if (schema === null || schema.type !== 'string' || typeName === '') return
  throw notIntegral(`${source}.${name}`, typeName)
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

function warnUnreadable(table: Table, rules: ColumnRules | null, log: Log): void {
  const isRead = (name: string) => rules === null || rules.treat(table.id, name).kind === 'as it is'
  for (const column of table.columns.filter(({ schema, name }) => schema === null && isRead(name))) {
    log.warn(`${fullName(table.id)}.${column.name} is left out: its type ${column.typeName} cannot be read.`)
  }
  for (const { name } of table.columns.filter((candidate) => candidate.isInvisible === true)) {
    log.warn(`${fullName(table.id)}.${name} is left out: the column is invisible. Name it in a query to read it.`)
  }
}

/** Runs the query for no rows where its columns are needed, and so learns whether it can be run at all. */
export async function querySource({ config, mode, database }: SourceOptions): Promise<RowSource> {
  const query = trimQuery(queryOf(config))
  const rules = columnRulesOf(config)
  const keyMode = keyColumnsOf(config['key.mode'])
  const needsColumns =
    mode.usesTimestamps ||
    mode.usesIncrementing ||
    config['timestamp.granularity'] !== 'connect_logical' ||
    rules !== null ||
    keyMode !== 'none'
  const columns = needsColumns ? await queryColumns(database, query) : []
  const used = queryCursorColumns(config, { mode, database, columns })
  const cursor = mode.cursor(used)
  const keys =
    typeof keyMode === 'string'
      ? []
      : keyMode.map((name) => findColumn({ columns, name, source: QUERY, key: 'key.mode' }).name)
  if (rules !== null) {
    refuseHiddenCursor(rules, null, used)
    for (const key of keys) refuseHidden(rules, key, { table: null, source: QUERY, key: 'key.mode' })
  }
  const from = { table: null, source: QUERY, from: `(${query}\n) query_rows` }
  const choice = rules === null ? null : new ColumnChoice({ ...from, rules }, columns, database)
  const plain = cursor === null ? query : openSelect(query)
  return {
    name: queryKeyOf(config),
    topic: config['topic.prefix'],
    schemaName: null,
    partition: QUERY_PARTITION,
    partitions: [QUERY_PARTITION],
    get select() {
      return choice?.select ?? plain
    },
    isSecret: config['query.masked'] !== '' || config['columns.mask.hash.salt'] !== '',
    refresh: choice === null ? null : (current) => choice.refresh(current),
    timestamps: timestampNames(choice?.asTheyAre ?? columns),
    keys: keys.length === 0 ? null : compileRowKeys(keys, QUERY),
    from: `(${query}\n) query_rows`,
    identity: [],
    table: null,
    cursor,
    aggregate: null,
  }
}

interface QueryParts {
  readonly mode: Mode
  readonly database: Database
  readonly columns: readonly Column[]
}

function queryCursorColumns(config: SourceConfig, { mode, database, columns }: QueryParts): CursorColumns {
  const find = (name: string, key: string): CursorColumn => {
    const column = findColumn({ columns, name, source: QUERY, key })
    if (key === 'incrementing.column.name') refuseText(column, QUERY)
    return { name: column.name, typeName: column.typeName, sql: database.quoteName(column.name) }
  }
  const id = config['incrementing.column.name']
  return {
    source: QUERY,
    instantExpression: (sql) => database.instantExpression(sql),
    timestamps: mode.usesTimestamps
      ? config['timestamp.column.name'].map((name) => find(name, 'timestamp.column.name'))
      : [],
    incrementing: mode.usesIncrementing && id !== '' ? find(id, 'incrementing.column.name') : null,
    isUnique: false,
  }
}

export async function queryColumns(database: Database, query: string): Promise<readonly Column[]> {
  const text = database.limit(`SELECT * FROM (${trimQuery(query)}\n) query_rows`, 0)
  const page = await database.read({ text, parameters: [] }, { schemaName: null })
  return page.columns
}
