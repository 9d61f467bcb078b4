// All keys of the source connector, and the rules across them.
import { defineConfig, type Config, type ConfigKeys } from '@rowbridge/api'
import { PASS_THROUGH } from '../connect.js'
import { NOT_ONE_OF, ZONE_KEY } from '../connection-keys.js'
import { columnKeys } from './column-keys.js'
import { databaseKeys } from './database-keys.js'
import { modeKeys } from './mode-keys.js'
import { sourceRules } from './rules.js'

const group = 'Connector'
const GRANULARITIES = [
  'connect_logical',
  'micros_long',
  'micros_string',
  'micros_iso_datetime_string',
  'nanos_long',
  'nanos_string',
  'nanos_iso_datetime_string',
] as const

const connectorKeys = {
  'table.types': {
    type: 'list',
    default: ['TABLE'],
    importance: 'low',
    group,
    width: 'medium',
    doc: 'Kinds of tables to take: `TABLE`, `VIEW`, `PARTITIONED TABLE`.',
  },
  'poll.interval.ms': {
    type: 'int',
    default: 5000,
    importance: 'high',
    group,
    width: 'short',
    doc: 'Pause between two runs over one table, in milliseconds.',
  },
  'batch.max.rows': {
    type: 'int',
    default: 1000,
    importance: 'low',
    group,
    width: 'short',
    doc: 'The most rows of one batch. A table is read in pages of as many, at least 100; pages grow while their rows are small, or slow to find. A value below 1 counts as 1.',
  },
  'max.buffer.size': {
    type: 'int',
    default: 0,
    importance: 'low',
    group,
    width: 'short',
    doc: 'The most rows of one page, of which one is read ahead while another is handed on; 0: as many as read well.',
  },
  'poll.linger.ms': {
    type: 'long',
    default: 5000,
    importance: 'low',
    group,
    width: 'short',
    doc: 'How long a poll waits for rows when there are none, in milliseconds.',
  },
  'table.monitoring.startup.polling.limit.ms': {
    type: 'long',
    default: 10_000,
    importance: 'low',
    isInternal: true,
    doc: 'How long the connector waits for the first list of tables before it starts without one.',
  },
  'table.poll.interval.ms': {
    type: 'long',
    default: 60_000,
    importance: 'low',
    group,
    width: 'short',
    doc: 'Pause between two looks at which tables there are, in milliseconds. A table made or dropped is noticed after it; while there is none to read, after five seconds at most.',
  },
  'topic.prefix': {
    type: 'string',
    default: '',
    check: checkPrefix,
    importance: 'high',
    group,
    width: 'medium',
    doc: 'What stands before the name of the table in the name of the topic; with a query, the topic itself.',
  },
  'timestamp.delay.interval.ms': {
    type: 'long',
    default: 0,
    importance: 'high',
    group,
    width: 'medium',
    doc: 'How old a row must be, by the clock of the database and in milliseconds, before it is read. Longer than the longest transaction, no row that is committed late is missed.',
  },
  'db.timezone': {
    ...ZONE_KEY,
    group,
    doc: 'Zone in which columns without a zone are to be understood.',
  },
  'timestamp.granularity': {
    type: 'enum',
    values: GRANULARITIES,
    notAllowed: NOT_ONE_OF,
    default: 'connect_logical',
    importance: 'low',
    group,
    width: 'medium',
    recommend: () => GRANULARITIES,
    doc: 'What timestamp columns become: Connect timestamps in milliseconds, without the digits below, or micro- or nanoseconds as a number, as text, or as an ISO date and time in `db.timezone`.',
  },
} as const satisfies ConfigKeys

const keys = { ...databaseKeys, ...modeKeys, ...connectorKeys, ...columnKeys } as const

export const sourceConfig = defineConfig(keys, [sourceRules], {
  passThrough: [PASS_THROUGH],
  aliases: {
    'sql.quote.identifiers': { key: 'quote.sql.identifiers', translate: quotingOf },
    'timestamp.initial.ms': { key: 'timestamp.initial' },
  },
})
export type SourceConfig = Config<typeof keys>

/** The other name of the key takes a boolean. */
function quotingOf(value: string): string {
  const word = value.trim().toLowerCase()
  return word === 'true' ? 'ALWAYS' : word === 'false' ? 'NEVER' : value
}

function checkPrefix(prefix: string): string | null {
  if (prefix.length > 249) return 'The prefix of a topic may have at most 249 characters'
  return /^[a-zA-Z0-9._-]*$/.test(prefix)
    ? null
    : 'The prefix of a topic may have letters, digits, `.`, `_` and `-` only'
}
