// A database of each kind as a source or a target of a test: where it is, how connectors log in, how the test looks into it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseServer } from '@rowbridge/testkit'
import Sqlite from 'better-sqlite3'

export interface Place extends AsyncDisposable {
  /** Connection keys of a connector. */
  readonly login: Readonly<Record<string, string>>
  query(sql: string): Promise<Record<string, unknown>[]>
  quote(name: string): string
}

export async function place(
  kind: 'sqlite' | 'mariadb' | 'postgresql',
  servers: { readonly mariadb: DatabaseServer; readonly postgresql: DatabaseServer },
): Promise<Place> {
  if (kind === 'sqlite') return sqlitePlace()
  const db = await servers[kind].database()
  const mark = kind === 'mariadb' ? '`' : '"'
  return {
    login: { 'connection.url': db.jdbcUrl, 'connection.user': db.user, 'connection.password': db.password },
    query: (sql) => db.query(sql),
    quote: (name) => `${mark}${name}${mark}`,
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}

function sqlitePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-sqlite-'))
  const path = join(folder, 'test.db')
  const db = new Sqlite(path, { timeout: 10_000 })
  db.pragma('journal_mode = WAL')
  return {
    login: { 'connection.url': `jdbc:sqlite:${path}` },
    query(sql) {
      const statement = db.prepare(sql)
      if (statement.reader) return Promise.resolve(statement.all() as Record<string, unknown>[])
      statement.run()
      return Promise.resolve([])
    },
    quote: (name) => `"${name}"`,
    [Symbol.asyncDispose]() {
      db.close()
      rmSync(folder, { recursive: true, force: true })
      return Promise.resolve()
    },
  }
}
