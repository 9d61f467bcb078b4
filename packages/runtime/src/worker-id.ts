// Host and port by which a worker is known to others.
import { networkInterfaces } from 'node:os'
import type { WorkerConfig } from './config.js'
import { listenersOf, type Listener } from './listener.js'

/** `<advertised host>:<advertised port>`, the `worker_id` of statuses. */
export function workerIdOf(config: WorkerConfig): string {
  const listener = advertised(config)
  const host = config['rest.advertised.host.name'] ?? listener?.host ?? ''
  const port = config['rest.advertised.port'] ?? listener?.port ?? 8083
  return `${host === '' || host === '0.0.0.0' ? addressOfThisMachine() : host}:${port}`
}

/** Where other workers reach this one. */
export function workerUrlOf(config: WorkerConfig): string {
  const scheme = config['rest.advertised.listener']?.toLowerCase() ?? advertised(config)?.scheme ?? 'http'
  return `${scheme}://${workerIdOf(config)}/`
}

function advertised(config: WorkerConfig): Listener | undefined {
  const listeners = listenersOf(config.listeners)
  const scheme = config['rest.advertised.listener']?.toLowerCase()
  return (
    listeners.find((candidate) => candidate.scheme === (scheme ?? 'http')) ??
    listeners.find((candidate) => scheme === undefined && candidate.scheme === 'https')
  )
}

function addressOfThisMachine(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}
