// All that passes between a worker and one of its tasks: plain data over a port, so that a task may run on any thread.
import type { MessagePort } from 'node:worker_threads'
import type { Json, Props } from '@rowbridge/api'
import type { State } from '../herder.js'

/** Everything a task is started from. */
export interface TaskSpec {
  readonly connector: string
  readonly task: number
  readonly type: 'source' | 'sink'
  /** Name of the connector's plugin. */
  readonly pluginClass: string
  /** What the connector made for this task. */
  readonly props: Props
  readonly connectorProps: Props
  readonly workerProps: Props
  readonly generation: number
  readonly isPaused: boolean
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type OffsetEntry = readonly [partition: Json, offset: Json]

export type ToTask =
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** Drain, then end. */
  | { readonly type: 'stop' }
  /** End at once; nothing that is told from here on counts. */
  | { readonly type: 'cancel' }
  | {
      readonly type: 'offsets'
      readonly id: number
      readonly offsets: readonly (Json | null)[]
      readonly problem: string | null
    }
  /** The topics told so far are to be told again when they are used again. */
  | { readonly type: 'forget-topics' }
  | { readonly type: 'written'; readonly id: number; readonly problem: string | null }

export type FromTask =
  | { readonly type: 'status'; readonly state: State; readonly trace: string | null }
  /** What keeps a running task from its work; null: nothing any more. */
  | { readonly type: 'trouble'; readonly problem: string | null }
  | { readonly type: 'metrics'; readonly metrics: Readonly<Record<string, number>> }
  | { readonly type: 'topic'; readonly topic: string }
  | { readonly type: 'read'; readonly id: number; readonly partitions: readonly Json[] }
  | { readonly type: 'write'; readonly id: number; readonly offsets: readonly OffsetEntry[] }
  | {
      readonly type: 'log'
      readonly level: LogLevel
      readonly message: string
      readonly fields: Readonly<Record<string, unknown>>
    }
  /** The last message. */
  | { readonly type: 'ended' }

/** The task's end of the port. */
export type TaskPort = Pick<MessagePort, 'postMessage' | 'on' | 'close'>
