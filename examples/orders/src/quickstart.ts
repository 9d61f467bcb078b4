// The quickstart: an order service, a worker and the embedded log on this machine alone; shows how orders travel.
import { once } from 'node:events'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { followOrder, TOPIC, type Journey } from './journey.js'
import type { NewOrder } from './order.js'
import type { DatabaseAddress } from './order-store.js'
import { startOrderService } from './order-service.js'
import { parseOptions, USAGE, type QuickstartOptions } from './quickstart-options.js'
import { DATA, ROOT, startWorkerProcess, type WorkerProcess } from './worker-process.js'

const ORDERS: readonly NewOrder[] = [
  { customer: 'Ann', item: 'Espresso', quantity: 2, price: '3.50' },
  { customer: 'Ben', item: 'Green tea', quantity: 1, price: '2.80' },
  { customer: 'Cem', item: 'Croissant', quantity: 4, price: '1.95' },
]

/** Resolves with the exit code. */
async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2))
  if (options === null) {
    console.log(USAGE)
    return 0
  }
  if (!options.keep) await rm(join(ROOT, DATA), { recursive: true, force: true })
  await mkdir(join(ROOT, DATA), { recursive: true })
  const service = await startOrderService({
    port: options.port,
    orders: database('orders.db'),
    sync: database('sync.db'),
  })
  try {
    const worker = await startWorkerProcess(options.restPort)
    try {
      await show(service.url, worker, options)
      return 0
    } finally {
      await worker.stop()
    }
  } finally {
    await service.close()
  }
}

function database(name: string): DatabaseAddress {
  return { url: `jdbc:sqlite:${join(ROOT, DATA, name)}`, user: null, password: null }
}

async function show(orders: string, worker: WorkerProcess, options: QuickstartOptions): Promise<void> {
  console.log(`The worker runs. To start the same by hand:\n\n  ${worker.command}\n`)
  console.log(`Its log is in ${worker.logFile}. Orders on their way, milliseconds after they were posted:\n`)
  for (const order of ORDERS) {
    const journey = await followOrder(order, { orders, worker: worker.url, timeoutMs: options.timeoutMs })
    console.log(journeyText(order, journey))
  }
  if (options.once) {
    console.log('All orders have arrived.')
    return
  }
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  console.log(whatToTry(orders, worker.url))
  await interrupted
}

function journeyText(order: NewOrder, { id, stored, inTopic, offset, synced }: Journey): string {
  return [
    `  Order ${id}: ${order.customer}, ${order.quantity} × ${order.item} at ${order.price}`,
    hop('ORDER_TABLE', 'stored by the order service', stored),
    hop(TOPIC, `record at offset ${offset}`, inTopic),
    hop('SYNC_ORDER_TABLE', 'row in the second database', synced),
    '',
  ].join('\n')
}

function hop(place: string, what: string, ms: number): string {
  return `    ${place.padEnd(20)} ${what.padEnd(28)} ${ms} ms`
}

function whatToTry(orders: string, worker: string): string {
  return `Now try, in another terminal:

  curl -d '{"customer":"Dora","item":"Cocoa","quantity":1,"price":3.20}' ${orders}/orders
  curl ${orders}/orders
  curl ${orders}/syncOrders
  curl ${worker}/connectors?expand=status
  curl -X PUT ${worker}/connectors/orders-sink/pause     # order more, look, then …/resume
  npx rowbridge topics read ${TOPIC} --from-beginning --bootstrap-server embedded:${DATA}/log

Ctrl-C ends it all.`
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
