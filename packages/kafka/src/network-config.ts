// Properties as a Java client knows them, turned into connection settings: servers, security, timeouts.
import type { KafkaConfig } from 'kafkajs'
import type { Attempt } from './network-errors.js'
import { saslOf, userOf } from './sasl.js'
import { tlsSettings } from './tls.js'
import { wrong } from './wrong-property.js'

export type KafkaProps = Readonly<Record<string, string>>

export interface NetworkSettings {
  readonly servers: readonly { readonly host: string; readonly port: number }[]
  readonly attempt: Attempt
  readonly ssl: KafkaConfig['ssl']
  readonly sasl: KafkaConfig['sasl']
  readonly connectTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly backoffMs: number
  readonly maxBackoffMs: number
}

const PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']

export function networkSettings(props: KafkaProps): NetworkSettings {
  const bootstrap = props['bootstrap.servers'] ?? ''
  const protocol = (props['security.protocol'] ?? 'PLAINTEXT').toUpperCase()
  if (!PROTOCOLS.includes(protocol)) throw wrong('security.protocol', `${protocol} is none of ${PROTOCOLS.join(', ')}`)
  const sasl = protocol.startsWith('SASL') ? saslOf(props) : undefined
  const backoffMs = numberProp(props, 'retry.backoff.ms', 100)
  return {
    servers: serversOf(bootstrap),
    attempt: { bootstrap, protocol, user: userOf(sasl) },
    ssl: protocol.endsWith('SSL') ? clientTls(props) : undefined,
    sasl,
    connectTimeoutMs: numberProp(props, 'socket.connection.setup.timeout.ms', 4000),
    requestTimeoutMs: numberProp(props, 'request.timeout.ms', 30_000),
    backoffMs,
    maxBackoffMs: Math.max(backoffMs, numberProp(props, 'retry.backoff.max.ms', 1000)),
  }
}

/** A property that is a whole number from `min` on. */
export function numberProp(props: KafkaProps, key: string, otherwise: number, min = 0): number {
  const text = props[key]?.trim()
  if (text === undefined || text === '') return otherwise
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < min) throw wrong(key, `${text} is not a whole number from ${min} on`)
  return value
}

function serversOf(bootstrap: string): { host: string; port: number }[] {
  const parts = bootstrap
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  if (parts.length === 0) throw wrong('bootstrap.servers', 'no server is named', 'Set it to host:port of a broker.')
  return parts.map((part) => {
    const match = /^(?:[A-Z_]+:\/\/)?\[?([^\s/]+?)\]?:(\d{1,5})$/.exec(part)
    if (match?.[1] === undefined) throw wrong('bootstrap.servers', `${part} is not host:port`)
    return { host: match[1], port: Number(match[2]) }
  })
}

function clientTls(props: KafkaProps): Exclude<KafkaConfig['ssl'], undefined> {
  const isChecked = (props['ssl.endpoint.identification.algorithm'] ?? 'https').trim() !== ''
  return { ...tlsSettings(props), ...(isChecked ? {} : { checkServerIdentity: () => undefined }) }
}
