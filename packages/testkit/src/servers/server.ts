// What a test gets when it asks for a server by name, and the ways in which one is found.

export type ServerKind = 'mariadb' | 'postgresql' | 'kafka'

/** How a server can be had, in the order in which the ways are tried. */
export const WAYS = ['environment', 'local port', 'container', 'installed', 'maven'] as const
export type Way = (typeof WAYS)[number]

/** Where a server is: plain data, so that one process can tell another. */
export interface ServerAddress {
  readonly kind: ServerKind
  /** One line for the report of a run, such as `local port 3306`. */
  readonly foundBy: string
  /** `mariadb://root@127.0.0.1:3306`, `postgresql://postgres@127.0.0.1:5432`; for Kafka `host:port`, as in `bootstrap.servers`. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
}

export interface Server extends ServerAddress, AsyncDisposable {}

/** A database of its own within a server, dropped on dispose. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** Without user and password: `jdbc:<server>://host:port/name`. */
  readonly jdbcUrl: string
  /** Runs one statement over the driver itself, past all code under test; rows as objects. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>
}

export interface DatabaseServer extends Server {
  /** A fresh database with a random name. */
  database(): Promise<TestDatabase>
}

export interface KafkaServer extends Server {
  /** The same as `url`. */
  readonly bootstrap: string
}

/** A server started for the caller alone, which may die and come back at the same address with the same data. */
export interface Mortal {
  /** Ends the process at once, as a power cut would; resolves when it is gone. */
  kill(): Promise<void>
  /** Starts it again after `kill`; resolves when it can be used. */
  restart(): Promise<void>
}

export interface ServerOptions {
  /** For the caller alone, never one that others use. */
  readonly isPrivate?: boolean
  /** Kafka's version line; the newest 3.9 without it. An answering broker of unknown version is not taken when this is set. */
  readonly version?: '3.9' | '4'
  /** Ways to try; all without it. */
  readonly ways?: readonly Way[]
  /** Further listeners of a private server on this machine: port by security protocol (Kafka only). */
  readonly listeners?: Readonly<Record<string, number>>
  /** Settings of a private server, as in its configuration file (Kafka only). */
  readonly settings?: Readonly<Record<string, string>>
}

export interface Servers {
  readonly mariadb: DatabaseServer
  readonly postgresql: DatabaseServer
  readonly kafka: KafkaServer
}

/** A name nobody else uses, for topics, groups, tables and databases of a test. */
export function uniqueName(prefix = 'rowbridge_test'): string {
  return `${prefix}_${crypto.randomUUID().slice(0, 8)}`
}
