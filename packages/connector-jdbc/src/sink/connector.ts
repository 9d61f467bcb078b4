// Gives every task the same configuration; the tables are the tasks' concern.
import {
  adviceOf,
  StateError,
  type ConfigProblem,
  type Connector,
  type ConnectorContext,
  type Props,
} from '@rowbridge/api'
import { connect, databaseOptionsOf } from '../connect.js'
import { sinkConfig } from './config.js'
import { Destinations } from './destinations.js'
import { TableKeys } from './table-keys.js'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

export class JdbcSinkConnector implements Connector {
  #props: Props | null = null

  start(props: Props, _context: ConnectorContext): Promise<void> {
    void new Destinations(props)
    this.#props = props
    return Promise.resolve()
  }

  taskConfigs(maxTasks: number): Promise<readonly Props[]> {
    const props = this.#props
    if (props === null) throw new StateError('not-started', 'The connector is not started.')
    return Promise.resolve(Array.from({ length: maxTasks }, () => props))
  }

  stop(): Promise<void> {
    this.#props = null
    return Promise.resolve()
  }

  /** Connects once. */
  async validate(props: Props): Promise<readonly ConfigProblem[]> {
    const config = sinkConfig.parse(props)
    const problems = tableProblems(props)
    if (problems.length > 0) return problems
    try {
      const once = { attempts: 1, backoffMs: 0, log: SILENT, signal: AbortSignal.timeout(60_000) }
      const database = await connect(databaseOptionsOf(config, props), once)
      await database.close()
      return []
    } catch (error) {
      return [{ key: 'connection.url', message: `Could not connect to database. ${adviceOf(error)}` }]
    }
  }
}

function tableProblems(props: Props): readonly ConfigProblem[] {
  return new TableKeys(props, (own) => sinkConfig.parse(own)).problems
}
