// Host and port by which a worker is known to others.
import { networkInterfaces } from 'node:os'
import { ConfigError } from '@rowbridge/api'
import type { WorkerConfig } from './config.js'

const LISTENER = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)$/

/** `<advertised host>:<advertised port>`, the `worker_id` of statuses. */
export function workerIdOf(config: WorkerConfig): string {
  const listeners = config.listeners.map(parseListener)
  const scheme = config['rest.advertised.listener']?.toLowerCase()
  const listener =
    listeners.find((candidate) => candidate.scheme === (scheme ?? 'http')) ??
    listeners.find((candidate) => scheme === undefined && candidate.scheme === 'https')
  const host = config['rest.advertised.host.name'] ?? listener?.host ?? ''
  const port = config['rest.advertised.port'] ?? listener?.port ?? 8083
  return `${host === '' || host === '0.0.0.0' ? addressOfThisMachine() : host}:${port}`
}

function parseListener(text: string): { scheme: string; host: string; port: number } {
  const [, scheme, host, port] = LISTENER.exec(text) ?? []
  if (scheme === undefined || host === undefined || !['http', 'https'].includes(scheme.toLowerCase())) {
    throw new ConfigError('invalid-config', [
      { key: 'listeners', message: `Invalid value ${text} for configuration listeners: expected http://host:port` },
    ])
  }
  return { scheme: scheme.toLowerCase(), host, port: Number(port) }
}

function addressOfThisMachine(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}
