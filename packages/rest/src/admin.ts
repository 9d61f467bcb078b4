// The server itself: version and health.
import type { Json } from '@rowbridge/api'
import type { Herder } from '@rowbridge/runtime'
import type { Answer, Route } from './route.js'
import { settled } from './timeout.js'

const PROBE_MS = 10_000
/** Clients decide by this version what they may ask for, so that it has to be one of Kafka Connect. */
export const API_VERSION = '3.9.2'

/** `isReady` tells whether all connectors named at start were made. */
export function adminRoutes(herder: Herder, isReady: () => boolean): readonly Route[] {
  return [
    { method: 'GET', path: '/', handle: () => root(herder) },
    { method: 'GET', path: '/health', handle: () => health(herder, isReady) },
  ]
}

async function root(herder: Herder): Promise<Answer> {
  const { version, kafka_cluster_id } = await herder.server()
  return { status: 200, json: { version: API_VERSION, commit: `rowbridge-${version}`, kafka_cluster_id } }
}

async function health(herder: Herder, isReady: () => boolean): Promise<Answer> {
  const answers = await settled(herder.connectors(), PROBE_MS)
  if (answers && isReady()) return tell(200, 'healthy', 'Worker has completed startup and is ready to handle requests.')
  if (!isReady()) return tell(503, 'starting', 'Worker is still starting up.')
  return tell(500, 'unhealthy', 'Worker was unable to handle this request and may be unable to handle other requests.')
}

function tell(status: number, word: string, message: string): Answer {
  const json: Json = { status: word, message }
  return { status, json }
}
