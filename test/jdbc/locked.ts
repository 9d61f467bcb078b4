// Sessions of a test's own with a database, and a table that one of them has locked, as a backup or a change of its columns does.
import type { TestDatabase } from '@rowbridge/testkit'
import { createConnection } from 'mariadb'
import { Client } from 'pg'

export interface TestSession extends AsyncDisposable {
  query(sql: string): Promise<unknown>
}

type Where = Pick<TestDatabase, 'host' | 'port' | 'user' | 'password' | 'name'>

export async function openSession(kind: 'mariadb' | 'postgresql', where: Where): Promise<TestSession> {
  const { host, port, user, password, name: database } = where
  const address = { host, port, user, password, database }
  if (kind === 'mariadb') {
    const connection = await createConnection(address)
    return { query: (sql) => connection.query(sql), [Symbol.asyncDispose]: () => connection.end() }
  }
  const client = new Client(address)
  // It breaks when its database is dropped.
  client.on('error', () => undefined)
  await client.connect()
  return { query: (sql) => client.query(sql), [Symbol.asyncDispose]: () => client.end() }
}

/** Holds the lock until disposed. */
export async function lockTable(kind: 'mariadb' | 'postgresql', db: Where, table: string): Promise<AsyncDisposable> {
  const session = await openSession(kind, db)
  const lock = kind === 'mariadb' ? `LOCK TABLES ${table} WRITE` : `BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`
  await session.query(lock)
  return session
}
