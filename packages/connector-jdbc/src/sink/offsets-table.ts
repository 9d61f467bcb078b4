// The table of the target database that keeps how far each partition is written: one row per connector, topic and partition, with the next
// offset and an epoch that grows with each take-over. It changes in the transaction of the rows, or with their last owner.
import { DataError, primitive, StateError, type Log, type TopicPartition } from '@rowbridge/api'
import type { ColumnSpec, Database, TableId } from '@rowbridge/sql'

/** The next offset of a partition of which nothing is written. */
export const NOTHING_YET = -1

/** What a row says. */
export interface Kept {
  readonly next: number
  readonly epoch: number
}

const TEXT = primitive('string')
const COLUMNS: readonly ColumnSpec[] = [
  { name: 'connector', schema: TEXT, isPrimaryKey: true },
  { name: 'topic', schema: TEXT, isPrimaryKey: true },
  { name: 'topic_partition', schema: primitive('int32'), isPrimaryKey: true },
  { name: 'next_offset', schema: primitive('int64'), isPrimaryKey: false },
  { name: 'epoch', schema: primitive('int64'), isPrimaryKey: false },
]

/** More take-overs at the same moment than there can be tasks that mean well. */
const ATTEMPTS = 100

export interface OffsetsTableOptions {
  readonly database: Database
  /** As the configuration writes it. */
  readonly name: string
  readonly connector: string
  readonly log: Log
}

export class OffsetsTable {
  readonly database: Database
  readonly #connector: string
  readonly #table: string
  readonly #names: (name: string) => string

  private constructor({ database, connector }: OffsetsTableOptions, id: TableId) {
    this.database = database
    this.#connector = connector
    this.#table = database.quoteTable(id)
    this.#names = (name) => database.quoteName(name)
  }

  /** Makes the table where it is missing. */
  static async open(options: OffsetsTableOptions): Promise<OffsetsTable> {
    const { database, name, log } = options
    const parsed = database.parseTable(name)
    const current = await database.current()
    const id = { ...parsed, catalog: parsed.catalog ?? current.catalog, schema: parsed.schema ?? current.schema }
    if ((await database.describe(id)) === null && (await database.createTable(id, COLUMNS)))
      log.info(`Made table ${database.quoteTable(id)}, which keeps how far each partition is written.`)
    return new OffsetsTable(options, id)
  }

  /** Takes the partition over: whoever had it writes nothing more. Waits for a transaction of the last owner to end. */
  async claim(at: TopicPartition): Promise<Kept> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const kept = await this.read(at)
      const epoch = (kept?.epoch ?? 0) + 1
      const isOurs = kept === null ? await this.#insert(at, NOTHING_YET) : await this.#take(at, kept.epoch)
      if (!isOurs) continue
      // What the last owner committed while we waited for its row counts.
      const now = await this.read(at)
      if (now?.epoch === epoch) return now
    }
    throw new StateError('not-claimed', `${nameOf(at)} is taken over again and again by others.`, {
      hint: 'Look for a second worker that runs this connector, under the same name, on the same database.',
    })
  }

  async read(at: TopicPartition): Promise<Kept | null> {
    const text = `SELECT ${this.#names('next_offset')}, ${this.#names('epoch')} FROM ${this.#table} WHERE ${this.#key()}`
    const page = await this.database.read({ text, parameters: this.#keyOf(at) }, { schemaName: null })
    const row = page.rows[0]
    return row === undefined ? null : { next: Number(row[0]), epoch: Number(row[1]) }
  }

  /** Inside the transaction of the rows: moves on from where the owner believes to be; false where that is not so any more. */
  async move(at: TopicPartition, from: Kept, next: number): Promise<boolean> {
    const [offset, epoch] = [this.#names('next_offset'), this.#names('epoch')]
    const text = `UPDATE ${this.#table} SET ${offset} = ? WHERE ${this.#key()} AND ${epoch} = ? AND ${offset} = ?`
    const found = await this.database.change({ text, parameters: [next, ...this.#keyOf(at), from.epoch, from.next] })
    return found === 1
  }

  /** Puts a partition to another offset, by request: no task goes on from where it was. */
  async set(at: TopicPartition, next: number): Promise<void> {
    const [offset, epoch] = [this.#names('next_offset'), this.#names('epoch')]
    const text = `UPDATE ${this.#table} SET ${offset} = ?, ${epoch} = ${epoch} + 1 WHERE ${this.#key()}`
    const isThere = (await this.database.change({ text, parameters: [next, ...this.#keyOf(at)] })) > 0
    if (!isThere) await this.#insert(at, next)
  }

  async #insert(at: TopicPartition, next: number): Promise<boolean> {
    const names = COLUMNS.map(({ name }) => this.#names(name)).join(', ')
    const text = `INSERT INTO ${this.#table} (${names}) VALUES (?, ?, ?, ?, 1)`
    try {
      await this.database.change({ text, parameters: [...this.#keyOf(at), next] })
      return true
    } catch (error) {
      // Another was faster.
      if (error instanceof DataError && error.code === 'constraint-violation') return false
      throw error
    }
  }

  async #take(at: TopicPartition, from: number): Promise<boolean> {
    const epoch = this.#names('epoch')
    const text = `UPDATE ${this.#table} SET ${epoch} = ? WHERE ${this.#key()} AND ${epoch} = ?`
    return (await this.database.change({ text, parameters: [from + 1, ...this.#keyOf(at), from] })) === 1
  }

  #key(): string {
    return ['connector', 'topic', 'topic_partition'].map((name) => `${this.#names(name)} = ?`).join(' AND ')
  }

  #keyOf({ topic, partition }: TopicPartition): (string | number)[] {
    return [this.#connector, topic, partition]
  }
}

export const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`
