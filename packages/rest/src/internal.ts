// What workers of a cluster ask of each other: new tasks of a connector, and that old ones be fenced.
import type { Props } from '@rowbridge/api'
import type { Herder, InternalRequests, Signature } from '@rowbridge/runtime'
import { readTaskConfigs } from './bodies.js'
import { HttpError, type Missing } from './errors.js'
import { param, type Call, type Route } from './route.js'

const NOT_FOUND = (params: Call['params']): Missing => ({ connector: `Connector ${params['name']} not found` })

export function internalRoutes(herder: Herder): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/connectors/:name/tasks',
      takesJson: true,
      missing: NOT_FOUND,
      handle: async (call) => {
        const tasks: readonly Props[] = readTaskConfigs(call.body)
        await clusterOf(herder).putTasks(param(call, 'name'), tasks, signatureOf(call))
        return { status: 204 }
      },
    },
    {
      method: 'PUT',
      path: '/connectors/:name/fence',
      missing: NOT_FOUND,
      handle: async (call) => {
        await clusterOf(herder).fence(param(call, 'name'), signatureOf(call))
        return { status: 204 }
      },
    },
  ]
}

function clusterOf({ internal }: Herder): InternalRequests {
  if (internal !== undefined) return internal
  throw new HttpError(500, 'A worker that stands alone has no requests of other workers to answer.')
}

function signatureOf({ headers, body }: Call): Signature {
  const header = (name: string) => headers[name] ?? null
  return {
    signature: header('x-connect-authorization'),
    algorithm: header('x-connect-request-signature-algorithm'),
    body,
  }
}
