// The keys of the source that say how new rows are found.
import type { ConfigKeys, Props } from '@rowbridge/api'
import { QUOTE_KEY } from '../connection-keys.js'
import { checkBeginnings } from './initial-offset.js'
import { checkIncrementingMapping, checkTimestampMapping } from './column-mapping.js'

const group = 'Mode'
/** A hundred million days from 1970. */
const FURTHEST_MS = 8.64e15
const ISOLATION_LEVELS = [
  'DEFAULT',
  'READ_UNCOMMITTED',
  'READ_COMMITTED',
  'REPEATABLE_READ',
  'SERIALIZABLE',
  'SQL_SERVER_SNAPSHOT',
] as const

/** What is wrong with `mode`, told on each key that depends on it, as Kafka Connect does. */
const checkMode = (props: Props): string | null => {
  const mode = modeOf(props)
  if (mode === '') return 'Query mode must be specified'
  return MODES.includes(mode) ? null : `Invalid mode: ${(props['mode'] ?? '').trim()}`
}
const isMode = (...modes: readonly string[]) => {
  return (props: Props) => !MODES.includes(modeOf(props)) || modes.includes(modeOf(props))
}
const modeOf = (props: Props): string => (props['mode'] ?? '').trim().toLowerCase()
const MODES: readonly string[] = ['bulk', 'timestamp', 'incrementing', 'timestamp+incrementing']

export const modeKeys = {
  mode: {
    type: 'enum',
    values: ['', 'bulk', 'timestamp', 'incrementing', 'timestamp+incrementing'],
    default: '',
    importance: 'high',
    group,
    width: 'medium',
    dependents: [
      'incrementing.column.name',
      'timestamp.column.name',
      'incrementing.column.mapping',
      'timestamp.columns.mapping',
      'validate.non.null',
    ],
    doc: '`bulk`: every row at every poll. `incrementing`: rows with a greater value in a growing column. `timestamp`: rows with a later time in one or more columns. `timestamp+incrementing`: both, which finds changed rows and tells rows of one instant apart.',
  },
  'incrementing.column.name': {
    type: 'string',
    default: '',
    checkAmong: checkMode,
    importance: 'medium',
    group,
    width: 'medium',
    visible: isMode('incrementing', 'timestamp+incrementing'),
    doc: 'The growing column; empty: the column the database numbers by itself.',
  },
  'timestamp.column.name': {
    type: 'list',
    default: [],
    checkAmong: checkMode,
    importance: 'medium',
    group,
    width: 'medium',
    visible: isMode('timestamp', 'timestamp+incrementing'),
    doc: 'The columns with the time of the last change; of several, the first that is not null counts.',
  },
  'timestamp.columns.mapping': {
    type: 'list',
    default: [],
    check: checkTimestampMapping,
    checkAmong: checkMode,
    importance: 'medium',
    group,
    width: 'long',
    visible: isMode('timestamp', 'timestamp+incrementing'),
    doc: 'Timestamp columns per table, as `regex:[column|column]`. Each table must match exactly one entry. Goes with `table.include.list`.',
  },
  'incrementing.column.mapping': {
    type: 'list',
    default: [],
    check: checkIncrementingMapping,
    checkAmong: checkMode,
    importance: 'medium',
    group,
    width: 'long',
    visible: isMode('incrementing', 'timestamp+incrementing'),
    doc: 'The growing column per table, as `regex:column`. Each table must match exactly one entry. Goes with `table.include.list`.',
  },
  'timestamp.initial': {
    type: 'long',
    default: null,
    check: (text) =>
      Math.abs(Number(text)) > FURTHEST_MS ? `Times lie between -${FURTHEST_MS} and ${FURTHEST_MS}` : null,
    checkAmong: checkMode,
    importance: 'low',
    group,
    width: 'medium',
    visible: (props) => !MODES.includes(modeOf(props)),
    doc: 'Where the very first run starts, in milliseconds since 1970; `-1`: the present time of the database; unset: everything after the beginning of 1970.',
  },
  'validate.non.null': {
    type: 'boolean',
    default: true,
    checkAmong: checkMode,
    importance: 'low',
    group,
    width: 'short',
    visible: isMode('incrementing', 'timestamp', 'timestamp+incrementing'),
    doc: 'Whether a task refuses to start when the columns that find new rows may be null. Rows with a null there are never found.',
  },
  query: {
    type: 'string',
    default: '',
    importance: 'medium',
    group,
    width: 'short',
    doc: 'A SELECT to read instead of tables. With another mode than `bulk` the condition for new rows is added to it; a query with clauses of its own after FROM is put in parentheses first.',
  },
  'query.masked': {
    type: 'password',
    default: '',
    importance: 'medium',
    group,
    width: 'short',
    visible: () => false,
    doc: 'The same as `query`, and shown nowhere.',
  },
  'quote.sql.identifiers': { ...QUOTE_KEY, group },
  'query.suffix': {
    type: 'string',
    default: '',
    importance: 'low',
    group,
    width: 'medium',
    doc: 'Text to put at the end of every statement that reads rows. With one, a run is read as a single result and not page by page.',
  },
  'transaction.isolation.mode': {
    type: 'enum',
    values: ISOLATION_LEVELS,
    default: 'DEFAULT',
    importance: 'low',
    group,
    width: 'medium',
    recommend: () => ISOLATION_LEVELS.map((level) => level.toLowerCase()),
    doc: 'The isolation level of every connection of the source; `DEFAULT`: that of the server. `SQL_SERVER_SNAPSHOT` is one of SQL Server alone. SQLite knows the strictest only, which does for all.',
  },
  'query.retry.attempts': {
    type: 'int',
    default: -1,
    importance: 'low',
    group,
    width: 'medium',
    doc: 'How often a statement that fails for now is tried before the task fails; -1 or 0: for ever.',
  },
  'offset.initial': {
    type: 'list',
    default: [],
    check: checkBeginnings,
    importance: 'low',
    group,
    width: 'medium',
    visible: isMode('incrementing', 'timestamp', 'timestamp+incrementing'),
    doc: 'Where tables begin that have no stored offset: `earliest` (everything from 0, or from after the beginning of 1970, as the Java connector), `now`, the number or milliseconds since 1970 after which to begin, or a time such as `2024-05-01T00:00:00Z`. `regex:value` says it for some tables, the first that matches the whole name; other tables go by the value without a table, else by `timestamp.initial`.',
  },
  'incrementing.initial': {
    type: 'long',
    default: -1,
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    importance: 'low',
    group,
    width: 'medium',
    visible: isMode('incrementing'),
    doc: 'Where the very first run in mode `incrementing` starts: after this value of the growing column; -1: everything from 0 on.',
  },
  'commit.safe': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    group,
    width: 'short',
    visible: isMode('incrementing', 'timestamp', 'timestamp+incrementing'),
    doc: 'Whether rows are read only once no open transaction can commit one before them. `false`: at once, as the Java connector does, which misses rows that are committed after later ones.',
  },
  'commit.safe.max.wait.ms': {
    type: 'long',
    default: 0,
    importance: 'low',
    group,
    width: 'short',
    visible: isMode('incrementing', 'timestamp', 'timestamp+incrementing'),
    doc: 'How long to wait for a transaction that stays open before going on without its rows, in milliseconds; 0: for as long as it is open.',
  },
} as const satisfies ConfigKeys
