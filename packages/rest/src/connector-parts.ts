// /connectors/{name}/tasks, …/topics and …/offsets: what belongs to one connector.
import { StateError, type Json } from '@rowbridge/api'
import type { Herder } from '@rowbridge/runtime'
import { readOffsets } from './bodies.js'
import { bareError, HttpError, type Missing } from './errors.js'
import { param, type Answer, type Call, type Route } from './route.js'
import { taskJson, taskStatusJson } from './shapes.js'

const NOT_FOUND = (params: Call['params']): Missing => ({ connector: `Connector ${params['name']} not found` })
const taskName = (params: Call['params']) => `${params['name']}-${params['task']}`

export function connectorPartRoutes(herder: Herder): readonly Route[] {
  return [...taskRoutes(herder), ...topicRoutes(herder), ...offsetRoutes(herder)]
}

function taskRoutes(herder: Herder): readonly Route[] {
  const path = '/connectors/:name/tasks'
  return [
    {
      method: 'GET',
      path,
      missing: NOT_FOUND,
      handle: async (call) => ({ status: 200, json: (await herder.tasks(param(call, 'name'))).map(taskJson) }),
    },
    {
      method: 'GET',
      path: '/connectors/:name/tasks-config',
      missing: NOT_FOUND,
      handle: async (call) => {
        const tasks = await herder.tasks(param(call, 'name'))
        const members = tasks.map(({ id, config }) => [`${id.connector}-${id.task}`, config] as const)
        return { status: 200, json: Object.fromEntries(members) }
      },
    },
    {
      method: 'GET',
      path: `${path}/:task/status`,
      missing: (params) => ({
        connector: `No status found for task ${taskName(params)}`,
        task: `No status found for task ${taskName(params)}`,
      }),
      handle: (call) => taskStatus(herder, call),
    },
    {
      method: 'POST',
      path: `${path}/:task/restart`,
      missing: (params) => ({
        connector: `Unknown connector: ${params['name']}`,
        task: `Unknown task: ${taskName(params)}`,
      }),
      handle: async (call) => {
        await herder.restartTask(param(call, 'name'), taskNumber(call))
        return { status: 204 }
      },
    },
  ]
}

async function taskStatus(herder: Herder, call: Call): Promise<Answer> {
  const number = taskNumber(call)
  const { tasks } = await herder.status(param(call, 'name'))
  const task = tasks.find(({ id }) => id === number)
  if (task === undefined) throw new StateError('unknown-task', `There is no task ${taskName(call.params)}`)
  return { status: 200, json: taskStatusJson(task) }
}

function taskNumber(call: Call): number {
  const text = param(call, 'task')
  if (!/^\d{1,9}$/.test(text)) throw bareError(404)
  return Number(text)
}

function topicRoutes(herder: Herder): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/connectors/:name/topics',
      handle: async (call) => {
        const name = param(call, 'name')
        return { status: 200, json: { [name]: { topics: await topicsOf(herder, name) } } }
      },
    },
    {
      method: 'PUT',
      path: '/connectors/:name/topics/reset',
      handle: async (call) => {
        await herder.resetTopics(param(call, 'name'))
        return { status: 202 }
      },
    },
  ]
}

/** An unknown connector has used no topics. */
async function topicsOf(herder: Herder, name: string): Promise<readonly string[]> {
  try {
    return await herder.topics(name)
  } catch (error) {
    if (error instanceof StateError && error.code === 'unknown-connector') return []
    throw error
  }
}

function offsetRoutes(herder: Herder): readonly Route[] {
  const path = '/connectors/:name/offsets'
  return [
    {
      method: 'GET',
      path,
      missing: NOT_FOUND,
      handle: async (call) => {
        const offsets = await herder.offsets(param(call, 'name'))
        const items: readonly Json[] = offsets.map(({ partition, offset }) => ({ partition, offset }))
        return { status: 200, json: { offsets: items } }
      },
    },
    {
      method: 'PATCH',
      path,
      takesJson: true,
      missing: NOT_FOUND,
      handle: async (call) => {
        const changes = readOffsets(call.body)
        if (changes === null || changes.length === 0) {
          throw new HttpError(400, 'Partitions / offsets need to be provided for an alter offsets request')
        }
        return alteredAnswer('alter', await herder.alterOffsets(param(call, 'name'), changes))
      },
    },
    {
      method: 'DELETE',
      path,
      missing: NOT_FOUND,
      handle: async (call) => alteredAnswer('reset', await herder.alterOffsets(param(call, 'name'), null)),
    },
  ]
}

/** `isWhole`: the connector says that it keeps no offsets elsewhere, or has changed them, too. */
function alteredAnswer(verb: 'alter' | 'reset', isWhole: boolean): Answer {
  const done = verb === 'alter' ? 'altered' : 'reset'
  const own = `The Connect framework-managed offsets for this connector have been ${done} successfully.`
  const elsewhere = `if this connector manages offsets externally, they will need to be manually ${done} in the system that the connector uses.`
  const message = isWhole
    ? `The offsets for this connector have been ${done} successfully`
    : `${own} However, ${elsewhere}`
  return { status: 200, json: { message } }
}
