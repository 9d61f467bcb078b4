// The order service as a program of its own, for databases named in the environment: ORDERS_URL and SYNC_URL (JDBC URLs),
// ORDERS_USER, ORDERS_PASSWORD, SYNC_USER, SYNC_PASSWORD, ORDERS_PORT.
import type { DatabaseAddress } from './order-store.js'
import { startOrderService } from './order-service.js'

function address(prefix: string, fallback: string): DatabaseAddress {
  const { [`${prefix}_URL`]: url, [`${prefix}_USER`]: user, [`${prefix}_PASSWORD`]: password } = process.env
  return { url: url ?? fallback, user: user ?? null, password: password ?? null }
}

const service = await startOrderService({
  port: Number(process.env['ORDERS_PORT'] ?? 8081),
  orders: address('ORDERS', 'jdbc:sqlite:examples/orders/data/orders.db'),
  sync: address('SYNC', 'jdbc:sqlite:examples/orders/data/sync.db'),
})
console.log(`Orders: POST ${service.url}/orders, GET ${service.url}/orders, GET ${service.url}/syncOrders`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void service.close())
