// An order: its shape in the table, and what the service takes from a client.
import { decimal, primitive, timestamp } from '@rowbridge/api'
import type { ColumnSpec } from '@rowbridge/sql'

export interface NewOrder {
  readonly customer: string
  readonly item: string
  readonly quantity: number
  /** Exact, two digits after the point. */
  readonly price: string
}

export const ORDER_COLUMNS: readonly ColumnSpec[] = [
  { name: 'ID', schema: primitive('int64'), isPrimaryKey: true },
  { name: 'CUSTOMER', schema: primitive('string'), isPrimaryKey: false },
  { name: 'ITEM', schema: primitive('string'), isPrimaryKey: false },
  { name: 'QUANTITY', schema: primitive('int32'), isPrimaryKey: false },
  { name: 'PRICE', schema: decimal(2, { precision: 10 }), isPrimaryKey: false },
  { name: 'CREATED', schema: timestamp(), isPrimaryKey: false },
]

/** Values in the order of ORDER_COLUMNS. */
export function orderRow(id: number, order: NewOrder, created: number): readonly unknown[] {
  return [id, order.customer, order.item, order.quantity, order.price, created]
}

/** What is wrong with a request's order is thrown as text for the client. */
export function parseOrder(body: string): NewOrder {
  const { customer, item, quantity, price } = objectOf(body)
  if (typeof customer !== 'string' || customer === '') throw new TypeError('customer has to be text')
  if (typeof item !== 'string' || item === '') throw new TypeError('item has to be text')
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1) {
    throw new TypeError('quantity has to be a whole number from 1')
  }
  const amount = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(String(price))
  if (amount === null) throw new TypeError('price has to be an amount such as 12.50')
  return { customer, item, quantity, price: `${amount[1]}.${(amount[2] ?? '').padEnd(2, '0')}` }
}

function objectOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  } catch {
    // Told below: the client sees one text for whatever is no JSON object.
  }
  throw new TypeError('send a JSON object such as {"customer":"Ann","item":"Tea","quantity":1,"price":2.50}')
}
