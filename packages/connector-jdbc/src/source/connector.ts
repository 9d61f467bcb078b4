// Finds the tables to read, keeps an eye on them, and deals them out to tasks.
import {
  adviceOf,
  ConfigError,
  RetriableError,
  StateError,
  type ConfigProblem,
  type Connector,
  type ConnectorContext,
  type Json,
  type Log,
  type Props,
} from '@rowbridge/api'
import type { Database, TableId } from '@rowbridge/sql'
import { connect, connectOptionsOf, databaseOptionsOf } from '../connect.js'
import { warnNearMisses, warnNotSupported } from '../not-supported.js'
import { Session } from '../session.js'
import { columnProblems, warnUnmatched } from './column-check.js'
import { sourceConfig, type SourceConfig } from './config.js'
import { groupNeighbours } from './grouping.js'
import { SOURCE_NOT_SUPPORTED } from './not-supported.js'
import { checkOffset } from './offset-check.js'
import { queryKeyOf, queryOf } from './rules.js'
import { queryColumns } from './row-source.js'
import { refuseSameNames } from './table-filter.js'
import { TableMonitor } from './table-monitor.js'
import { isRunOnce, typeOptionsOf } from './task.js'

interface Started {
  readonly props: Props
  readonly config: SourceConfig
  readonly session: Session
  readonly stop: AbortController
  /** For its ways to write names. */
  readonly database: Database
  readonly log: Log
  /** Null for a query. */
  readonly monitor: TableMonitor | null
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

export class JdbcSourceConnector implements Connector {
  #started: Started | null = null
  /** Tables whose columns were held against the lists of columns. */
  #toldAbout: readonly TableId[] | null = null

  async start(props: Props, context: ConnectorContext): Promise<void> {
    const config = sourceConfig.parse(props)
    warnNotSupported(SOURCE_NOT_SUPPORTED, props, context.log)
    warnNearMisses(props, context.log)
    if (config['table.whitelist'].length > 0 && config['table.blacklist'].length > 0) {
      context.log.warn('table.blacklist has no effect beside table.whitelist.')
    }
    const stop = new AbortController()
    const signal = AbortSignal.any([context.signal, stop.signal])
    const how = connectOptionsOf(config, context.log, signal)
    const session = new Session(databaseOptionsOf(config, props, typeOptionsOf(config)), how)
    const database = await session.database()
    const monitor = queryOf(config) === '' ? monitorFor({ config, session, signal, context }) : null
    this.#started = { props, config, session, stop, database, log: context.log, monitor }
    monitor?.start(!isRunOnce(props))
  }

  async taskConfigs(maxTasks: number): Promise<readonly Props[]> {
    const { props, config, database, monitor } = this.#running()
    if (monitor === null) return [{ ...props, tables: '', 'tables.fetched': 'true' }]
    const tables = await monitor.tables(config['table.monitoring.startup.polling.limit.ms'])
    if (tables === null) return [{ ...props, tables: '', 'tables.fetched': 'false' }]
    refuseSameNames(tables)
    if (tables.length === 0) return [{ ...props, tables: '', 'tables.fetched': 'true' }]
    await this.#tellAbout(tables)
    return groupNeighbours(tables, maxTasks).map((group) => ({
      ...props,
      tables: group.map((id) => database.quoteTable(id)).join(','),
      'tables.fetched': 'true',
    }))
  }

  async stop(): Promise<void> {
    const started = this.#started
    this.#started = null
    started?.stop.abort()
    await started?.monitor?.stopped()
    await started?.session.close()
  }

  /** Connects once, and has the database look at the query. */
  async validate(props: Props): Promise<readonly ConfigProblem[]> {
    const config = sourceConfig.parse(props)
    const signal = AbortSignal.timeout(60_000)
    const once = { attempts: 1, backoffMs: 0, log: SILENT, signal }
    let database
    try {
      database = await connect(databaseOptionsOf(config, props, typeOptionsOf(config)), once)
    } catch (error) {
      const own = error instanceof ConfigError ? error.problems[0]?.key : undefined
      return [{ key: own ?? 'connection.url', message: `Could not connect to database. ${adviceOf(error)}` }]
    }
    try {
      if (queryOf(config) !== '') await queryColumns(database, queryOf(config))
      return await columnProblems(database, config)
    } catch (error) {
      const key = queryOf(config) === '' ? 'connection.url' : queryKeyOf(config)
      return [{ key, message: `The database refuses the query: ${adviceOf(error)}${stateText(error)}` }]
    } finally {
      await database.close()
    }
  }

  /** All offsets are the worker's, so that there is nothing else to change. */
  alterOffsets(
    _props: Props,
    changes: readonly { readonly partition: Json; readonly offset: Json }[],
  ): Promise<boolean> {
    return new Promise((resolve) => {
      for (const { partition, offset } of changes) checkOffset(partition, offset)
      resolve(false)
    })
  }

  /** Advice is not worth a failure. */
  async #tellAbout(tables: readonly TableId[]): Promise<void> {
    const { config, session, log } = this.#running()
    if (this.#toldAbout === tables) return
    this.#toldAbout = tables
    try {
      await warnUnmatched(await session.database(), tables, { config, log })
    } catch (error) {
      if (!(error instanceof RetriableError)) throw error
    }
  }

  #running(): Started {
    if (this.#started !== null) return this.#started
    throw new StateError('not-started', 'The connector is not started.')
  }
}

/** The SQLSTATE that a driver tells with its error. */
function stateText(error: unknown): string {
  const { sqlState, code } = ((error as { cause?: unknown }).cause ?? {}) as { sqlState?: unknown; code?: unknown }
  const texts = [sqlState, code].filter((text) => typeof text === 'string')
  const state = texts.find((text) => /^[0-9A-Z]{5}$/.test(text))
  return state === undefined ? '' : ` (SQLSTATE ${state})`
}

interface MonitorParts {
  readonly config: SourceConfig
  readonly session: Session
  readonly signal: AbortSignal
  readonly context: ConnectorContext
}

function monitorFor({ config, session, signal, context }: MonitorParts): TableMonitor {
  return new TableMonitor({
    config,
    session,
    signal,
    log: context.log,
    onChange: () => context.requestTaskReconfiguration(),
    onFailure: (error) => context.raiseError(error),
  })
}
