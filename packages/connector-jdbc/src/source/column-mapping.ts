// Which columns find the new rows of a table: those named for all tables, or those of the one mapping entry that matches it.
import { ConfigError } from '@rowbridge/api'
import { patternOf, patternProblem } from './pattern.js'
import { usesIncrementing, usesTimestamp } from './rules.js'

export interface CursorNames {
  /** Empty: the column that the database numbers by itself. */
  readonly incrementing: string
  readonly timestamps: readonly string[]
}

export interface MappingConfig {
  readonly mode: string
  readonly 'incrementing.column.name': string
  readonly 'timestamp.column.name': readonly string[]
  readonly 'table.include.list': readonly string[]
  readonly 'timestamp.columns.mapping': readonly string[]
  readonly 'incrementing.column.mapping': readonly string[]
}

/** `regex:[column|column]`, several by comma. */
export function checkTimestampMapping(text: string): string | null {
  return firstProblem(text, (columns) => {
    if (!columns.startsWith('[') || !columns.endsWith(']'))
      return 'columns must stand in brackets: regex:[column|column]'
    return columnsOf(columns).some((column) => column === '') ? 'the name of a column is empty' : null
  })
}

/** `regex:column`, several by comma. */
export function checkIncrementingMapping(text: string): string | null {
  return firstProblem(text, (column) => (column === '' ? 'the name of the column is empty' : null))
}

function firstProblem(text: string, checkColumns: (columns: string) => string | null): string | null {
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue
    const parts = entry.split(':').map((part) => part.trim())
    const [regex, columns] = parts
    if (parts.length !== 2 || regex === undefined || columns === undefined) return `${entry}: one colon is expected`
    const problem = patternProblem(regex) ?? checkColumns(columns)
    if (problem !== null) return `${entry}: ${problem}`
  }
  return null
}

const columnsOf = (bracketed: string): string[] =>
  bracketed
    .slice(1, -1)
    .split('|')
    .map((column) => column.trim())

/** The columns for one table, by its whole name without quotes. */
export function cursorNamesOf(config: MappingConfig, table: string): CursorNames {
  if (config['table.include.list'].length === 0) {
    return { incrementing: config['incrementing.column.name'], timestamps: config['timestamp.column.name'] }
  }
  const match = (key: 'timestamp.columns.mapping' | 'incrementing.column.mapping', isNeeded: boolean) =>
    isNeeded ? onlyMatch(config[key], table, key) : ''
  const timestamps = match('timestamp.columns.mapping', usesTimestamp(config.mode))
  return {
    incrementing: match('incrementing.column.mapping', usesIncrementing(config.mode)),
    timestamps: timestamps === '' ? [] : columnsOf(timestamps),
  }
}

function onlyMatch(entries: readonly string[], table: string, key: string): string {
  const matches = entries.filter((entry) => patternOf(entry.slice(0, entry.indexOf(':')).trim()).test(table))
  const [match] = matches
  if (match !== undefined && matches.length === 1) return match.slice(match.indexOf(':') + 1).trim()
  const what = matches.length === 0 ? 'no entry matches' : `the entries ${matches.join(' and ')} all match`
  throw new ConfigError('ambiguous-mapping', [{ key, message: `${key}: ${what} table ${table}.` }], {
    hint: 'Each table must match exactly one entry.',
  })
}
