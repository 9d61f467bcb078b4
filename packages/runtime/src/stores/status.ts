// Statuses and used topics: a fold over the records of Connect's status topic.
import type { Json } from '@rowbridge/api'
import type { LogRecord } from '../log/record-log.js'
import type { State } from '../herder.js'
import type { Status } from '../status.js'

export interface StatusState {
  readonly connectors: Map<string, Status>
  readonly tasks: Map<string, Map<number, Status>>
  readonly topics: Map<string, Set<string>>
}

const STATES: readonly string[] = ['UNASSIGNED', 'RUNNING', 'PAUSED', 'FAILED', 'RESTARTING', 'STOPPED']

export function emptyStatusState(): StatusState {
  return { connectors: new Map(), tasks: new Map(), topics: new Map() }
}

export function applyStatus(state: StatusState, key: string, value: Json | null): void {
  if (key.startsWith('status-connector-')) applyConnector(state, key.slice('status-connector-'.length), value)
  else if (key.startsWith('status-task-')) applyTask(state, key.slice('status-task-'.length), value)
  else if (key.startsWith('status-topic-')) applyTopic(state, key.slice('status-topic-'.length), value)
}

function applyConnector(state: StatusState, name: string, value: Json | null): void {
  const status = statusOf(value)
  if (status === null) state.connectors.delete(name)
  else state.connectors.set(name, status)
}

function applyTask(state: StatusState, id: string, value: Json | null): void {
  const dash = id.lastIndexOf('-')
  const name = id.slice(0, dash)
  const tasks = state.tasks.get(name) ?? new Map<number, Status>()
  const status = statusOf(value)
  if (status === null) tasks.delete(Number(id.slice(dash + 1)))
  else tasks.set(Number(id.slice(dash + 1)), status)
  if (tasks.size === 0) state.tasks.delete(name)
  else state.tasks.set(name, tasks)
}

function applyTopic(state: StatusState, id: string, value: Json | null): void {
  const colon = id.indexOf(':connector-')
  if (colon < 0) return
  const name = id.slice(colon + ':connector-'.length)
  const topics = state.topics.get(name) ?? new Set<string>()
  if (value === null) topics.delete(id.slice(0, colon))
  else topics.add(id.slice(0, colon))
  if (topics.size === 0) state.topics.delete(name)
  else state.topics.set(name, topics)
}

export function statusOf(value: Json | null): Status | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const { state, trace, worker_id: workerId, generation } = value as { readonly [key: string]: Json }
  if (typeof state !== 'string' || !STATES.includes(state)) return null
  return {
    state: state as State,
    trace: typeof trace === 'string' ? trace : null,
    workerId: typeof workerId === 'string' ? workerId : '',
    generation: typeof generation === 'number' ? generation : 0,
  }
}

function statusValue(status: Status | null): Json | null {
  if (status === null) return null
  const { state, trace, workerId, generation } = status
  return { state, trace, worker_id: workerId, generation }
}

export function connectorStatusRecord(name: string, status: Status | null): LogRecord {
  return [`status-connector-${name}`, statusValue(status)]
}

export function taskStatusRecord(name: string, task: number, status: Status | null): LogRecord {
  return [`status-task-${name}-${task}`, statusValue(status)]
}

export function topicRecord(name: string, topic: string, used: { task: number; at: number } | null): LogRecord {
  const value = used === null ? null : { name: topic, connector: name, task: used.task, discoverTimestamp: used.at }
  return [`status-topic-${topic}:connector-${name}`, value === null ? null : { topic: value }]
}
