// The two tables: orders as the service stores them, and the copy that the sink keeps in another database.
import { objectOf } from '@rowbridge/api'
import { openDatabase, type Database, type TableId } from '@rowbridge/sql'
import { ORDER_COLUMNS, orderRow, type NewOrder } from './order.js'

export interface DatabaseAddress {
  readonly url: string
  readonly user: string | null
  readonly password: string | null
}

export const ORDER_TABLE = 'ORDER_TABLE'
export const SYNC_TABLE = 'SYNC_ORDER_TABLE'

/** One connection, used by one caller after the other. */
export class OrderStore {
  readonly #database: Database
  #last: Promise<unknown> = Promise.resolve()

  constructor(database: Database) {
    this.#database = database
  }

  static async open(address: DatabaseAddress): Promise<OrderStore> {
    return new OrderStore(await openDatabase({ ...address, applicationName: 'orders' }))
  }

  /** Makes the table of orders if there is none. */
  prepare(): Promise<void> {
    return this.#next(async () => {
      const id = await this.#tableId(ORDER_TABLE)
      if ((await this.#database.describe(id)) === null) await this.#database.createTable(id, ORDER_COLUMNS)
    })
  }

  /** Stores an order and resolves with its number. */
  add(order: NewOrder): Promise<number> {
    return this.#next(async () => {
      const id = await this.#tableId(ORDER_TABLE)
      const table = await this.#database.describe(id)
      if (table === null) throw new Error(`There is no table ${ORDER_TABLE}`)
      const columns = ORDER_COLUMNS.map(({ name, schema, isPrimaryKey }) => ({ name, schema, isKey: isPrimaryKey }))
      const writer = this.#database.writer({ mode: 'insert', table, columns })
      return this.#database.transaction(async () => {
        const number = await this.#nextNumber(id)
        await writer.write([orderRow(number, order, Date.now())])
        return number
      })
    })
  }

  /** The rows of a table as objects, [] while there is no such table. */
  rows(name: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return this.#next(async () => {
      const id = await this.#tableId(name)
      if ((await this.#database.describe(id)) === null) return []
      const order = this.#database.quoteName('ID')
      const text = `SELECT * FROM ${this.#database.quoteTable(id)} ORDER BY ${order}`
      const { schema, rows } = await this.#database.read({ text, parameters: [] }, { schemaName: null })
      return rows.map((row) => withShortPrice(objectOf(schema, row)))
    })
  }

  close(): Promise<void> {
    return this.#next(() => this.#database.close())
  }

  async #nextNumber(id: TableId): Promise<number> {
    const column = this.#database.quoteName('ID')
    const text = `SELECT max(${column}) AS ${column} FROM ${this.#database.quoteTable(id)}`
    const { rows } = await this.#database.read({ text, parameters: [] }, { schemaName: null })
    return Number(rows[0]?.[0] ?? 0) + 1
  }

  async #tableId(table: string): Promise<TableId> {
    return { ...(await this.#database.current()), table }
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }
}

/** A column of the copy may keep more digits than the order had. */
function withShortPrice(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const price = row['PRICE']
  return typeof price === 'string' ? { ...row, PRICE: price.replace(/(\.\d\d)0+$/, '$1') } : row
}
