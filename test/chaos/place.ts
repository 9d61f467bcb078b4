// The databases of the chaos: a table whose numbers and times come from the server, and connections that write to it.
import type { Props } from '@rowbridge/api'
import { uniqueName, type DatabaseServer } from '@rowbridge/testkit'
import { createConnection } from 'mariadb'
import { Client } from 'pg'

export interface Connection {
  run(sql: string): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

export interface PlainUser extends AsyncDisposable {
  readonly props: Props
}

export interface ChaosPlace extends AsyncDisposable {
  readonly kind: 'mariadb' | 'postgresql'
  readonly props: Props
  /** A user who may read the table and no more. */
  plainUser(): Promise<PlainUser>
  connect(): Promise<Connection>
  query(sql: string): Promise<Record<string, unknown>[]>
  /** Inserts one row; gives its id. */
  insert(connection: Connection, mark: string): Promise<number>
  /** Inserts two rows, the one with the greater id first; pauses in between. */
  insertDescending(connection: Connection, marks: readonly [string, string], pause: () => Promise<void>): Promise<void>
  /** Changes a row and its time. */
  update(connection: Connection, id: number, mark: string): Promise<void>
}

/** Ten milliseconds are one time, so that many rows have equal times. */
const DIGITS = 2

export async function chaosPlace(server: DatabaseServer): Promise<ChaosPlace> {
  return server.kind === 'mariadb' ? mariadbPlace(server) : postgresqlPlace(server)
}

async function postgresqlPlace(server: DatabaseServer): Promise<ChaosPlace> {
  const database = await server.database()
  await database.query(
    `CREATE TABLE t (id BIGSERIAL PRIMARY KEY, mark TEXT NOT NULL, at TIMESTAMPTZ(${DIGITS}) NOT NULL DEFAULT now())`,
  )
  await database.query('ALTER SEQUENCE t_id_seq CACHE 50')
  await database.query('CREATE INDEX ON t (at, id)')
  const next = async (connection: Connection) =>
    Number((await connection.run("SELECT nextval('t_id_seq') AS id"))[0]?.['id'])
  const insertAt = (connection: Connection, id: number, mark: string) =>
    connection.run(`INSERT INTO t (id, mark) VALUES (${id}, '${mark}')`)
  return {
    kind: 'postgresql',
    props: {
      'connection.url': database.jdbcUrl,
      'connection.user': database.user,
      'connection.password': database.password,
    },
    async plainUser() {
      const name = uniqueName('chaos')
      await database.query(`CREATE ROLE ${name} LOGIN PASSWORD 'chaos'`)
      await database.query(`GRANT SELECT ON t TO ${name}`)
      return {
        props: { 'connection.url': database.jdbcUrl, 'connection.user': name, 'connection.password': 'chaos' },
        async [Symbol.asyncDispose]() {
          await database.query(`REVOKE ALL ON t FROM ${name}`)
          await database.query(`DROP ROLE ${name}`)
        },
      }
    },
    async connect() {
      const client = new Client({
        host: database.host,
        port: database.port,
        user: database.user,
        password: database.password,
        database: database.name,
      })
      client.on('error', () => {})
      await client.connect()
      return {
        run: async (sql) => (await client.query(sql)).rows as Record<string, unknown>[],
        close: () => client.end(),
      }
    },
    query: (sql) => database.query(sql),
    insert: async (connection, mark) =>
      Number((await connection.run(`INSERT INTO t (mark) VALUES ('${mark}') RETURNING id`))[0]?.['id']),
    async insertDescending(connection, [first, second], pause) {
      const lower = await next(connection)
      await insertAt(connection, await next(connection), first)
      await pause()
      await insertAt(connection, lower, second)
    },
    update: async (connection, id, mark) => {
      await connection.run(`UPDATE t SET mark = '${mark}', at = now() WHERE id = ${id}`)
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

async function mariadbPlace(server: DatabaseServer): Promise<ChaosPlace> {
  const database = await server.database()
  await database.query(
    `CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, mark VARCHAR(60) NOT NULL,
      at DATETIME(${DIGITS}) NOT NULL DEFAULT CURRENT_TIMESTAMP(${DIGITS}), KEY (at, id)) ENGINE = InnoDB`,
  )
  const insert = async (connection: Connection, mark: string): Promise<number> => {
    await connection.run(`INSERT INTO t (mark) VALUES ('${mark}')`)
    return Number((await connection.run('SELECT LAST_INSERT_ID() AS id'))[0]?.['id'])
  }
  return {
    kind: 'mariadb',
    props: {
      'connection.url': database.jdbcUrl,
      'connection.user': database.user,
      'connection.password': database.password,
    },
    async plainUser() {
      const name = uniqueName('chaos')
      await database.query(`CREATE USER ${name}@'%' IDENTIFIED BY 'chaos'`)
      await database.query(`GRANT SELECT ON ${database.name}.t TO ${name}@'%'`)
      return {
        props: { 'connection.url': database.jdbcUrl, 'connection.user': name, 'connection.password': 'chaos' },
        async [Symbol.asyncDispose]() {
          await database.query(`DROP USER ${name}@'%'`)
        },
      }
    },
    async connect() {
      const connection = await createConnection({
        host: database.host,
        port: database.port,
        user: database.user,
        password: database.password,
        database: database.name,
      })
      await connection.query('SET SESSION auto_increment_increment = 2, SESSION innodb_lock_wait_timeout = 5')
      return {
        run: (sql) => connection.query<Record<string, unknown>[]>(sql),
        close: () => connection.end(),
      }
    },
    query: (sql) => database.query(sql),
    insert,
    // The numbers in between are free, as the server counts in twos.
    async insertDescending(connection, [first, second], pause) {
      const id = await insert(connection, first)
      await pause()
      await connection.run(`INSERT INTO t (id, mark) VALUES (${id - 1}, '${second}')`)
    },
    update: async (connection, id, mark) => {
      await connection.run(`UPDATE t SET mark = '${mark}', at = NOW(${DIGITS}) WHERE id = ${id}`)
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
