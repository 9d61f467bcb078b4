import { expect, it } from 'vitest'
import { memoryLog } from '../log/memory.js'
import { quietLog } from '../standalone/worker-fixture.js'
import type { Status } from '../status.js'
import { taskStatusRecord } from '../stores/status.js'
import { SharedStatuses } from './shared-statuses.js'

const record = (state: Status['state'], workerId: string, generation: number) =>
  taskStatusRecord('c', 0, { state, workerId, generation, trace: null })

async function statuses() {
  const shared = new SharedStatuses(memoryLog(), quietLog)
  await shared.open()
  return { shared, state: () => shared.state.tasks.get('c')?.get(0)?.state }
}

it('keeps what the worker that runs a task tells of it', async () => {
  const { shared, state } = await statuses()
  await shared.append([record('RUNNING', 'a', 1), record('UNASSIGNED', 'a', 1)])
  expect(state()).toBe('UNASSIGNED')
})

it('does not let a worker that lost a task hide that another one runs it', async () => {
  const { shared, state } = await statuses()
  await shared.append([record('RUNNING', 'b', 3)])
  await shared.append([record('UNASSIGNED', 'a', 2)])
  await shared.append([record('UNASSIGNED', 'a', 3)])
  expect(state()).toBe('RUNNING')
})

it('tells of a task whose worker is of an elder generation', async () => {
  const { shared, state } = await statuses()
  await shared.append([record('RUNNING', 'a', 1)])
  await shared.append([record('UNASSIGNED', 'b', 2)])
  expect(state()).toBe('UNASSIGNED')
})

it('rejects nothing when the topic cannot be written', async () => {
  const log = { ...memoryLog(), append: () => Promise.reject(new RangeError('no broker')) }
  const shared = new SharedStatuses(log, quietLog)
  await expect(shared.append([record('RUNNING', 'a', 1)])).resolves.toBeUndefined()
  await expect(shared.flush()).resolves.toBeUndefined()
})
