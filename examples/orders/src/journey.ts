// Follows one order on its way: stored, in the topic, in the second database; and says what is missing when it gets stuck.
import { bytesAt } from '@rowbridge/api'
import { openKafka } from '@rowbridge/kafka'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NewOrder } from './order.js'
import { DATA, ROOT } from './worker-process.js'

export const TOPIC = 'CONNECT_ORDER_TABLE'

export interface Places {
  readonly orders: string
  readonly worker: string
  readonly timeoutMs: number
}

/** Milliseconds from posting the order to each place. */
export interface Journey {
  readonly id: number
  readonly stored: number
  readonly inTopic: number
  readonly offset: number
  readonly synced: number
}

export async function followOrder(order: NewOrder, places: Places): Promise<Journey> {
  const start = Date.now()
  const id = await post(order, places)
  const stored = Date.now() - start
  while (!(await isSynced(id, places))) {
    if (Date.now() - start > places.timeoutMs) throw new Error(await whatIsMissing(id, places))
    await sleep(5)
  }
  const synced = Date.now() - start
  const record = await recordOf(id)
  if (record === null) throw new Error(`Order ${id} is in the second database, but not in the topic ${TOPIC}`)
  return { id, stored, inTopic: record.timestamp - start, offset: record.offset, synced }
}

async function post(order: NewOrder, { orders }: Places): Promise<number> {
  const response = await fetch(`${orders}/orders`, { method: 'POST', body: JSON.stringify(order) })
  const answer = (await response.json()) as { readonly id?: number; readonly message?: string }
  if (answer.id === undefined) throw new Error(`The order service refused an order: ${answer.message}`)
  return answer.id
}

async function isSynced(id: number, { orders }: Places): Promise<boolean> {
  const rows = (await (await fetch(`${orders}/syncOrders`)).json()) as readonly { readonly ID: number }[]
  return rows.some((row) => row.ID === id)
}

interface Found {
  readonly offset: number
  readonly timestamp: number
}

/** The record of an order, read as `rowbridge topics read` would, beside the running worker. */
async function recordOf(id: number): Promise<Found | null> {
  const log = { debug: () => {}, info: () => {}, warn: console.warn, error: console.error }
  const servers = `embedded:${join(ROOT, DATA, 'log')}`
  const kafka = await openKafka({ 'bootstrap.servers': servers }, { clientId: 'quickstart', log, access: 'visit' })
  try {
    const admin = kafka.admin('quickstart')
    const isThere = (await admin.describe(TOPIC)) !== null
    await admin.close()
    if (!isThere) return null
    const consumer = kafka.consumer({ clientId: 'quickstart', groupId: null, topics: [TOPIC], start: 'earliest' })
    await consumer.start()
    try {
      for (;;) {
        const batches = await consumer.poll(1_000)
        if (batches.length === 0) return null
        for (const { length, values, offsets, timestamps } of batches) {
          for (let i = 0; i < length; i += 1) {
            const { payload } = JSON.parse(Buffer.from(bytesAt(values, i) ?? []).toString()) as {
              readonly payload: { readonly ID: number }
            }
            if (payload.ID === id) return { offset: offsets[i] ?? -1, timestamp: timestamps[i] ?? 0 }
          }
        }
      }
    } finally {
      await consumer.close()
    }
  } finally {
    await kafka.close()
  }
}

async function whatIsMissing(id: number, { worker, timeoutMs }: Places): Promise<string> {
  const where = (await recordOf(id)) === null ? `the topic ${TOPIC}` : 'the second database'
  const status = await fetch(`${worker}/connectors?expand=status`).then(
    (response) => response.text(),
    (error: unknown) => String(error),
  )
  return `Order ${id} is stored, but after ${timeoutMs / 1000} s it is not in ${where}.\nThe connectors say: ${status}`
}
