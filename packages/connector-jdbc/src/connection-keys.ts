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

const DEFAULT_PROVIDER = 'io.confluent.connect.jdbc.util.DefaultJdbcCredentialsProvider'

/** Another class would give another user than the configuration does. */
function checkProvider(name: string): string | null {
  if (name === '' || name === DEFAULT_PROVIDER) return null
  return `Class ${name} could not be found, as classes of Java cannot be loaded. Remove the key and set connection.user and connection.password`
}

export const CREDENTIALS_PROVIDER_KEY = {
  type: 'class',
  default: DEFAULT_PROVIDER,
  check: checkProvider,
  importance: 'low',
  width: 'long',
  doc: 'The class that gives `connection.user` and `connection.password`, which is the only one there is: other classes of Java cannot be loaded and are refused.',
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

export const CHECK_KEY = {
  type: 'long',
  default: 10_000,
  min: 0,
  importance: 'low',
  width: 'short',
  doc: 'After how long without an answer the server is asked, over a second connection, whether it still works on a statement, in milliseconds. When it does not, or cannot be reached in the same time, the connection is opened anew. A statement that takes long is left in peace. 0: never.',
} as const satisfies ConfigKey

export const QUERY_TIMEOUT_KEY = {
  type: 'long',
  default: 0,
  min: 0,
  importance: 'low',
  width: 'short',
  doc: 'The longest that a statement may go without an answer, in milliseconds; it is then stopped, and tried again. 0: as long as it takes, or what `socketTimeout` in `connection.url` says.',
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
