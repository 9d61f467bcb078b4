// Fresh databases within a server, dropped when disposed.
import { uniqueName, type ServerAddress, type TestDatabase } from './server.js'

export interface DatabaseMaking {
  readonly address: ServerAddress
  /** Runs a statement in a database, or outside any when the name is undefined. */
  readonly query: (
    database: string | undefined,
    sql: string,
    parameters?: readonly unknown[],
  ) => Promise<Record<string, unknown>[]>
  readonly create: (name: string) => string
  readonly drop: (name: string) => string
}

export function databaseMaker({ address, query, create, drop }: DatabaseMaking): () => Promise<TestDatabase> {
  const { kind, host, port, user, password } = address
  return async () => {
    const name = uniqueName()
    await query(undefined, create(name))
    return {
      name,
      host,
      port,
      user,
      password,
      jdbcUrl: `jdbc:${kind}://${host}:${port}/${name}`,
      query: (sql, parameters) => query(name, sql, parameters),
      async [Symbol.asyncDispose]() {
        await query(undefined, drop(name))
      },
    }
  }
}
