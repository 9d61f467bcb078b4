// The states of connectors and tasks as a pure machine: what happened to what gives the next state.
import type { InstanceState, State } from './herder.js'

export type StatusEvent = 'started' | 'paused' | 'stopped' | 'failed' | 'restarting' | 'ended'

export interface Status {
  readonly state: State
  readonly workerId: string
  readonly trace: string | null
  readonly generation: number
}

/**
 * The next state, or null when the event changes nothing: a failed instance stays so until it is started again or
 * restarted; a connector, but not a task, can be stopped out of it.
 */
export function nextState(kind: 'connector' | 'task', state: State | null, event: StatusEvent): State | null {
  switch (event) {
    case 'started':
      return changed(state, 'RUNNING')
    case 'paused':
      return state === 'FAILED' ? null : changed(state, 'PAUSED')
    case 'stopped':
      return kind === 'task' ? null : changed(state, 'STOPPED')
    case 'failed':
      return 'FAILED'
    case 'restarting':
      return changed(state, 'RESTARTING')
    case 'ended':
      return state === 'FAILED' ? null : changed(state, 'UNASSIGNED')
  }
}

function changed(from: State | null, to: State): State | null {
  return from === to ? null : to
}

/** As REST shows it. */
export function instanceState(status: Status): InstanceState {
  const { state, workerId, trace } = status
  return trace === null || trace === '' ? { state, worker_id: workerId } : { state, worker_id: workerId, trace }
}
