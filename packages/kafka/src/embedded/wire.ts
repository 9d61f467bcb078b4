// What goes over the owner's socket: calls of the broker by name, their answers, and errors as ours.
import { ConfigError, ConnectError, DataError, RetriableError, StateError } from '@rowbridge/api'
import type { Broker } from './broker.js'

/** All that may be called from outside. */
const METHODS = {
  clusterId: true,
  topics: true,
  describe: true,
  topicConfig: true,
  demand: true,
  createTopic: true,
  deleteTopic: true,
  offsets: true,
  append: true,
  fetch: true,
  join: true,
  assignment: true,
  rebalance: true,
  leave: true,
  commit: true,
  committed: true,
  alterCommitted: true,
  deleteGroup: true,
} as const satisfies Record<keyof Broker, true>
export type Method = keyof typeof METHODS

export const isMethod = (name: string): name is Method => Object.hasOwn(METHODS, name)

export interface Hello {
  readonly token: string
}
export interface Call {
  readonly id: number
  readonly method: Method
  readonly args: readonly unknown[]
}
/** Ends the wait of a call, which is answered nonetheless. */
export interface Cancel {
  readonly cancel: number
}
/** Says that the visitor lives. */
export interface Ping {
  readonly ping: true
}
export type Question = Hello | Call | Cancel | Ping

export interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: WireError
}

export interface WireError {
  readonly kind: 'retriable' | 'data' | 'config' | 'state' | 'other'
  readonly code: string
  readonly message: string
  readonly hint: string | null
}

/** Methods whose last argument is a signal that ends a wait. */
export const WAITING: readonly Method[] = ['fetch', 'assignment', 'rebalance']

export const PING_MS = 3000
/** A visitor that is silent for longer is taken for dead. */
export const SILENCE_MS = 30_000

export function toWire(error: unknown): WireError {
  if (!(error instanceof ConnectError)) {
    return { kind: 'other', code: 'broker-failed', message: String(error), hint: null }
  }
  const { code, message, hint } = error
  if (error instanceof RetriableError) return { kind: 'retriable', code, message, hint }
  if (error instanceof DataError) return { kind: 'data', code, message, hint }
  if (error instanceof ConfigError) return { kind: 'config', code, message, hint }
  return { kind: error instanceof StateError ? 'state' : 'other', code, message, hint }
}

export function fromWire({ kind, code, message, hint }: WireError): ConnectError {
  const details = hint === null ? {} : { hint }
  switch (kind) {
    case 'retriable':
      return new RetriableError(code, message, details)
    case 'data':
      return new DataError(code, message, details)
    case 'config':
      return new ConfigError(code, [{ key: message.split(':')[0] ?? '', message }], details)
    case 'state':
      return new StateError(code, message, details)
    case 'other':
      return new ConnectError(code, message, details)
  }
}
