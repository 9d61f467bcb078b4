// The JSON of the answers, member by member in the order clients know.
import { redact, textOf, type ConfigValue, type Json } from '@rowbridge/api'
import type { ConfigInfos, ConnectorInfo, ConnectorStatus, InstanceState, TaskInfo } from '@rowbridge/runtime'

export function infoJson(info: ConnectorInfo): Json {
  const tasks = info.tasks.map(({ connector, task }) => ({ connector, task }))
  return { name: info.name, config: info.config, tasks, type: info.type }
}

export function statusJson(status: ConnectorStatus): Json {
  const tasks = status.tasks.toSorted((a, b) => a.id - b.id).map(taskStatusJson)
  return { name: status.name, connector: instanceJson(status.connector), tasks, type: status.type }
}

export function taskStatusJson(task: ConnectorStatus['tasks'][number]): Json {
  return { id: task.id, ...instanceJson(task) }
}

function instanceJson({ state, worker_id, trace }: InstanceState): { readonly [key: string]: Json } {
  return trace === undefined || trace === '' ? { state, worker_id } : { state, worker_id, trace }
}

export function taskJson({ id, config }: TaskInfo): Json {
  return { id: { connector: id.connector, task: id.task }, config }
}

export function configInfosJson(infos: ConfigInfos): Json {
  return {
    name: infos.name,
    error_count: infos.errorCount,
    groups: infos.groups,
    configs: infos.configs.map((value) => ({ definition: definitionJson(value), value: valueJson(value) })),
  }
}

export function definitionJson({ name, key, order }: ConfigValue): Json {
  return {
    name,
    type: key.type === 'enum' ? 'STRING' : key.type.toUpperCase(),
    required: key.default === undefined,
    default_value: key.default === undefined ? null : textOf(key, key.default),
    importance: (key.importance ?? 'medium').toUpperCase(),
    documentation: key.doc,
    group: key.group ?? null,
    width: (key.width ?? 'none').toUpperCase(),
    display_name: key.displayName ?? name,
    dependents: key.dependents ?? [],
    order,
  }
}

function valueJson({ name, value, recommended, errors, visible }: ConfigValue): Json {
  const shownValue = value === null ? null : redact(value)
  return { name, value: shownValue, recommended_values: recommended, errors: errors.map(redact), visible }
}
