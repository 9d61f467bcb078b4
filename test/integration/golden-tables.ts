// Recorded tables of the Java sink: reads the files of test/golden/sink-ddl.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../golden/sink-ddl')

export interface Stage {
  readonly title: string
  /** Texts of key and value, null where there was none. */
  readonly records: readonly (readonly [key: string | null, value: string | null])[]
  /** Definitions of the columns by name; null where the table was not made. */
  readonly columns: Readonly<Record<string, string>> | null
  readonly primaryKey: readonly string[]
  readonly rows: readonly Readonly<Record<string, string>>[]
  readonly hasFailed: boolean
}

export interface GoldenTable {
  readonly name: string
  readonly props: Readonly<Record<string, string>>
  readonly stages: readonly Stage[]
}

export function goldenTables(kind: 'mariadb' | 'pg'): readonly GoldenTable[] {
  return readdirSync(FOLDER)
    .filter((file) => file.startsWith(`${kind}.`))
    .toSorted()
    .map((file) => {
      const [head = '', ...stages] = readFileSync(join(FOLDER, file), 'utf8').split('\n-- stage: ')
      const props = JSON.parse(/-- config: (.*)/.exec(head)?.[1] ?? '{}') as Record<string, string>
      return { name: file.replace('.txt', ''), props, stages: stages.map(stageOf) }
    })
}

function stageOf(text: string): Stage {
  const [head = '', rest = ''] = text.split('\n-- table after:\n')
  const [table = '', after = ''] = rest.split('\n-- rows:\n')
  const keys = [...head.matchAll(/^-- {3}key (.*)$/gm)].map((match) => orNull(match[1]))
  const values = [...head.matchAll(/^-- {3}value (.*)$/gm)].map((match) => orNull(match[1]))
  return {
    title: head.split('\n')[0] ?? '',
    records: keys.map((key, i) => [key, values[i] ?? null] as const),
    ...(table.startsWith('{') ? fromCatalogue(table) : fromStatement(table)),
    rows: table.startsWith('{') ? barRows(after) : starRows(after),
    hasFailed: after.includes('-- TASK FAILED'),
  }
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text === 'null' ? null : text
}

/** The answer of SHOW CREATE TABLE. */
export function fromStatement(text: string): Pick<Stage, 'columns' | 'primaryKey'> {
  const lines = [...text.matchAll(/^ {2}`([^`]*)` (.*?),?$/gm)]
  const key = /PRIMARY KEY \((.*)\)/.exec(text)?.[1] ?? ''
  if (lines.length === 0) return { columns: null, primaryKey: [] }
  return {
    columns: Object.fromEntries(lines.map((match) => [match[1], match[2]])),
    primaryKey: [...key.matchAll(/`([^`]*)`/g)].map((match) => match[1] ?? ''),
  }
}

export interface CatalogueColumn {
  readonly column_name: string
  readonly column_default: string | null
  readonly is_nullable: string
  readonly data_type: string
}

export function definitionOf(column: CatalogueColumn): string {
  const { data_type: type, is_nullable: nullable, column_default: initial } = column
  return `${type}${nullable === 'NO' ? ' NOT NULL' : ''}${initial === null ? '' : ` DEFAULT ${initial}`}`
}

function fromCatalogue(text: string): Pick<Stage, 'columns' | 'primaryKey'> {
  const { columns, primary_key: key } = JSON.parse(text) as {
    readonly columns: readonly CatalogueColumn[]
    readonly primary_key: readonly { readonly attname: string }[]
  }
  return {
    columns: columns.length === 0 ? null : Object.fromEntries(columns.map((c) => [c.column_name, definitionOf(c)])),
    primaryKey: key.map(({ attname }) => attname),
  }
}

function starRows(text: string): Stage['rows'] {
  return text
    .split(/^\*+ \d+\. row \*+$/m)
    .slice(1)
    .map((row) => Object.fromEntries([...row.matchAll(/^ *(\w+): (.*)$/gm)].map((match) => [match[1], match[2] ?? ''])))
}

function barRows(text: string): Stage['rows'] {
  return text
    .split(/\n\n+/)
    .map((row) => [...row.matchAll(/^(\w+)\|(.*)$/gm)])
    .filter((fields) => fields.length > 0)
    .map((fields) => Object.fromEntries(fields.map((match) => [match[1], match[2] ?? ''])))
}
