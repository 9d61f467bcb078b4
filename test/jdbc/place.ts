// A database for one test, whichever kind it is: where it is, how to look into it past all code under test, and its words for types.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { Props } from '@rowbridge/api'
import type { DatabaseServer, TestDatabase } from '@rowbridge/testkit'

export interface Place extends AsyncDisposable {
  readonly kind: 'sqlite' | 'mariadb' | 'postgresql'
  /** The connection.* keys. */
  readonly props: Props
  query(sql: string): Promise<Record<string, unknown>[]>
  /** Column definition of a key that the database numbers. */
  readonly autoId: string
  /** A timestamp with microseconds. */
  readonly timestamp: string
  /** A name as the database quotes it. */
  quote(name: string): string
  /** Ends all other connections to this database, as a restart would; null where there are none to end. */
  readonly endConnections: (() => Promise<unknown>) | null
  /** The name of a table with the parts that offsets have. */
  fullName(table: string): string
}

export type OpenPlace = () => Promise<Place>

export async function sqlitePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'rb-cj-'))
  const file = join(folder, 'test.db')
  const database = new Sqlite(file)
  database.prepare('PRAGMA journal_mode = WAL').all()
  return {
    kind: 'sqlite',
    props: { 'connection.url': `jdbc:sqlite:${file}` },
    query(sql) {
      const statement = database.prepare(sql)
      if (statement.reader) return Promise.resolve(statement.all() as Record<string, unknown>[])
      statement.run()
      return Promise.resolve([])
    },
    autoId: 'INTEGER PRIMARY KEY AUTOINCREMENT',
    timestamp: 'TIMESTAMP',
    quote: (name) => `"${name}"`,
    endConnections: null,
    fullName: (table) => table,
    async [Symbol.asyncDispose]() {
      database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export async function serverPlace(server: DatabaseServer): Promise<Place> {
  const database = await server.database()
  const isMariadb = server.kind === 'mariadb'
  return {
    kind: isMariadb ? 'mariadb' : 'postgresql',
    props: {
      'connection.url': database.jdbcUrl,
      'connection.user': database.user,
      'connection.password': database.password,
    },
    query: (sql) => database.query(sql),
    autoId: isMariadb ? 'BIGINT AUTO_INCREMENT PRIMARY KEY' : 'BIGSERIAL PRIMARY KEY',
    timestamp: isMariadb ? 'DATETIME(6)' : 'TIMESTAMP(6)',
    quote: (name) => (isMariadb ? `\`${name}\`` : `"${name}"`),
    endConnections: () => (isMariadb ? endMariadb(database) : database.query(END_POSTGRESQL)),
    fullName: (table) => (isMariadb ? `${database.name}.${table}` : `public.${table}`),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

const END_POSTGRESQL =
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'

async function endMariadb(database: TestDatabase): Promise<void> {
  const others = await database.query(
    'SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()',
  )
  for (const { id } of others) await database.query(`KILL CONNECTION ${String(id)}`).catch(unlessGone)
}

/** One that is being closed may be gone by the time it is to be ended. */
function unlessGone(error: unknown): void {
  if (!/Unknown thread id/.test(String(error))) throw error
}

/** Rows of a table by its first column, numbers as numbers. */
export async function rowsOf(place: Place, table = 't', order = 'id'): Promise<unknown[][]> {
  const rows = await place.query(`SELECT * FROM ${place.quote(table)} ORDER BY ${place.quote(order)}`)
  return rows.map((row) =>
    Object.values(row).map((value) => (/^-?\d{1,15}$/.test(String(value)) ? Number(value) : value)),
  )
}
