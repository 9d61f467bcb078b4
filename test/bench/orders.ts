// The rows that every bench moves: orders with a column of each common kind, and what they come to.
import { createHash } from 'node:crypto'
import { date, decimal, primitive, struct, timestamp, type Schema } from '@rowbridge/api'
import type { Outcome } from './measure.js'

const optional = { optional: true }

export const ORDER: Schema = struct(
  [
    { name: 'id', schema: primitive('int64') },
    { name: 'customer_id', schema: primitive('int32') },
    { name: 'status', schema: primitive('string', optional) },
    { name: 'amount', schema: decimal(2, { optional: true, precision: 12 }) },
    { name: 'ratio', schema: primitive('float64', optional) },
    { name: 'is_paid', schema: primitive('boolean', optional) },
    { name: 'created_at', schema: timestamp(optional) },
    { name: 'day', schema: date(optional) },
    { name: 'note', schema: primitive('string', optional) },
    { name: 'token', schema: primitive('bytes', optional) },
  ],
  { name: 'orders' },
)

const STATES = ['new', 'paid', 'packed', 'shipped', 'returned']
const NOTES = [
  'a plain remark of some length',
  'Größe "L", blau',
  null,
  'two\nlines',
  'leave it with the neighbours, please',
]
const START = 1_700_000_000_000

export type Order = readonly [
  id: number,
  customer: number,
  status: string,
  amount: string,
  ratio: number,
  isPaid: boolean,
  createdAt: number,
  day: number,
  note: string | null,
  token: Uint8Array,
]

function orderOf(i: number): Order {
  const cents = (i * 7919) % 10_000_000
  return [
    i + 1,
    (i * 31) % 5000,
    STATES[i % STATES.length]!,
    `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`,
    ((i * 37) % 4000) / 8,
    i % 3 === 0,
    START + i * 1000,
    19_000 + (i % 700),
    NOTES[i % NOTES.length]!,
    Buffer.from(`token ${String(i).padStart(10, '0')}`),
  ]
}

export function orders(count: number): Order[] {
  return Array.from({ length: count }, (_, i) => orderOf(i))
}

/** Adds up rows in any order; each value of each row counts. */
export class Checksum {
  #rows = 0
  #sum = 0n

  add(row: readonly unknown[]): void {
    const digest = createHash('md5')
      .update(JSON.stringify(row.map(comparable)))
      .digest()
    this.#sum = BigInt.asUintN(64, this.#sum + digest.readBigUInt64BE(0))
    this.#rows += 1
  }

  outcome(): Outcome {
    return { rows: this.#rows, checksum: this.#sum.toString(16) }
  }
}

function comparable(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
}

export function outcomeOf(rows: Iterable<readonly unknown[]>): Outcome {
  const checksum = new Checksum()
  for (const row of rows) checksum.add(row)
  return checksum.outcome()
}
