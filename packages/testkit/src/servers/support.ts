// What this package must know about one kind of server in order to find, start and serve it.
import type { Mortal, ServerAddress, ServerKind, ServerOptions, Servers } from './server.js'

/** A server we started, and the process to end with us. */
export interface Started {
  readonly address: ServerAddress
  readonly process: AsyncDisposable & Partial<Mortal>
}

export interface ServerSupport<K extends ServerKind> {
  /** The environment variable that may hold its address. */
  readonly variable: string
  /** Where one is expected on a developer's machine. */
  readonly usual: ServerAddress
  /** Rejects unless the server is there and can really be used. */
  probe(address: ServerAddress): Promise<void>
  /** Starts one in a container. */
  container(options: ServerOptions): Promise<Started>
  /** Starts one from programs of this machine, in a temporary folder. */
  install?(options: ServerOptions): Promise<Started>
  /** Starts one from programs fetched by Maven coordinates, in a temporary folder. */
  fetch?(options: ServerOptions): Promise<Started>
  /** The address with what a test can do there. */
  serve(address: ServerAddress): Omit<Servers[K], keyof AsyncDisposable>
}

export interface Place {
  readonly host: string
  readonly port: number
  readonly user?: string
  readonly password?: string
}

export function addressAt(kind: ServerKind, place: Place, foundBy = ''): ServerAddress {
  const { host, port, user = '', password = '' } = place
  const login = password === '' ? user : `${user}:${encodeURIComponent(password)}`
  const url = kind === 'kafka' ? `${host}:${port}` : `${kind}://${login}@${host}:${port}`
  return { kind, foundBy, url, host, port, user, password }
}
