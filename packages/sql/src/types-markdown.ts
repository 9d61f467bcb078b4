// Prints a dialect's tables of types as TYPES.md.
import { DECIMAL, decimal, primitive, type Schema } from '@rowbridge/api'
import type { RawColumn, ReadSettings, ReadType, WriteType } from './dialect.js'
import { importFile } from './registry.js'

const SETTINGS: ReadSettings = { numericMapping: 'none', zone: null, isLegacyCalendar: false, params: {} }

/** The page for a dialect's file name: what is read as what, and which column is created for what. */
export async function typesMarkdown(dialect: string): Promise<string> {
  const { default: parts } = await importFile(dialect)
  const reads = Object.entries(parts.reads).map(
    ([type, read]) => `| ${type} | ${shownSchema(schemaFor(type, read))} | ${read.otherwise ?? ''} |`,
  )
  const writes = Object.entries(parts.writes).map(([type, write]) => `| ${shortName(type)} | ${ddlFor(type, write)} |`)
  return [
    `# Types: ${dialect}`,
    '',
    'Printed from the tables of the dialect; do not edit.',
    '',
    '## Read',
    '',
    'A value that does not fit goes in a record of its own schema, in which that one field differs.',
    'Time and Timestamp count milliseconds: digits below are cut, not rounded, as in Java; the README of the JDBC source says how to keep them.',
    '',
    '| database type | Connect schema | what does not fit |',
    '| --- | --- | --- |',
    ...reads,
    '',
    '## Created',
    '',
    '| Connect type | column type | as a key |',
    '| --- | --- | --- |',
    ...writes,
    '',
  ].join('\n')
}

function schemaFor(type: string, read: ReadType): Schema {
  const column: RawColumn = {
    name: type,
    type,
    typeName: type,
    precision: 10,
    scale: 2,
    isNullable: false,
    isPrimaryKey: false,
    isAutoIncrement: false,
  }
  return typeof read.schema === 'function' ? read.schema(column, SETTINGS) : read.schema
}

function shownSchema(schema: Schema): string {
  if (schema.name === DECIMAL) return 'Decimal of the column’s scale'
  return schema.name === null ? schema.type : `${shortName(schema.name)} (${schema.type})`
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

function ddlFor(type: string, write: WriteType): string {
  const schema = type === DECIMAL ? decimal(2) : primitive('string')
  const ddl = typeof write.ddl === 'string' ? write.ddl : write.ddl(schema)
  return `${ddl} | ${write.key?.(schema, 1) ?? ddl}`
}
