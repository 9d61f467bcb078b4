// The databases of the bench: their table of orders, and the least that a driver needs to read and write it all.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Props } from '@rowbridge/api'
import { server, type TestDatabase } from '@rowbridge/testkit'
import Sqlite from 'better-sqlite3'
import knexOf, { type Knex } from 'knex'
import { createConnection } from 'mariadb'
import { Client } from 'pg'
import { orders, type Order } from './orders.js'

export const PLACES = ['mariadb', 'postgresql', 'sqlite'] as const
export type PlaceName = (typeof PLACES)[number]

export interface Place extends AsyncDisposable {
  /** How a connector reaches the database. */
  readonly connection: Props
  /** How the plain design reaches it. */
  readonly knex: Knex
  /** Makes the table of orders, empty. */
  create(table: string): Promise<void>
  /** An order as the plain design hands it to knex. */
  rowOf(order: Order): Record<string, unknown>
  /** All rows by one statement of the bare driver, as arrays. */
  readAll(table: string): Promise<unknown[][]>
  /** Rows in the driver's shape, ready for `writeAll`. */
  prepared(rows: readonly Order[]): unknown[][]
  /** Upserts them by the bare driver's best statement. */
  writeAll(table: string, rows: unknown[][]): Promise<void>
}

export const COLUMNS = [
  'id',
  'customer_id',
  'status',
  'amount',
  'ratio',
  'is_paid',
  'created_at',
  'day',
  'note',
  'token',
]
const LIST = COLUMNS.join(', ')
const CHUNK = 3000

export function openPlace(name: PlaceName): Promise<Place> {
  if (name === 'mariadb') return mariadb()
  return name === 'postgresql' ? postgresql() : Promise.resolve(sqlite())
}

/** Fills a table with orders. */
export async function fill(place: Place, table: string, count: number): Promise<void> {
  await place.create(table)
  await place.writeAll(table, place.prepared(orders(count)))
}

function ddl(table: string, types: readonly string[]): string {
  return `create table ${table} (${COLUMNS.map((name, i) => `${name} ${types[i]}`).join(', ')})`
}

function chunks<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, i) => rows.slice(i * CHUNK, (i + 1) * CHUNK))
}

/** `a = VALUES(a), …` for all columns but the key. */
function assignments(from: (name: string) => string): string {
  return COLUMNS.slice(1)
    .map((name) => `${name} = ${from(name)}`)
    .join(', ')
}

const dayText = (order: Order): string => new Date(order[7] * 86_400_000).toISOString().slice(0, 10)
const momentText = (order: Order): string => new Date(order[6]).toISOString().slice(0, -1).replace('T', ' ')

function namedRow(values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(COLUMNS.map((name, i) => [name, values[i]]))
}

function login(db: TestDatabase): Props {
  return { 'connection.url': db.jdbcUrl, 'connection.user': db.user, 'connection.password': db.password }
}

/** Values as databases with dates take them. */
function textRow(order: Order): unknown[] {
  return [...order.slice(0, 6), momentText(order), dayText(order), ...order.slice(8)]
}

/** The same where there is no boolean. */
function sqliteRow(order: Order): unknown[] {
  return textRow(order).map((value) => (typeof value === 'boolean' ? Number(value) : value))
}

function upsertOf(table: string, rows: number): string {
  const marks = Array.from({ length: rows }, () => `(${COLUMNS.map(() => '?').join(',')})`).join(',')
  const set = assignments((name) => `values(${name})`)
  return `insert into ${table} (${LIST}) values ${marks} on duplicate key update ${set}`
}

async function mariadb(): Promise<Place> {
  const running = await server('mariadb')
  const db = await running.database()
  const address = { host: db.host, port: db.port, user: db.user, password: db.password, database: db.name }
  const knex = knexOf({ client: 'mysql2', connection: { ...address, timezone: 'Z' } })
  const driver = await createConnection({ ...address, timezone: 'Z', rowsAsArray: true })
  const types = ['bigint not null primary key', 'int not null', 'varchar(20)', 'decimal(12,2)', 'double', 'tinyint(1)']
  types.push('datetime(3)', 'date', 'varchar(200)', 'varbinary(32)')
  return {
    connection: login(db),
    knex,
    create: async (table) => void (await driver.query(ddl(table, types))),
    rowOf: (order) => namedRow([...order.slice(0, 6), new Date(order[6]), dayText(order), ...order.slice(8)]),
    readAll: (table) => driver.query<unknown[][]>(`select ${LIST} from ${table} order by id`),
    prepared: (rows) => rows.map(textRow),
    writeAll: async (table, rows) => {
      for (const chunk of chunks(rows)) await driver.execute(upsertOf(table, chunk.length), chunk.flat())
    },
    async [Symbol.asyncDispose]() {
      await knex.destroy()
      await driver.end()
      await db[Symbol.asyncDispose]()
      await running[Symbol.asyncDispose]()
    },
  }
}

