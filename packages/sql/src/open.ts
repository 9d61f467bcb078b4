// Opens a connection: finds the dialect, joins what URL and properties say, connects within ten seconds.
import { ConfigError, StateError, type ConnectError } from '@rowbridge/api'
import { Connection } from './connection.js'
import type { Database, DatabaseOptions, IsolationLevel } from './database.js'
import type { ConnectOptions, Dialect, ReadSettings, Session } from './dialect.js'
import { failureOf } from './failures.js'
import { loadDialect } from './registry.js'
import { parseUrl, type TargetUrl } from './url.js'
import { zoneOf } from './zone.js'

const CONNECT_TIMEOUT_MS = 10_000
const CHECK_MS = 10_000

/**
 * One connection. Throws ConfigError for a URL or name that is wrong in itself, StateError where the server cannot be
 * reached or refuses, RetriableError where it may accept later.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  options.signal?.throwIfAborted()
  const url = parseUrl(options.url)
  const dialect = await loadDialect(url, options.dialectName)
  const params = { ...url.params, ...options.driverProps }
  const settings: ReadSettings = {
    numericMapping: options.types?.numericMapping ?? 'none',
    zone: zoneOf(options.types?.timeZone),
    isLegacyCalendar: options.types?.calendar === 'legacy',
    params,
  }
  const timeouts = timeoutsOf(params, dialect.timeoutUnitMs ?? 1)
  const opening = connect(dialect, url, {
    user: options.user ?? params['user'] ?? url.user,
    password: options.password ?? params['password'] ?? url.password,
    applicationName: options.applicationName ?? params['ApplicationName'] ?? 'rowbridge',
    settings,
    timeoutMs: timeouts.connectMs ?? CONNECT_TIMEOUT_MS,
  })
  const session = await orAborted(opening, options.signal)
  if (options.isolation !== undefined) await isolate(dialect, session, options.isolation)
  return new Connection({
    dialect,
    session,
    settings,
    quoting: options.quoteIdentifiers ?? 'always',
    patience: {
      limitMs: options.queryTimeoutMs || (timeouts.silenceMs ?? 0),
      checkMs: options.checkMs ?? CHECK_MS,
    },
    signal: options.signal ?? null,
  })
}

/** The session; when the signal comes first, whatever opens later is closed unused. */
async function orAborted(opening: Promise<Session>, signal: AbortSignal | undefined): Promise<Session> {
  if (signal === undefined) return opening
  let isWanted = true
  const closeUnwanted = (session: Session) => (isWanted ? undefined : session.close())
  opening.then(closeUnwanted).catch(() => undefined)
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      isWanted = false
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    opening.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    if (signal.aborted) onAbort()
  })
}

/** What the parameters of JDBC drivers ask for; null where they say nothing, or 0. */
export function timeoutsOf(params: Readonly<Record<string, string>>, unitMs: number) {
  const msOf = (...names: readonly string[]): number | null => {
    const given = names.map((name) => Number(params[name] ?? 0) * unitMs)
    return given.find((ms) => Number.isFinite(ms) && ms > 0) ?? null
  }
  return { connectMs: msOf('connectTimeout', 'loginTimeout'), silenceMs: msOf('socketTimeout') }
}

async function isolate(dialect: Dialect, session: Session, level: IsolationLevel): Promise<void> {
  if (dialect.isolate === undefined) return
  try {
    await session.run(dialect.isolate(level))
  } catch (error) {
    await session.close()
    throw failureOf(error, dialect.classify, `isolation level ${level}`)
  }
}

/** The first host that answers. */
async function connect(dialect: Dialect, url: TargetUrl, options: ConnectOptions) {
  const tries = url.hosts.length < 2 ? [url] : url.hosts.map((host) => ({ ...url, hosts: [host] }))
  let failure: ConnectError | null = null
  for (const target of tries) {
    try {
      return await dialect.connect(target, options)
    } catch (error) {
      failure = failureOf(error, dialect.classify, `connection.url ${target.shown}${userText(options)}`)
      if (failure instanceof ConfigError || failure.code === 'access-denied') throw failure
    }
  }
  throw failure ?? new StateError('database-unreachable', `connection.url ${url.shown} names no host`)
}

function userText({ user }: ConnectOptions): string {
  return user === null ? '' : ` (connection.user ${user})`
}
