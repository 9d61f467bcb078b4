// Properties as a Java client knows them, turned into connection settings: servers, security, timeouts.
import { readFileSync } from 'node:fs'
import { ConfigError } from '@rowbridge/api'
import type { KafkaConfig, SASLOptions } from 'kafkajs'
import type { Attempt } from './network-errors.js'

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
    attempt: { bootstrap, protocol, user: sasl === undefined ? null : sasl.username },
    ssl: protocol.endsWith('SSL') ? sslOf(props) : undefined,
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

export function wrong(key: string, message: string, hint?: string): ConfigError {
  const problems = [{ key, message: `${key}: ${message}` }]
  return new ConfigError('invalid-kafka-property', problems, hint === undefined ? {} : { hint })
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

type PasswordSasl = Extract<SASLOptions, { username: string }>
const MECHANISMS: Readonly<Record<string, PasswordSasl['mechanism']>> = {
  PLAIN: 'plain',
  'SCRAM-SHA-256': 'scram-sha-256',
  'SCRAM-SHA-512': 'scram-sha-512',
}

function saslOf(props: KafkaProps): PasswordSasl {
  const name = (props['sasl.mechanism'] ?? 'GSSAPI').toUpperCase()
  const mechanism = MECHANISMS[name]
  if (mechanism === undefined) {
    throw wrong('sasl.mechanism', `${name} is not supported`, `Use one of: ${Object.keys(MECHANISMS).join(', ')}.`)
  }
  const options = jaasOptions(props['sasl.jaas.config'] ?? '')
  const [username, password] = [options.get('username'), options.get('password')]
  if (username === undefined || password === undefined) {
    const module = mechanism === 'plain' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
    throw wrong(
      'sasl.jaas.config',
      'no username and password in it',
      `Write: org.apache.kafka.common.security.${module} required username="…" password="…";`,
    )
  }
  return { mechanism, username, password }
}

/** The options of the login module: name="value" pairs, the quotes optional, a backslash before a quote. */
export function jaasOptions(text: string): Map<string, string> {
  const options = new Map<string, string>()
  for (const [, name, quoted, single, bare] of text.matchAll(
    /([\w.]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s;"']+))/g,
  )) {
    const value = (quoted ?? single)?.replaceAll(/\\(.)/g, '$1') ?? bare ?? ''
    if (name !== undefined) options.set(name, value)
  }
  return options
}

function sslOf(props: KafkaProps): Exclude<KafkaConfig['ssl'], undefined> {
  const ca = trusted(props)
  const checked = (props['ssl.endpoint.identification.algorithm'] ?? 'https') !== ''
  return {
    ...(ca === null ? {} : { ca }),
    ...keyOf(props),
    ...(checked ? {} : { checkServerIdentity: () => undefined }),
  }
}

function trusted(props: KafkaProps): string | null {
  const inline = props['ssl.truststore.certificates']
  if (inline !== undefined) return inline
  const path = props['ssl.truststore.location']
  if (path === undefined || path === '') return null
  const text = readFile('ssl.truststore.location', path).toString('latin1')
  if (text.includes('-----BEGIN CERTIFICATE')) return text
  throw wrong('ssl.truststore.location', `${path} is not a PEM file`, pemHint(path))
}

function keyOf(props: KafkaProps): object {
  const passphrase = props['ssl.key.password'] ?? props['ssl.keystore.password']
  const secret = passphrase === undefined ? {} : { passphrase }
  const [key, cert] = [props['ssl.keystore.key'], props['ssl.keystore.certificate.chain']]
  if (key !== undefined && cert !== undefined) return { key, cert, ...secret }
  const path = props['ssl.keystore.location']
  if (path === undefined || path === '') return {}
  const bytes = readFile('ssl.keystore.location', path)
  const text = bytes.toString('latin1')
  if (text.includes('-----BEGIN')) return { key: text, cert: text, ...secret }
  const pfxPassword = props['ssl.keystore.password']
  if (bytes[0] === 0x30) return { pfx: bytes, ...(pfxPassword === undefined ? {} : { passphrase: pfxPassword }) }
  throw wrong('ssl.keystore.location', `${path} is neither a PEM nor a PKCS12 file`, pemHint(path))
}

function readFile(key: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw wrong(key, `${path} cannot be read (${cause instanceof Error ? cause.message : String(cause)})`)
  }
}

function pemHint(path: string): string {
  return `Convert it: keytool -list -rfc -keystore ${path} > ${path}.pem (a key: keytool -importkeystore -deststoretype PKCS12).`
}
