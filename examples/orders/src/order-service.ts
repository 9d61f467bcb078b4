// The order service: POST /orders stores an order; GET /orders and GET /syncOrders show the table and its copy.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { parseOrder } from './order.js'
import { ORDER_TABLE, OrderStore, SYNC_TABLE, type DatabaseAddress } from './order-store.js'

export interface OrderServiceOptions {
  readonly port: number
  readonly orders: DatabaseAddress
  readonly sync: DatabaseAddress
}

export interface OrderService {
  readonly url: string
  close(): Promise<void>
}

/** Listens once both databases are open. */
export async function startOrderService(options: OrderServiceOptions): Promise<OrderService> {
  const orders = await OrderStore.open(options.orders)
  await orders.prepare()
  const sync = await OrderStore.open(options.sync)
  const server = createServer((request, response) => void serve(request, response, { orders, sync }))
  await listen(server, options.port)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return {
    url: `http://localhost:${port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await orders.close()
      await sync.close()
    },
  }
}

interface Stores {
  readonly orders: OrderStore
  readonly sync: OrderStore
}

async function serve(request: IncomingMessage, response: ServerResponse, stores: Stores): Promise<void> {
  try {
    const { status, body } = await answer(request, stores)
    const json = JSON.stringify(body, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${json}\n`)
  } catch (error) {
    const status = error instanceof TypeError ? 400 : 500
    const message = error instanceof Error ? error.message : String(error)
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify({ message })}\n`)
  }
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

async function answer(request: IncomingMessage, { orders, sync }: Stores): Promise<Answer> {
  const call = `${request.method} ${(request.url ?? '/').replace(/[?#].*/, '').replace(/\/$/, '')}`
  switch (call) {
    case 'POST /orders': {
      const order = parseOrder(await text(request))
      return { status: 201, body: { id: await orders.add(order), ...order } }
    }
    case 'GET /orders':
      return { status: 200, body: await orders.rows(ORDER_TABLE) }
    case 'GET /syncOrders':
      return { status: 200, body: await sync.rows(SYNC_TABLE) }
    default:
      return { status: 404, body: { message: 'There are POST /orders, GET /orders and GET /syncOrders' } }
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port)
  try {
    await once(server, 'listening')
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken) throw error
    throw new Error(`Port ${port}, on which orders are taken, is in use by another process. Choose one with --port.`, {
      cause: error,
    })
  }
}
