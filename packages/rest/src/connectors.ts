// /connectors: make, show, change and remove connectors.
import type { Json } from '@rowbridge/api'
import { StateError } from '@rowbridge/api'
import type { Herder, TargetState } from '@rowbridge/runtime'
import { readCreateRequest, readProps, withoutNulls } from './bodies.js'
import type { Missing } from './errors.js'
import { flag, param, type Answer, type Call, type Route } from './route.js'
import { infoJson, statusJson } from './shapes.js'

const NOT_FOUND = (params: Call['params']): Missing => ({ connector: `Connector ${params['name']} not found` })
const NO_STATUS = (params: Call['params']): Missing => ({
  connector: `No status found for connector ${params['name']}`,
})
const NO_TARGET = (params: Call['params']): Missing => ({ connector: `Unknown connector ${params['name']}` })
const NO_RESTART = (params: Call['params']): Missing => ({ connector: `Unknown connector: ${params['name']}` })

export function connectorRoutes(herder: Herder): readonly Route[] {
  const path = '/connectors/:name'
  return [
    { method: 'GET', path: '/connectors', handle: (call) => json(list(herder, call)) },
    { method: 'POST', path: '/connectors', takesJson: true, handle: (call) => create(herder, call) },
    {
      method: 'GET',
      path,
      missing: NOT_FOUND,
      handle: (call) => json(herder.info(param(call, 'name')).then(infoJson)),
    },
    { method: 'DELETE', path, missing: NOT_FOUND, handle: (call) => remove(herder, call) },
    {
      method: 'GET',
      path: `${path}/config`,
      missing: NOT_FOUND,
      handle: (call) => json(herder.info(param(call, 'name')).then((info) => info.config)),
    },
    { method: 'PUT', path: `${path}/config`, takesJson: true, handle: (call) => putConfig(herder, call) },
    {
      method: 'PATCH',
      path: `${path}/config`,
      takesJson: true,
      missing: NOT_FOUND,
      handle: (call) => patchConfig(herder, call),
    },
    {
      method: 'GET',
      path: `${path}/status`,
      missing: NO_STATUS,
      handle: (call) => json(herder.status(param(call, 'name')).then(statusJson)),
    },
    ...targetStates(herder),
    { method: 'POST', path: `${path}/restart`, missing: NO_RESTART, handle: (call) => restart(herder, call) },
  ]
}

async function json(value: Promise<Json>): Promise<Answer> {
  return { status: 200, json: await value }
}

function targetStates(herder: Herder): readonly Route[] {
  const route = (verb: string, state: TargetState, status: number): Route => ({
    method: 'PUT',
    path: `/connectors/:name/${verb}`,
    missing: NO_TARGET,
    handle: async (call) => {
      await herder.setTargetState(param(call, 'name'), state)
      return { status }
    },
  })
  return [route('pause', 'PAUSED', 202), route('resume', 'STARTED', 202), route('stop', 'STOPPED', 204)]
}

async function list(herder: Herder, call: Call): Promise<Json> {
  const names = await herder.connectors()
  const expand = call.query.getAll('expand')
  if (expand.length === 0) return names
  const members: (readonly [string, Json])[] = []
  for (const name of names) {
    const expanded = await expandOne(herder, name, expand)
    if (expanded !== null) members.push([name, expanded])
  }
  return Object.fromEntries(members)
}

/** Null for a connector that vanished meanwhile. */
async function expandOne(herder: Herder, name: string, expand: readonly string[]): Promise<Json | null> {
  try {
    const members: Record<string, Json> = {}
    for (const what of expand) {
      if (what === 'status') members['status'] = statusJson(await herder.status(name))
      if (what === 'info') members['info'] = infoJson(await herder.info(name))
    }
    return members
  } catch (error) {
    if (error instanceof StateError && error.code === 'unknown-connector') return null
    throw error
  }
}

async function create(herder: Herder, call: Call): Promise<Answer> {
  const { name, config, initialState } = readCreateRequest(call.body)
  const props = withoutNulls(config)
  const info = await herder.create(name, props, initialState ?? 'STARTED')
  return { status: 201, location: locationOf(name), json: infoJson(info) }
}

async function putConfig(herder: Herder, call: Call): Promise<Answer> {
  const name = param(call, 'name')
  const props = withoutNulls(readProps(call.body))
  const { isNew, info } = await herder.putConfig(name, props)
  return isNew
    ? { status: 201, location: locationOf(name), json: infoJson(info) }
    : { status: 200, json: infoJson(info) }
}

async function patchConfig(herder: Herder, call: Call): Promise<Answer> {
  const info = await herder.patchConfig(param(call, 'name'), readProps(call.body))
  return { status: 200, json: infoJson(info) }
}

async function remove(herder: Herder, call: Call): Promise<Answer> {
  await herder.delete(param(call, 'name'))
  return { status: 204 }
}

async function restart(herder: Herder, call: Call): Promise<Answer> {
  const what = { includeTasks: flag(call, 'includeTasks'), onlyFailed: flag(call, 'onlyFailed') }
  const status = await herder.restart(param(call, 'name'), what)
  return what.includeTasks || what.onlyFailed ? { status: 202, json: statusJson(status) } : { status: 204 }
}

/** A slash in a name stays as it is: so do the servers that clients are used to. */
function locationOf(name: string): string {
  return `/connectors/${encodeURIComponent(name).replaceAll('%2F', '/')}`
}
