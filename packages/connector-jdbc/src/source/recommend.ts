// Values to choose from in a form, as the database tells them: tables, and columns that can find new rows.
import { DECIMAL, scaleOf, TIMESTAMP, type Props, type Schema } from '@rowbridge/api'
import type { Column, Database } from '@rowbridge/sql'
import { connect, databaseOptionsOf, PASS_THROUGH } from '../connect.js'
import { sourceConfig, type SourceConfig } from './config.js'
import { chooseTables, fullName } from './table-filter.js'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
/** More tables than these are not looked at for their columns. */
const MOST_TABLES = 20
const NEEDED = [
  'catalog.pattern',
  'schema.pattern',
  'table.types',
  'dialect.name',
  'table.whitelist',
  'table.include.list',
]

type Values = Readonly<Record<string, readonly string[]>>

/** By key. Throws where the database cannot be asked. */
export async function recommendedValues(props: Props, signal: AbortSignal): Promise<Values> {
  if ((props['connection.url'] ?? '').trim() === '') return {}
  const config = sourceConfig.parse(readable(props))
  const once = { attempts: 1, backoffMs: 0, log: SILENT, signal }
  const database = await connect(databaseOptionsOf(config, props), once)
  try {
    return await valuesOf(database, config)
  } finally {
    await database.close()
  }
}

/** What says where to look, without what may still be wrong or missing. */
function readable(props: Props): Props {
  const wrong = new Set(sourceConfig.validate(props).flatMap(({ name, errors }) => (errors.length > 0 ? [name] : [])))
  const kept = Object.entries(props).filter(
    ([key]) => (NEEDED.includes(key) || key.startsWith(PASS_THROUGH)) && !wrong.has(key),
  )
  const isChosen = kept.some(([key, value]) => /^table\.(?:whitelist|include)/.test(key) && value !== '')
  return { ...Object.fromEntries(kept), mode: 'bulk', ...(isChosen ? {} : { 'table.blacklist': ' ,' }) }
}

async function valuesOf(database: Database, config: SourceConfig): Promise<Values> {
  const tables = await database.tables({
    types: config['table.types'].map((type) => type.toUpperCase()),
    catalog: config['catalog.pattern'],
    schemaPattern: config['schema.pattern'],
  })
  const names = tables.map(fullName)
  const chosen = chooseTables(tables, config, (id) => database.quoteTable(id)).slice(0, MOST_TABLES)
  const columns: Column[] = []
  for (const id of chosen) columns.push(...((await database.describe(id))?.columns ?? []))
  const namesOf = (isFit: (schema: Schema) => boolean) => [
    ...new Set(columns.filter(({ schema }) => schema !== null && isFit(schema)).map(({ name }) => name)),
  ]
  return {
    'table.whitelist': names,
    'table.blacklist': names,
    'incrementing.column.name': namesOf(isWhole),
    'timestamp.column.name': namesOf((schema) => schema.name === TIMESTAMP),
  }
}

function isWhole(schema: Schema): boolean {
  return schema.name === DECIMAL ? scaleOf(schema) === 0 : schema.name === null && schema.type.startsWith('int')
}
