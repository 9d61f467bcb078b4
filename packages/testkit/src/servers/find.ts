// Finds a usable server, one way after the other, and remembers why each way failed.
import { kafka } from './kafka.js'
import { mariadb } from './mariadb.js'
import { postgresql } from './postgresql.js'
import { WAYS, type ServerAddress, type ServerKind, type ServerOptions, type Way } from './server.js'
import type { ServerSupport, Started } from './support.js'

export const SUPPORT: { readonly [K in ServerKind]: ServerSupport<K> } = { mariadb, postgresql, kafka }

/** A server that nobody could find or start here; `message` says why, way by way. */
export class ServerMissing extends Error {
  readonly kind: ServerKind

  constructor(kind: ServerKind, reasons: readonly string[]) {
    super([`No usable ${kind} server was found.`, ...reasons].join('\n  - '))
    this.name = 'ServerMissing'
    this.kind = kind
  }
}

const NOT_OURS = { [Symbol.asyncDispose]: () => Promise.resolve() }

export async function findServer(kind: ServerKind, asked: ServerOptions = {}): Promise<Started> {
  const options = { ...versionOfRun(kind), ...asked }
  const support = SUPPORT[kind]
  const reasons: string[] = []
  const explicit = options.isPrivate === true ? undefined : process.env[support.variable]
  for (const way of waysFor(options, explicit)) {
    try {
      return await take(support, way, options)
    } catch (error) {
      reasons.push(`${way}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new ServerMissing(kind, reasons)
}

/** A whole run can be held against another version of Kafka. */
function versionOfRun(kind: ServerKind): Pick<ServerOptions, 'version'> {
  const version = process.env['ROWBRIDGE_TEST_KAFKA_VERSION']
  return kind === 'kafka' && (version === '3.9' || version === '4') ? { version } : {}
}

/** An address someone gave must work: nothing is tried in its place. */
function waysFor(options: ServerOptions, explicit: string | undefined): readonly Way[] {
  const limit = process.env['ROWBRIDGE_TEST_WAYS']?.split(',')
  const ways = WAYS.filter((way) => (options.ways?.includes(way) ?? true) && (limit?.includes(way) ?? true))
  if (options.isPrivate === true) return ways.filter((way) => way === 'installed' || way === 'maven')
  if (explicit !== undefined && explicit !== '' && ways.includes('environment')) return ['environment']
  return options.version === undefined ? ways : ways.filter((way) => way !== 'local port')
}

async function take<K extends ServerKind>(
  support: ServerSupport<K>,
  way: Way,
  options: ServerOptions,
): Promise<Started> {
  switch (way) {
    case 'environment':
      return found(support, parseAddress(support), `environment (${support.variable})`)
    case 'local port':
      return found(support, support.usual, `local port ${support.usual.port}`)
    case 'container':
      return named('container', await support.container(options))
    case 'installed':
      if (support.install === undefined) throw new Error('there is no such way for this server')
      return named('installed programs', await support.install(options))
    case 'maven':
      if (support.fetch === undefined) throw new Error('there is no such way for this server')
      return named('Maven coordinates', await support.fetch(options))
  }
}

async function found<K extends ServerKind>(
  support: ServerSupport<K>,
  address: ServerAddress,
  foundBy: string,
): Promise<Started> {
  await support.probe(address)
  return { address: { ...address, foundBy }, process: NOT_OURS }
}

function named(foundBy: string, started: Started): Started {
  const { address } = started
  const detail = address.foundBy === '' ? '' : `, ${address.foundBy}`
  return { ...started, address: { ...address, foundBy: `${foundBy}${detail}, port ${address.port}` } }
}

function parseAddress<K extends ServerKind>({ variable, usual }: ServerSupport<K>): ServerAddress {
  const text = process.env[variable]
  if (text === undefined || text === '') throw new Error(`${variable} is not set`)
  const url = new URL(text.includes('://') ? text : `${usual.kind}://${text.split(',')[0]}`)
  return {
    ...usual,
    url: usual.kind === 'kafka' ? text.replace(/^.*:\/\//, '') : text,
    host: url.hostname,
    port: url.port === '' ? usual.port : Number(url.port),
    user: url.username === '' ? usual.user : decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  }
}
