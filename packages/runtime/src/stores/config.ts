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
  /** Config of each connector for which its tasks were made. */
  readonly applied: Map<string, Props>
  /** Signs what workers of a cluster ask of each other. */
  sessionKey: SessionKey | null
}

export interface SessionKey {
  readonly key: Buffer
  readonly algorithm: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export function emptyConfigState(): ConfigState {
  const [connectors, targets, tasks] = [new Map(), new Map(), new Map()]
  return { connectors, targets, tasks, deferred: new Map(), applied: new Map(), sessionKey: null }
}

export function applyConfig(state: ConfigState, key: string, value: Json | null): void {
  if (key.startsWith('target-state-')) applyTarget(state, key.slice('target-state-'.length), value)
  else if (key.startsWith('connector-')) applyConnector(state, key.slice('connector-'.length), value)
  else if (key.startsWith('task-')) applyTask(state, key.slice('task-'.length), value)
  else if (key.startsWith('commit-')) applyCommit(state, key.slice('commit-'.length), value)
  else if (key === 'session-key') applySessionKey(state, value)
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
    state.applied.delete(name)
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
  const props = state.connectors.get(name)
  if (typeof count !== 'number' || props === undefined) return
  const deferred = state.deferred.get(name)
  state.deferred.delete(name)
  const tasks = Array.from({ length: count }, (_, i) => deferred?.get(i))
  const isComplete = tasks.every((props) => props !== undefined)
  state.tasks.set(name, isComplete ? tasks : [])
  if (isComplete) state.applied.set(name, props)
}

function applySessionKey(state: ConfigState, value: Json | null): void {
  const [key, algorithm] = [memberOf(value, 'key'), memberOf(value, 'algorithm')]
  const createdAt = memberOf(value, 'creation-timestamp')
  if (typeof key !== 'string' || typeof algorithm !== 'string' || typeof createdAt !== 'number') return
  state.sessionKey = { key: Buffer.from(key, 'base64'), algorithm, createdAt }
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

export function sessionKeyRecords({ key, algorithm, createdAt }: SessionKey): LogRecord[] {
  return [['session-key', { key: key.toString('base64'), algorithm, 'creation-timestamp': createdAt }]]
}

/** The level of a logger on every worker. */
export function loggerRecords(logger: string, level: string): LogRecord[] {
  return [[`logger-cluster-${logger}`, { level }]]
}

export interface RestartRequest {
  readonly includeTasks: boolean
  readonly onlyFailed: boolean
}

export function restartRecords(name: string, { includeTasks, onlyFailed }: RestartRequest): LogRecord[] {
  return [[`restart-connector-${name}`, { 'include-tasks': includeTasks, 'only-failed': onlyFailed }]]
}

/** What is missing or of another type counts as false. */
export function restartOf(value: Json | null): RestartRequest {
  return {
    includeTasks: memberOf(value, 'include-tasks') === true,
    onlyFailed: memberOf(value, 'only-failed') === true,
  }
}
