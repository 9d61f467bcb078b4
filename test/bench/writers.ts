// Writers in a process of their own: some hundred rows a second in transactions of a few milliseconds, until told to stop.
// Usage: writers.js <how a connector reaches the database, as JSON> <table> <first id>
import { setTimeout as sleep } from 'node:timers/promises'
import knexOf from 'knex'

const WRITERS = 8
/** How long a transaction is open after its row is written, and the pause behind it. */
const OPEN_MS = 8
const PAUSE_MS = 8

/** All but the number and the time. */
const ROW = {
  customer_id: 1,
  status: 'new',
  amount: '1.50',
  is_paid: true,
  day: '2024-02-29',
  token: Buffer.from('token'),
}

const [json = '{}', table = '', first = '1'] = process.argv.slice(2)
const connection = JSON.parse(json) as Record<string, string>
const url = new URL((connection['connection.url'] ?? '').replace(/^jdbc:/, ''))
const isPostgresql = url.protocol === 'postgresql:'
const knex = knexOf({
  client: isPostgresql ? 'pg' : 'mysql2',
  connection: {
    host: url.hostname,
    port: Number(url.port),
    user: connection['connection.user'] ?? '',
    password: connection['connection.password'] ?? '',
    database: url.pathname.slice(1),
    timezone: 'Z',
  },
  pool: { min: WRITERS, max: WRITERS },
})

let next = Number(first)
let written = 0
const over = new AbortController()
process.on('message', () => over.abort())
process.on('disconnect', () => over.abort())

async function write(): Promise<void> {
  while (!over.signal.aborted) {
    await knex.transaction(async (transaction) => {
      await transaction(table).insert({ ...ROW, id: next++, created_at: transaction.fn.now(3) })
      await sleep(Math.random() * 2 * OPEN_MS)
    })
    written += 1
    if (written === WRITERS) process.send?.('writing')
    await sleep(Math.random() * 2 * PAUSE_MS)
  }
}

await Promise.all(Array.from({ length: WRITERS }, write))
await knex.destroy()
process.disconnect?.()
