import { expect, it } from 'vitest'
import type { State } from './herder.js'
import { nextState, type StatusEvent } from './status.js'

it.each<['connector' | 'task', State | null, StatusEvent, State | null]>([
  ['connector', null, 'started', 'RUNNING'],
  ['connector', 'RUNNING', 'started', null],
  ['connector', null, 'paused', 'PAUSED'],
  ['connector', 'FAILED', 'paused', null],
  ['connector', 'FAILED', 'stopped', 'STOPPED'],
  ['connector', 'FAILED', 'restarting', 'RESTARTING'],
  ['connector', 'RESTARTING', 'paused', 'PAUSED'],
  ['connector', 'RUNNING', 'ended', 'UNASSIGNED'],
  ['connector', 'STOPPED', 'ended', 'UNASSIGNED'],
  ['connector', 'FAILED', 'ended', null],
  ['task', 'RUNNING', 'failed', 'FAILED'],
  ['task', 'FAILED', 'failed', 'FAILED'],
  ['task', 'FAILED', 'paused', null],
  ['task', 'RUNNING', 'stopped', null],
  ['task', 'FAILED', 'ended', null],
  ['task', 'PAUSED', 'ended', 'UNASSIGNED'],
  ['task', 'RESTARTING', 'started', 'RUNNING'],
])('a %s that is %s and %s becomes %s', (kind, state, event, next) => {
  expect(nextState(kind, state, event)).toBe(next)
})
