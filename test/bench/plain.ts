// The converter as one writes it without further thought: an object per message, JSON.stringify and JSON.parse.
import type { Order } from './orders.js'

const PLAIN_SCHEMA = {
  type: 'struct',
  fields: [
    { type: 'int64', optional: false, field: 'id' },
    { type: 'int32', optional: false, field: 'customer_id' },
    { type: 'string', optional: true, field: 'status' },
    {
      type: 'bytes',
      optional: true,
      name: 'org.apache.kafka.connect.data.Decimal',
      version: 1,
      parameters: { scale: '2', 'connect.decimal.precision': '12' },
      field: 'amount',
    },
    { type: 'double', optional: true, field: 'ratio' },
    { type: 'boolean', optional: true, field: 'is_paid' },
    { type: 'int64', optional: true, name: 'org.apache.kafka.connect.data.Timestamp', version: 1, field: 'created_at' },
    { type: 'int32', optional: true, name: 'org.apache.kafka.connect.data.Date', version: 1, field: 'day' },
    { type: 'string', optional: true, field: 'note' },
    { type: 'bytes', optional: true, field: 'token' },
  ],
  optional: false,
  name: 'orders',
}

export interface PlainPayload {
  id: number
  customer_id: number
  status: string
  amount: string
  ratio: number
  is_paid: boolean
  created_at: number
  day: number
  note: string | null
  token: string
}

export function plainPayload([
  id,
  customer,
  status,
  amount,
  ratio,
  isPaid,
  createdAt,
  day,
  note,
  token,
]: Order): PlainPayload {
  return {
    id,
    customer_id: customer,
    status,
    amount: base64OfDecimal(amount),
    ratio,
    is_paid: isPaid,
    created_at: createdAt,
    day,
    note,
    token: Buffer.from(token).toString('base64'),
  }
}

export function plainMessage(payload: PlainPayload): Buffer {
  return Buffer.from(JSON.stringify({ schema: PLAIN_SCHEMA, payload }))
}

export function plainOrder(payload: PlainPayload): Order {
  return [
    payload.id,
    payload.customer_id,
    payload.status,
    decimalOfBase64(payload.amount),
    payload.ratio,
    payload.is_paid,
    payload.created_at,
    payload.day,
    payload.note,
    Buffer.from(payload.token, 'base64'),
  ]
}

export function base64OfDecimal(text: string): string {
  const value = BigInt(text.replace('.', ''))
  let length = 1
  while (BigInt.asIntN(length * 8, value) !== value) length += 1
  const hex = BigInt.asUintN(length * 8, value).toString(16)
  return Buffer.from(hex.padStart(length * 2, '0'), 'hex').toString('base64')
}

function decimalOfBase64(text: string): string {
  const bytes = Buffer.from(text, 'base64')
  const value = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`)).toString()
  const digits = value.replace('-', '').padStart(3, '0')
  return `${value.startsWith('-') ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
