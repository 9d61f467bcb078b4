// Opens a database as a configuration says, with its attempts and pauses.
import { describeError, RetriableError, StateError, type Log, type Props } from '@rowbridge/api'
import {
  openDatabase,
  type Database,
  type DatabaseOptions,
  type IsolationLevel,
  type TypeOptions,
} from '@rowbridge/sql'
import { wait } from './wait.js'
import { zoneOf } from './time-zone.js'

/** The keys that source and sink share. */
export interface ConnectionConfig {
  readonly 'connection.url': string
  readonly 'connection.user': string | null
  readonly 'connection.password': string | null
  readonly 'connection.attempts': number
  readonly 'connection.backoff.ms': number
  readonly 'connection.check.ms': number
  readonly 'query.timeout.ms': number
  readonly 'dialect.name': string
  readonly 'quote.sql.identifiers': string
  readonly 'db.timezone': string
  readonly 'date.calendar.system': string
  /** The source's alone. */
  readonly 'transaction.isolation.mode'?: string
}

export const PASS_THROUGH = 'connection.'
const OWN_KEYS = new Set(['url', 'user', 'password', 'attempts', 'backoff.ms', 'check.ms'])

/** What the driver is given: every `connection.*` key that is not one of ours, the prefix removed. */
function driverPropsOf(props: Props): Record<string, string> {
  const passed = Object.entries(props)
    .filter(([key]) => key.startsWith(PASS_THROUGH))
    .map(([key, value]) => [key.slice(PASS_THROUGH.length), value] as const)
    .filter(([key]) => !OWN_KEYS.has(key))
  return Object.fromEntries(passed)
}

export function databaseOptionsOf(config: ConnectionConfig, props: Props, types: TypeOptions = {}): DatabaseOptions {
  return {
    url: config['connection.url'],
    user: config['connection.user'],
    password: config['connection.password'],
    driverProps: driverPropsOf(props),
    dialectName: config['dialect.name'],
    quoteIdentifiers: config['quote.sql.identifiers'].toLowerCase() === 'never' ? 'never' : 'always',
    types: { ...types, timeZone: zoneOf(config['db.timezone']), calendar: calendarOf(config) },
    queryTimeoutMs: config['query.timeout.ms'],
    checkMs: config['connection.check.ms'],
    applicationName: `rowbridge ${props['name'] ?? ''}`.trim(),
    ...isolationOf(config['transaction.isolation.mode']),
  }
}

const LEVELS: Readonly<Record<string, IsolationLevel>> = {
  READ_UNCOMMITTED: 'READ UNCOMMITTED',
  READ_COMMITTED: 'READ COMMITTED',
  REPEATABLE_READ: 'REPEATABLE READ',
  SERIALIZABLE: 'SERIALIZABLE',
}

/** Nothing where the server's own level is to be used. */
function isolationOf(mode: string | undefined): { readonly isolation?: IsolationLevel } {
  const isolation = LEVELS[mode ?? '']
  return isolation === undefined ? {} : { isolation }
}

/** Which calendar days before 1582-10-15 are counted by. */
export function calendarOf(config: { readonly 'date.calendar.system': string }): 'legacy' | 'proleptic' {
  return config['date.calendar.system'] === 'LEGACY' ? 'legacy' : 'proleptic'
}

export interface ConnectOptions {
  readonly attempts: number
  readonly backoffMs: number
  readonly log: Log
  readonly signal: AbortSignal
}

/** Opens the database; a connection that fails for now is tried again as often as the configuration allows. */
export async function connect(options: DatabaseOptions, how: ConnectOptions): Promise<Database> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openDatabase({ ...options, signal: how.signal })
    } catch (error) {
      if (!mayPass(error) || attempt >= how.attempts || how.signal.aborted) throw error
      how.log.warn(`Cannot connect, attempt ${attempt} of ${how.attempts}: ${describeError(error)}`)
      await wait(how.backoffMs, how.signal)
    }
  }
}

/** A server that is down may come up. */
export function mayPass(error: unknown): boolean {
  return error instanceof RetriableError || (error instanceof StateError && error.code === 'database-unreachable')
}

export function connectOptionsOf(config: ConnectionConfig, log: Log, signal: AbortSignal): ConnectOptions {
  return { attempts: config['connection.attempts'], backoffMs: config['connection.backoff.ms'], log, signal }
}
