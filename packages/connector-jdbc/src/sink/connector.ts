// Gives every task the same configuration; the tables are the tasks' concern.
import {
  adviceOf,
  StateError,
  type ConfigProblem,
  type Connector,
  type ConnectorContext,
  type Json,
  type Props,
  type TopicPartition,
} from '@rowbridge/api'
import { connect, databaseOptionsOf } from '../connect.js'
import { sinkConfig } from './config.js'
import { Destinations } from './destinations.js'
import { NOTHING_YET, OffsetsTable } from './offsets-table.js'
import { inOwnWords } from './other-sinks.js'
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

  /** Changes what the database keeps, where it keeps offsets. The epoch grows: a task that is still on writes nothing more. */
  async alterOffsets(
    props: Props,
    changes: readonly { readonly partition: Json; readonly offset: Json }[],
  ): Promise<boolean> {
    const config = sinkConfig.parse(props)
    if (!config['exactly.once']) return false
    const how = { attempts: 1, backoffMs: 0, log: SILENT, signal: AbortSignal.timeout(60_000) }
    const database = await connect(databaseOptionsOf(config, inOwnWords(props)), how)
    try {
      const connector = props['name'] ?? ''
      const table = await OffsetsTable.open({ database, name: config['exactly.once.table'], connector, log: SILENT })
      await database.transaction(async () => {
        for (const { partition, offset } of changes) await table.set(partitionOf(partition), offsetOf(offset))
      })
      return true
    } finally {
      await database.close()
    }
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

/** The worker has checked their shape. */
function partitionOf(given: Json): TopicPartition {
  const { kafka_topic: topic, kafka_partition: partition } = given as { kafka_topic: string; kafka_partition: number }
  return { topic, partition }
}

function offsetOf(offset: Json): number {
  return offset === null ? NOTHING_YET : (offset as { kafka_offset: number }).kafka_offset
}
