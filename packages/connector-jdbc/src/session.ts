// One connection that is opened when needed and opened again after it broke.
import { RetriableError } from '@rowbridge/api'
import type { Database, DatabaseOptions } from '@rowbridge/sql'
import { connect, mayPass, type ConnectOptions } from './connect.js'

export class Session {
  readonly #options: DatabaseOptions
  readonly #how: ConnectOptions
  #database: Database | null = null
  #wasOpen = false

  constructor(options: DatabaseOptions, how: ConnectOptions) {
    this.#options = options
    this.#how = how
  }

  get isOpen(): boolean {
    return this.#database !== null
  }

  /** The open connection, or a new one. */
  async database(): Promise<Database> {
    this.#database ??= await this.#open()
    return this.#database
  }

  /**
   * Once there was a connection, its server is known to be right, so that one that is down is worth waiting for: whoever reads
   * has the patience, and is told of each failure.
   */
  async #open(): Promise<Database> {
    try {
      const how = this.#wasOpen ? { ...this.#how, attempts: 1 } : this.#how
      const database = await connect(this.#options, how)
      this.#wasOpen = true
      return database
    } catch (error) {
      if (!this.#wasOpen || !mayPass(error)) throw error
      throw new RetriableError('connection-lost', 'The database was there and cannot be reached.', { cause: error })
    }
  }

  /** After an error: keeps the connection when it still answers, else lets it go. */
  async check(): Promise<void> {
    const database = this.#database
    if (database === null) return
    const isAlive = await database.isAlive().catch(() => false)
    if (!isAlive) await this.close()
  }

  async close(): Promise<void> {
    const database = this.#database
    this.#database = null
    await database?.close().catch(() => undefined)
  }
}
