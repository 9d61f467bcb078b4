// What must hold between the keys of the source. The steps stand in the order in which they are tried; the first that fails answers.
import type { ConfigProblem } from '@rowbridge/api'

/** The keys the rules look at. */
export interface RuleConfig {
  readonly mode: string
  readonly query: string
  readonly 'query.masked': string
  readonly 'topic.prefix': string
  readonly 'connection.url': string
  readonly 'dialect.name': string
  readonly 'key.mode': string
  readonly 'transaction.isolation.mode': string
  readonly 'incrementing.column.name': string
  readonly 'timestamp.column.name': readonly string[]
  readonly 'table.whitelist': readonly string[]
  readonly 'table.blacklist': readonly string[]
  readonly 'table.include.list': readonly string[]
  readonly 'table.exclude.list': readonly string[]
  readonly 'timestamp.columns.mapping': readonly string[]
  readonly 'incrementing.column.mapping': readonly string[]
}

type Step = (config: RuleConfig) => readonly ConfigProblem[]

const NAME_KEYS = ['table.whitelist', 'table.blacklist', 'incrementing.column.name', 'timestamp.column.name'] as const
const PATTERN_KEYS = [
  'table.include.list',
  'table.exclude.list',
  'timestamp.columns.mapping',
  'incrementing.column.mapping',
] as const
/** The keys that choose tables. */
export const FILTER_KEYS = ['table.whitelist', 'table.blacklist', 'table.include.list', 'table.exclude.list'] as const
export const usesTimestamp = (mode: string): boolean => mode.startsWith('timestamp')
export const usesIncrementing = (mode: string): boolean => mode.endsWith('incrementing')
export const queryOf = (config: Pick<RuleConfig, 'query' | 'query.masked'>): string =>
  (config['query.masked'] || config.query).trim()

const isSet = (config: RuleConfig, key: (typeof NAME_KEYS | typeof PATTERN_KEYS)[number]): boolean =>
  config[key].length > 0
const blame = (keys: readonly string[], message: string): ConfigProblem[] => keys.map((key) => ({ key, message }))

const isolationFitsDatabase: Step = (config) =>
  config['transaction.isolation.mode'] === 'SQL_SERVER_SNAPSHOT' &&
  !(config['dialect.name'] === ''
    ? /^jdbc:((jtds|microsoft):)?sqlserver:/i.test(config['connection.url'])
    : /^sqlserver(databasedialect)?$/i.test(config['dialect.name']))
    ? blame(['transaction.isolation.mode'], 'SQL_SERVER_SNAPSHOT is an isolation level of SQL Server only.')
    : []

const namesOrPatterns: Step = (config) => {
  if (queryOf(config) !== '') return []
  const names = NAME_KEYS.filter((key) => isSet(config, key))
  const patterns = PATTERN_KEYS.filter((key) => isSet(config, key))
  if (names.length > 0 && patterns.length > 0) {
    return blame(
      [...names, ...patterns],
      `Choose tables and columns either by name (${NAME_KEYS.join(', ')}) or by pattern (${PATTERN_KEYS.join(', ')}), not by both.`,
    )
  }
  if (names.length > 0 || patterns.length > 0) return []
  return blame(FILTER_KEYS, `Say which tables to read: one of ${FILTER_KEYS.join(', ')}, or a query.`)
}

const oneQuery: Step = (config) =>
  config.query !== '' && config['query.masked'] !== ''
    ? blame(['query', 'query.masked'], "Give the query in one place: either 'query' or 'query.masked'.")
    : []

const queryOrTables: Step = (config) => {
  const filters = FILTER_KEYS.filter((key) => isSet(config, key))
  return queryOf(config) !== '' && filters.length > 0
    ? blame(
        ['query', 'query.masked', ...filters],
        `A query leaves no tables to choose: remove it, or ${filters.join(', ')}.`,
      )
    : []
}

const queryIsSelect: Step = (config) => {
  const query = queryOf(config)
  return query === '' || /^select\b/i.test(query)
    ? []
    : blame([queryKeyOf(config)], 'A query must begin with SELECT. Make a view of anything else and read that.')
}

/** The key the query in use was given by. */
export const queryKeyOf = (config: Pick<RuleConfig, 'query.masked'>): 'query' | 'query.masked' =>
  config['query.masked'] === '' ? 'query' : 'query.masked'

const queryHasColumns: Step = (config) => {
  if (queryOf(config) === '') return []
  const missing = [
    ...(usesIncrementing(config.mode) && config['incrementing.column.name'] === '' ? ['incrementing.column.name'] : []),
    ...(usesTimestamp(config.mode) && config['timestamp.column.name'].length === 0 ? ['timestamp.column.name'] : []),
  ]
  return missing.map((key) => ({ key, message: `A query in mode ${config.mode} needs ${key}.` }))
}

const queryHasTopic: Step = (config) =>
  queryOf(config) !== '' && config['topic.prefix'] === ''
    ? blame(['topic.prefix'], 'The rows of a query go to the topic that topic.prefix names; it is empty.')
    : []

const excludeNeedsInclude: Step = (config) =>
  isSet(config, 'table.exclude.list') && !isSet(config, 'table.include.list')
    ? blame(['table.exclude.list'], 'table.exclude.list takes away from table.include.list, which is empty.')
    : []

const mappingFitsMode: Step = (config) => {
  if (queryOf(config) !== '' || !PATTERN_KEYS.some((key) => isSet(config, key))) return []
  const needs = [
    ['timestamp.columns.mapping', usesTimestamp(config.mode)],
    ['incrementing.column.mapping', usesIncrementing(config.mode)],
  ] as const
  const wrong = needs.find(([key, isNeeded]) => isSet(config, key) !== isNeeded)
  if (wrong === undefined) return []
  const [key, isNeeded] = wrong
  return blame(
    ['mode'],
    isNeeded
      ? `Mode ${config.mode} with table.include.list needs ${key}.`
      : `Mode ${config.mode} has no use for ${key}.`,
  )
}

const timestampColumnsAreGiven: Step = (config) =>
  usesTimestamp(config.mode) && !isSet(config, 'timestamp.column.name') && !isSet(config, 'timestamp.columns.mapping')
    ? blame(['timestamp.column.name'], `Mode ${config.mode} needs timestamp.column.name.`)
    : []

const keyFitsQuery: Step = (config) =>
  queryOf(config) !== '' && /^primary_key$/i.test(config['key.mode'])
    ? blame(['key.mode'], 'A query has no primary key: name the columns of the key, as in key.mode=columns:id.')
    : []

const STEPS: readonly Step[] = [
  isolationFitsDatabase,
  namesOrPatterns,
  oneQuery,
  queryOrTables,
  queryIsSelect,
  queryHasColumns,
  queryHasTopic,
  excludeNeedsInclude,
  mappingFitsMode,
  timestampColumnsAreGiven,
  keyFitsQuery,
]

/** The problems of the first step that finds any. */
export function sourceRules(config: RuleConfig): readonly ConfigProblem[] {
  for (const step of STEPS) {
    const problems = step(config)
    if (problems.length > 0) return problems
  }
  return []
}
