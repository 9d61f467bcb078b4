// What REST and the command line ask of a worker, whether it stands alone or in a cluster.
import { StateError, type ConfigValue, type Json, type Plugin, type Props } from '@rowbridge/api'
import type { LogLevelName } from './log-levels.js'

export type ConnectorType = 'source' | 'sink' | 'unknown'
export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED'
export type State = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING' | 'STOPPED'

export interface ConnectorInfo {
  readonly name: string
  readonly config: Props
  readonly tasks: readonly { readonly connector: string; readonly task: number }[]
  readonly type: ConnectorType
}

export interface InstanceState {
  readonly state: State
  readonly worker_id: string
  /** Set when FAILED. */
  readonly trace?: string
}

export interface ConnectorStatus {
  readonly name: string
  readonly connector: InstanceState
  readonly tasks: readonly ({ readonly id: number } & InstanceState)[]
  readonly type: ConnectorType
}

export interface TaskInfo {
  readonly id: { readonly connector: string; readonly task: number }
  readonly config: Props
}

/** What is to become of the offset of one partition of a connector; a null offset resets it. */
export interface OffsetChange {
  readonly partition: Json
  readonly offset: Json
}

/** A configuration with its problems, as `PUT …/config/validate` answers it: framework keys first. */
export interface ConfigInfos {
  readonly name: string
  readonly errorCount: number
  readonly groups: readonly string[]
  readonly configs: readonly ConfigValue[]
}

/**
 * Requests go one after the other. Errors: `StateError` with code `unknown-connector`, `connector-exists`, `unknown-task`,
 * `unknown-plugin`, `topic-tracking-off`; `ConfigError` for a configuration that cannot be used.
 */
export interface Herder {
  /** Version of this worker, and the id of the log's cluster. */
  server(): Promise<{ readonly version: string; readonly kafka_cluster_id: string | null }>
  plugins(): readonly Plugin[]
  connectors(): Promise<readonly string[]>
  info(name: string): Promise<ConnectorInfo>
  status(name: string): Promise<ConnectorStatus>
  tasks(name: string): Promise<readonly TaskInfo[]>
  create(name: string, config: Props, initialState?: TargetState): Promise<ConnectorInfo>
  /** Creates or replaces. */
  putConfig(name: string, config: Props): Promise<{ readonly isNew: boolean; readonly info: ConnectorInfo }>
  /** Sets keys of a stored configuration; null removes one. */
  patchConfig(name: string, patch: Readonly<Record<string, string | null>>): Promise<ConnectorInfo>
  validate(plugin: string, config: Props): Promise<ConfigInfos>
  delete(name: string): Promise<void>
  setTargetState(name: string, state: TargetState): Promise<void>
  /** The status as it is while the chosen parts restart; the connector alone when neither flag is set. */
  restart(
    name: string,
    what: { readonly includeTasks: boolean; readonly onlyFailed: boolean },
  ): Promise<ConnectorStatus>
  restartTask(name: string, task: number): Promise<void>
  /** Topics that the connector has used since the last reset. */
  topics(name: string): Promise<readonly string[]>
  resetTopics(name: string): Promise<void>
  offsets(name: string): Promise<readonly { readonly partition: Json; readonly offset: Json }[]>
  /**
   * Changes offsets of a stopped connector, or resets all (null). True when the connector says that it has done its part;
   * false when only what the worker keeps was changed. Further codes: `not-stopped`, `bad-offsets`, `offsets-in-use`.
   */
  alterOffsets(name: string, changes: readonly OffsetChange[] | null): Promise<boolean>
  /** Sets the level of a logger, and of those below it, on every worker of the cluster. */
  setLogLevel(logger: string, level: LogLevelName): Promise<void>
  stop(): Promise<void>
  /** Set by a worker of a cluster. */
  readonly internal?: InternalRequests
}

/** Another worker of the cluster has to answer the request. */
export class OtherWorkerError extends StateError {
  /** Where it listens, with a slash at the end. */
  readonly url: string

  constructor(url: string) {
    super('other-worker', `The request has to be answered by the worker at ${url}`)
    this.url = url
  }
}

/** How a worker proves that it belongs to the cluster: headers of its request. */
export interface Signature {
  readonly signature: string | null
  readonly algorithm: string | null
  /** The body as it came. */
  readonly body: string
}

/** What workers of a cluster ask of each other; only the leader answers. */
export interface InternalRequests {
  putTasks(name: string, tasks: readonly Props[], signed: Signature): Promise<void>
  fence(name: string, signed: Signature): Promise<void>
}
