// What happens to each column before it leaves the database: it is read, left out, hashed, or replaced by a text.
import { ConfigError } from '@rowbridge/api'
import type { Database, TableId } from '@rowbridge/sql'
import { patternOf, patternProblem, type Pattern } from './pattern.js'
import { fullName } from './table-filter.js'

export interface ColumnConfig {
  readonly 'columns.include.list': readonly string[]
  readonly 'columns.exclude.list': readonly string[]
  readonly 'columns.mask.hash': readonly string[]
  readonly 'columns.mask.hash.salt': string
  readonly 'columns.mask.with': readonly string[]
}

const LIST_KEYS = ['columns.include.list', 'columns.exclude.list', 'columns.mask.hash', 'columns.mask.with'] as const
type ListKey = (typeof LIST_KEYS)[number]

/** What becomes of a column; `left out` names the key that leaves it out. */
export type Treatment =
  | { readonly kind: 'as it is' }
  | { readonly kind: 'left out'; readonly by: ListKey }
  | { readonly kind: 'masked'; readonly by: ListKey; sql(column: string, isBytes: boolean, database: Database): string }

export interface ColumnRules {
  /** `table` is null for a query. */
  treat(table: TableId | null, column: string): Treatment
  /** Entries that match none of the columns, each with its key. */
  unmatched(columns: readonly ColumnName[]): readonly { readonly key: ListKey; readonly entry: string }[]
}

export interface ColumnName {
  readonly table: TableId | null
  readonly column: string
}

interface Entry {
  readonly key: ListKey
  readonly entry: string
  readonly pattern: Pattern
  /** Whether it is one for names with their table. */
  readonly isQualified: boolean
  /** For `columns.mask.with`. */
  readonly text: string
}

const AS_IT_IS: Treatment = { kind: 'as it is' }

/** Null when all columns are read as they are. */
export function columnRulesOf(config: ColumnConfig): ColumnRules | null {
  const entries = LIST_KEYS.flatMap((key) => config[key].filter((entry) => entry !== '').map((e) => entryOf(key, e)))
  if (entries.length === 0) return null
  const hasIncludes = entries.some((entry) => entry.key === 'columns.include.list')
  const salt = config['columns.mask.hash.salt']
  return {
    treat(table, column) {
      const own = entries.filter((entry) => isMatch(entry, { table, column }))
      const of = (key: ListKey) => own.find((entry) => entry.key === key)
      if (hasIncludes && of('columns.include.list') === undefined)
        return { kind: 'left out', by: 'columns.include.list' }
      if (of('columns.exclude.list') !== undefined) return { kind: 'left out', by: 'columns.exclude.list' }
      const hash = of('columns.mask.hash')
      const text = own.filter((entry) => entry.key === 'columns.mask.with')
      if (hash !== undefined && text.length > 0) throw twice({ table, column }, [hash, ...text])
      if (new Set(text.map((entry) => entry.text)).size > 1) throw twice({ table, column }, text)
      if (hash !== undefined) return hashed(salt)
      return text[0] === undefined ? AS_IT_IS : replaced(text[0].text)
    },
    unmatched(columns) {
      return entries
        .filter((entry) => !columns.some((name) => isMatch(entry, name)))
        .map(({ key, entry }) => ({ key, entry }))
    },
  }
}

function hashed(salt: string): Treatment {
  return {
    kind: 'masked',
    by: 'columns.mask.hash',
    sql: (column, isBytes, database) => database.digest(column, { salt, isBytes }),
  }
}

function replaced(text: string): Treatment {
  return {
    kind: 'masked',
    by: 'columns.mask.with',
    sql: (column, _isBytes, database) => `CASE WHEN ${column} IS NULL THEN NULL ELSE ${database.quoteText(text)} END`,
  }
}

function entryOf(key: ListKey, entry: string): Entry {
  const colon = key === 'columns.mask.with' ? entry.lastIndexOf(':') : entry.length
  const regex = entry.slice(0, colon).trim()
  const isQualified = SEPARATOR.test(regex)
  return { key, entry, pattern: patternOf(regex), isQualified, text: entry.slice(colon + 1).trim() }
}

/** A dot that stands for itself: escaped, in brackets, or with nothing behind it that repeats it. */
const SEPARATOR = /\\\.|\[\.\]|(?<!\\)\.(?![*+?{])/

/** A pattern with a separator is one for whole names, one without for the name of a column. */
function isMatch({ pattern, isQualified }: Entry, { table, column }: ColumnName): boolean {
  if (!isQualified) return pattern.test(column)
  if (table === null) return pattern.test(`query.${column}`)
  return pattern.test(`${fullName(table)}.${column}`) || pattern.test(`${table.table}.${column}`)
}

function twice({ table, column }: ColumnName, entries: readonly Entry[]): ConfigError {
  const name = table === null ? column : `${fullName(table)}.${column}`
  const message = `${name} is masked in two ways: ${entries.map(({ key, entry }) => `${key}=${entry}`).join(' and ')}.`
  return new ConfigError(
    'ambiguous-mask',
    [...new Set(entries.map(({ key }) => key))].map((key) => ({ key, message })),
  )
}

/** Says what is wrong with a list of `regex:text`, or null. */
export function checkMasks(list: string): string | null {
  for (const entry of list.split(',').map((part) => part.trim())) {
    if (entry === '') continue
    const colon = entry.lastIndexOf(':')
    if (colon <= 0) return `${entry}: regex:text is expected`
    const problem = patternProblem(entry.slice(0, colon).trim())
    if (problem !== null) return problem
  }
  return null
}
