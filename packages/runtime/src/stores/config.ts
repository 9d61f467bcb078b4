// Connector configs, task configs and target states: a fold over the records of Connect's config topic.
import type { Json, Props } from '@rowbridge/api'
import type { TargetState } from '../herder.js'
import type { LogRecord } from '../log/record-log.js'

export interface ConfigState {
  readonly connectors: Map<string, Props>
  readonly targets: Map<string, TargetState>
  /** Task configs as of the last complete commit. */
  readonly tasks: Map<string, readonly Props[]>
  /** Task records whose commit has not come yet. */
  readonly deferred: Map<string, Map<number, Props>>
}

export function emptyConfigState(): ConfigState {
  return { connectors: new Map(), targets: new Map(), tasks: new Map(), deferred: new Map() }
}

export function applyConfig(state: ConfigState, key: string, value: Json | null): void {
  if (key.startsWith('target-state-')) applyTarget(state, key.slice('target-state-'.length), value)
  else if (key.startsWith('connector-')) applyConnector(state, key.slice('connector-'.length), value)
  else if (key.startsWith('task-')) applyTask(state, key.slice('task-'.length), value)
  else if (key.startsWith('commit-')) applyCommit(state, key.slice('commit-'.length), value)
}

function applyTarget(state: ConfigState, name: string, value: Json | null): void {
  const text = memberOf(value, 'state.v2') ?? memberOf(value, 'state')
  if (value === null) state.targets.delete(name)
  else if (text === 'STARTED' || text === 'PAUSED' || text === 'STOPPED') state.targets.set(name, text)
}

function applyConnector(state: ConfigState, name: string, value: Json | null): void {
  const props = propsOf(value)
  if (value === null) {
    state.connectors.delete(name)
    state.tasks.delete(name)
    state.deferred.delete(name)
  } else if (props !== null) {
    state.connectors.set(name, props)
  }
}

function applyTask(state: ConfigState, id: string, value: Json | null): void {
  const dash = id.lastIndexOf('-')
  const props = propsOf(value)
  const number = Number(id.slice(dash + 1))
  if (dash < 0 || props === null || !Number.isInteger(number)) return
  const name = id.slice(0, dash)
  const deferred = state.deferred.get(name) ?? new Map<number, Props>()
  state.deferred.set(name, deferred.set(number, props))
}

function applyCommit(state: ConfigState, name: string, value: Json | null): void {
  const count = memberOf(value, 'tasks')
  if (typeof count !== 'number' || !state.connectors.has(name)) return
  const deferred = state.deferred.get(name)
  state.deferred.delete(name)
  const tasks = Array.from({ length: count }, (_, i) => deferred?.get(i))
  const isComplete = tasks.every((props) => props !== undefined)
  state.tasks.set(name, isComplete ? tasks : [])
}

function memberOf(value: Json | null, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return (value as { readonly [key: string]: Json })[name]
}

function propsOf(value: Json | null): Props | null {
  const properties = memberOf(value, 'properties')
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return null
  return properties as Props
}

export function connectorRecords(name: string, props: Props): LogRecord[] {
  return [[`connector-${name}`, { properties: props }]]
}

/** Older workers do not know STOPPED and read it as PAUSED. */
export function targetRecords(name: string, target: TargetState): LogRecord[] {
  const state = target === 'STOPPED' ? 'PAUSED' : target
  return [[`target-state-${name}`, { state, 'state.v2': target }]]
}

/** Two phases: all tasks, then the commit that makes them count. */
export function taskRecords(name: string, tasks: readonly Props[]): LogRecord[] {
  const records = tasks.map((props, i): LogRecord => [`task-${name}-${i}`, { properties: props }])
  return [...records, [`commit-${name}`, { tasks: tasks.length }]]
}

export function deletionRecords(name: string): LogRecord[] {
  return [
    [`connector-${name}`, null],
    [`target-state-${name}`, null],
  ]
}
