// The keys of the source that say where the database is and which tables to take.
import type { ConfigKeys } from '@rowbridge/api'
import { ATTEMPTS_KEY, BACKOFF_KEY, CALENDAR_KEY, CREDENTIALS_PROVIDER_KEY, DIALECT_KEY } from '../connection-keys.js'
import { checkPatterns } from './table-filter.js'

const group = 'Database'
const NUMERIC_MAPPINGS = ['none', 'precision_only', 'best_fit', 'best_fit_eager_double'] as const

export const databaseKeys = {
  'connection.url': {
    type: 'string',
    default: '',
    importance: 'high',
    group,
    width: 'long',
    dependents: ['table.whitelist', 'table.blacklist'],
    doc: 'JDBC URL of the database to read, such as `jdbc:postgresql://host:5432/shop`.',
  },
  'connection.user': {
    type: 'string',
    default: null,
    importance: 'high',
    group,
    width: 'long',
    doc: 'User to connect as.',
  },
  'connection.password': {
    type: 'password',
    default: null,
    importance: 'high',
    group,
    width: 'short',
    doc: 'Password of the user.',
  },
  'jdbc.credentials.provider.class': { ...CREDENTIALS_PROVIDER_KEY, group },
  'connection.attempts': { ...ATTEMPTS_KEY, group },
  'connection.backoff.ms': { ...BACKOFF_KEY, group },
  'table.whitelist': {
    type: 'list',
    default: [],
    importance: 'medium',
    group,
    width: 'long',
    doc: 'Tables to read, each as `table`, `schema.table` or with its quotes. Letters count as they are. Wins over `table.blacklist`.',
  },
  'table.blacklist': {
    type: 'list',
    default: [],
    importance: 'medium',
    group,
    width: 'long',
    doc: 'Tables not to read; all others are read.',
  },
  'table.include.list': {
    type: 'list',
    default: [],
    check: checkPatterns,
    importance: 'medium',
    group,
    width: 'long',
    doc: 'Regular expressions; a table is read when one matches its whole name, with schema or catalog and without quotes.',
  },
  'table.exclude.list': {
    type: 'list',
    default: [],
    check: checkPatterns,
    importance: 'medium',
    group,
    width: 'long',
    doc: 'Regular expressions for tables to leave out of what `table.include.list` chose.',
  },
  'catalog.pattern': {
    type: 'string',
    default: null,
    importance: 'medium',
    group,
    width: 'short',
    doc: 'Catalog to look for tables in; unset: wherever the connection sees some.',
  },
  'schema.pattern': {
    type: 'string',
    default: null,
    importance: 'high',
    group,
    width: 'short',
    doc: 'Schemas to look for tables in, as a `LIKE` pattern; unset: all.',
  },
  'numeric.precision.mapping': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group,
    width: 'short',
    doc: 'Older spelling of `numeric.mapping=precision_only`; `numeric.mapping` wins.',
  },
  'numeric.mapping': {
    type: 'enum',
    values: NUMERIC_MAPPINGS,
    default: null,
    importance: 'low',
    group,
    width: 'short',
    recommend: () => NUMERIC_MAPPINGS,
    doc: 'What NUMERIC columns become: always a Decimal (`none`), an integer where the scale is 0 (`precision_only`), an integer or a double where up to 18 digits allow it (`best_fit`), or a double for every scale above 0 (`best_fit_eager_double`).',
  },
  'dialect.name': { ...DIALECT_KEY, group },
  'date.calendar.system': { ...CALENDAR_KEY, group },
} as const satisfies ConfigKeys
