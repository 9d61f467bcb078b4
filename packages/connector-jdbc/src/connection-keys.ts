// Declarations that source and sink have in common, and the words their documentation shares.
import type { ConfigKey } from '@rowbridge/api'
import { checkZone } from './time-zone.js'

const DIALECT_NAMES = [
  '',
  'MySqlDatabaseDialect',
  'PostgreSqlDatabaseDialect',
  'SqliteDatabaseDialect',
  'GenericDatabaseDialect',
] as const

/** How the Java connector begins to refuse a value of some enums. */
export const NOT_ONE_OF = 'Invalid enumerator; it must be one of'

export const CREDENTIALS_PROVIDER_KEY = {
  type: 'class',
  default: 'io.confluent.connect.jdbc.util.DefaultJdbcCredentialsProvider',
  importance: 'low',
  width: 'long',
  doc: 'Accepted so that existing configurations load. Classes of Java cannot be used: `connection.user` and `connection.password` always are.',
} as const satisfies ConfigKey

export const ATTEMPTS_KEY = {
  type: 'int',
  default: 3,
  min: 1,
  importance: 'low',
  width: 'short',
  doc: 'How often to try before a connection counts as failed.',
} as const satisfies ConfigKey

export const BACKOFF_KEY = {
  type: 'long',
  default: 10_000,
  importance: 'low',
  width: 'short',
  doc: 'Pause between two attempts to connect, in milliseconds.',
} as const satisfies ConfigKey

export const DIALECT_KEY = {
  type: 'string',
  default: '',
  importance: 'low',
  width: 'long',
  recommend: () => DIALECT_NAMES,
  doc: 'Name of the dialect to use; empty: the one that fits `connection.url`.',
} as const satisfies ConfigKey

export const CALENDAR_KEY = {
  type: 'enum',
  values: ['LEGACY', 'PROLEPTIC_GREGORIAN'],
  default: 'LEGACY',
  importance: 'low',
  width: 'medium',
  doc: 'How days before 1582-10-15 are counted: by the Julian calendar as Java does (`LEGACY`), or by the proleptic Gregorian one as ISO 8601 and the databases do. `LEGACY` has no 1582-10-05 … 1582-10-14; those days become the ten that follow. Later dates are the same in both. Source and sink of one topic must agree.',
} as const satisfies ConfigKey

export const QUOTE_KEY = {
  type: 'enum',
  values: ['ALWAYS', 'NEVER'],
  default: 'ALWAYS',
  importance: 'medium',
  width: 'medium',
  recommend: () => ['always', 'never'],
  doc: 'Whether names of tables and columns are put in quotes: `always` keeps their case, `never` leaves it to the database.',
} as const satisfies ConfigKey

export const ZONE_KEY = {
  type: 'string',
  default: 'UTC',
  check: checkZone,
  importance: 'medium',
  width: 'medium',
} as const
