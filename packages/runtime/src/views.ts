// What a herder tells of its connectors, read from the stores; the same for a worker that stands alone and one of a cluster.
import { ConfigError, StateError, type Json, type Log, type Props } from '@rowbridge/api'
import type { Admin } from '@rowbridge/kafka'
import { groupOf } from './client-props.js'
import type { References } from './config-providers.js'
import type { WorkerConfig } from './config.js'
import type { ConnectorInfo, ConnectorStatus, ConnectorType, OffsetChange, TaskInfo } from './herder.js'
import type { Fold } from './log/record-log.js'
import { changeOffsets, requireStopped } from './offset-changes.js'
import type { Plugins } from './plugins.js'
import { instanceState } from './status.js'
import type { ConfigState } from './stores/config.js'
import type { OffsetStore } from './stores/offset.js'
import { topicRecord, type StatusState } from './stores/status.js'
import type { TaskHandle } from './task/handle.js'
import { pluginOf, throwProblems, validateConnector, warnAboutConnectorProps } from './validate.js'
import type { TaskProgress } from './worker.js'

export interface Stores {
  readonly plugins: Plugins
  readonly worker: WorkerConfig
  readonly references: References
  readonly configs: Fold<ConfigState>
  readonly statuses: Fold<StatusState>
  readonly offsets: OffsetStore
  readonly admin: Admin
  readonly log: Log
}

/** The stored configuration; throws StateError with the message when there is none. */
export function expectConnector({ configs }: Stores, name: string, message: string): Props {
  const config = configs.state.connectors.get(name)
  if (config === undefined) throw unknownConnector(message)
  return config
}

export function unknownConnector(message: string): StateError {
  return new StateError('unknown-connector', message)
}

export function typeOf({ plugins }: Stores, config: Props): ConnectorType {
  try {
    return pluginOf(plugins, config).type
  } catch {
    return 'unknown'
  }
}

export function infoOf(stores: Stores, name: string): ConnectorInfo {
  const config = expectConnector(stores, name, `Connector ${name} not found`)
  const ids = (stores.configs.state.tasks.get(name) ?? []).map((_, task) => ({ connector: name, task }))
  return { name, config, tasks: ids, type: typeOf(stores, config) }
}

export function statusOf(stores: Stores, name: string): ConnectorStatus {
  const { connectors, tasks } = stores.statuses.state
  const connector = connectors.get(name)
  const config = stores.configs.state.connectors.get(name)
  if (connector === undefined || config === undefined) throw unknownConnector(`No status found for connector ${name}`)
  const sorted = [...(tasks.get(name) ?? [])].sort(([a], [b]) => a - b)
  return {
    name,
    connector: instanceState(connector),
    tasks: sorted.map(([id, status]) => ({ id, ...instanceState(status) })),
    type: typeOf(stores, config),
  }
}

export function tasksOf(stores: Stores, name: string): TaskInfo[] {
  expectConnector(stores, name, `Connector ${name} not found`)
  const configs = stores.configs.state.tasks.get(name) ?? []
  return configs.map((config, task) => ({ id: { connector: name, task }, config }))
}

export async function offsetsOf(
  stores: Stores,
  name: string,
): Promise<readonly { readonly partition: Json; readonly offset: Json }[]> {
  const config = expectConnector(stores, name, `Connector ${name} not found`)
  if (typeOf(stores, config) !== 'sink') {
    await stores.offsets.refresh()
    return stores.offsets.all(name).map(({ partition, offset }) => ({ partition, offset }))
  }
  const committed = await stores.admin.committed(groupOf(name, stores.references.resolve(config)))
  return committed.map(({ topic, partition, offset }) => ({
    partition: { kafka_partition: partition, kafka_topic: topic },
    offset: { kafka_offset: offset },
  }))
}

/** The configuration with its name in it, found to be without problems. */
export async function checkedConfig(stores: Stores, name: string, config: Props): Promise<Props> {
  const given = config['name']
  if (given !== undefined && given !== name) {
    const message = `Connector name configuration (${given}) doesn't match connector name in the URL (${name})`
    throw new ConfigError('name-mismatch', [{ key: 'name', message }])
  }
  const props = { ...config, name }
  const plugin = pluginOf(stores.plugins, props)
  throwProblems(await validateConnector(stores, props))
  warnAboutConnectorProps(plugin, props, stores.plugins, stores.log)
  return props
}

export interface RestartWish {
  readonly includeTasks: boolean
  readonly onlyFailed: boolean
}

/** What of a connector is restarted, and the status as it is meanwhile. */
export interface RestartPlan {
  readonly connector: boolean
  readonly tasks: readonly number[]
  readonly status: ConnectorStatus
}

export function restartPlan(before: ConnectorStatus, wish: RestartWish): RestartPlan {
  const isChosen = (state: string) => !wish.onlyFailed || state === 'FAILED'
  const connector = isChosen(before.connector.state)
  const tasks = before.tasks.filter((task) => wish.includeTasks && isChosen(task.state)).map(({ id }) => id)
  const status: ConnectorStatus = {
    ...before,
    connector: connector ? { ...before.connector, state: 'RESTARTING' } : before.connector,
    tasks: before.tasks.map((task) => (tasks.includes(task.id) ? { ...task, state: 'RESTARTING' } : task)),
  }
  return { connector, tasks, status }
}

export type Patch = Readonly<Record<string, string | null>>

/** A stored configuration with keys set; null removes one. */
export function patched(stored: Props, patch: Patch): Props {
  const members = Object.entries({ ...stored, ...patch })
  return Object.fromEntries(members.filter((member): member is [string, string] => member[1] !== null))
}

/** Topics that the connector has used since the last reset. */
export function topicsOf(stores: Stores & { readonly tracksTopics: boolean }, name: string): readonly string[] {
  if (!stores.tracksTopics) throw new StateError('topic-tracking-off', 'Topic tracking is disabled.')
  return [...(stores.statuses.state.topics.get(name) ?? [])].sort()
}

export async function resetTopicsOf(
  { tracksTopics, worker, statuses }: Stores & { readonly tracksTopics: boolean },
  name: string,
): Promise<void> {
  if (!tracksTopics || !worker['topic.tracking.allow.reset']) {
    throw new StateError('topic-tracking-off', 'Topic tracking reset is disabled.')
  }
  const topics = [...(statuses.state.topics.get(name) ?? [])]
  await statuses.append(topics.map((topic) => topicRecord(name, topic, null)))
}

/** Changes offsets of a stopped connector, or resets all (null). */
export async function alterOffsetsOf(
  stores: Stores,
  name: string,
  changes: readonly OffsetChange[] | null,
): Promise<boolean> {
  const { plugins, configs, offsets, admin, references } = stores
  const props = references.resolve(expectConnector(stores, name, `Connector ${name} not found`))
  requireStopped(name, configs.state.targets.get(name), configs.state.tasks.get(name)?.length ?? 0)
  await offsets.refresh()
  return changeOffsets({ name, props, plugin: pluginOf(plugins, props), offsets, admin }, changes)
}

/** One row per task, sorted by connector and task. */
export function progressOf(handles: readonly TaskHandle[]): readonly TaskProgress[] {
  const rows = handles.map(({ spec, state, metrics }) => ({
    connector: spec.connector,
    task: spec.task,
    type: spec.type,
    state,
    metrics,
  }))
  return rows.sort((a, b) => (a.connector === b.connector ? a.task - b.task : a.connector < b.connector ? -1 : 1))
}
