// A table that another session has locked, as a backup or a change of its columns does.
import type { TestDatabase } from '@rowbridge/testkit'
import { createConnection } from 'mariadb'
import { Client } from 'pg'

/** Holds the lock until disposed. */
export async function lockTable(
  kind: 'mariadb' | 'postgresql',
  db: TestDatabase,
  table: string,
): Promise<AsyncDisposable> {
  const { host, port, user, password, name: database } = db
  const address = { host, port, user, password, database }
  if (kind === 'mariadb') {
    const connection = await createConnection(address)
    await connection.query(`LOCK TABLES ${table} WRITE`)
    return { [Symbol.asyncDispose]: () => connection.end() }
  }
  const client = new Client(address)
  // It breaks when its database is dropped.
  client.on('error', () => undefined)
  await client.connect()
  await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
  return { [Symbol.asyncDispose]: () => client.end() }
}