async function postgresql(): Promise<Place> {
  const running = await server('postgresql')
  const db = await running.database()
  const address = { host: db.host, port: db.port, user: db.user, password: db.password, database: db.name }
  const knex = knexOf({ client: 'pg', connection: address })
  const driver = new Client(address)
  await driver.connect()
  const types = ['bigint not null primary key', 'int not null', 'varchar(20)', 'numeric(12,2)', 'double precision']
  types.push('boolean', 'timestamp(3)', 'date', 'varchar(200)', 'bytea')
  const elements = ['bigint', 'int', 'varchar', 'numeric', 'float8', 'boolean', 'timestamp', 'date', 'varchar', 'bytea']
  const arrays = elements.map((type, i) => `$${i + 1}::${type}[]`).join(', ')
  const upsert = (table: string) =>
    `insert into ${table} (${LIST}) select * from unnest(${arrays}) on conflict (id) do update set ${assignments((name) => `excluded.${name}`)}`
  return {
    connection: login(db),
    knex,
    create: async (table) => void (await driver.query(ddl(table, types))),
    rowOf: (order) => namedRow([...order.slice(0, 6), new Date(order[6]), dayText(order), ...order.slice(8)]),
    readAll: async (table) => {
      const result = await driver.query<unknown[]>({
        text: `select ${LIST} from ${table} order by id`,
        rowMode: 'array',
      })
      return result.rows
    },
    prepared: (rows) => rows.map(textRow),
    writeAll: async (table, rows) => {
      for (const chunk of chunks(rows)) {
        await driver.query(
          upsert(table),
          COLUMNS.map((_, i) => chunk.map((row) => row[i])),
        )
      }
    },
    async [Symbol.asyncDispose]() {
      await knex.destroy()
      await driver.end()
      await db[Symbol.asyncDispose]()
      await running[Symbol.asyncDispose]()
    },
  }
}

function sqlite(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-bench-'))
  const file = join(folder, 'bench.sqlite')
  const knex = knexOf({ client: 'better-sqlite3', connection: { filename: file }, useNullAsDefault: true })
  const driver = new Sqlite(file)
  driver.pragma('journal_mode = WAL')
  const types = ['integer not null primary key', 'integer not null', 'text', 'decimal_text(2)', 'real', 'boolean']
  types.push('timestamp', 'date', 'text', 'blob')
  return {
    connection: { 'connection.url': `jdbc:sqlite:${file}` },
    knex,
    create: (table) => Promise.resolve(void driver.exec(ddl(table, types))),
    rowOf: (order) => namedRow(sqliteRow(order)),
    readAll: (table) => {
      const rows = driver.prepare(`select ${LIST} from ${table} order by id`).raw(true).all()
      return Promise.resolve(rows as unknown[][])
    },
    prepared: (rows) => rows.map(sqliteRow),
    writeAll: (table, rows) => {
      const set = assignments((name) => `excluded.${name}`)
      const marks = COLUMNS.map(() => '?').join(', ')
      const statement = driver.prepare(
        `insert into ${table} (${LIST}) values (${marks}) on conflict (id) do update set ${set}`,
      )
      for (const chunk of chunks(rows)) driver.transaction(() => chunk.forEach((row) => statement.run(row)))()
      return Promise.resolve()
    },
    async [Symbol.asyncDispose]() {
      await knex.destroy()
      driver.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A row from any driver, in the order of the columns, as an order. */
export function orderOfRow(values: readonly unknown[]): Order {
  const [id, customer, status, amount, ratio, isPaid, createdAt, day, note, token] = values
  return [
    Number(id),
    Number(customer),
    String(status),
    typeof amount === 'number' ? amount.toFixed(2) : String(amount),
    Number(ratio),
    Boolean(Number(isPaid)),
    millisOf(createdAt),
    millisOf(day) / 86_400_000,
    note as string | null,
    token as Uint8Array,
  ]
}

export function millisOf(value: unknown): number {
  if (value instanceof Date) return value.getTime()
  if (typeof value === 'string') return Date.parse(value.includes(' ') ? `${value.replace(' ', 'T')}Z` : value)
  return Number(value)
}
