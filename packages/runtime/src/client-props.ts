// Which properties reach which client of the log, by Kafka Connect's rules.
import type { Props } from '@rowbridge/api'

export type Client = 'producer' | 'consumer' | 'admin'

/** The members whose key starts with the prefix, the prefix removed. */
export function withoutPrefix(props: Props, prefix: string): Props {
  const members = Object.entries(props).filter(([key]) => key.startsWith(prefix) && key.length > prefix.length)
  return Object.fromEntries(members.map(([key, value]) => [key.slice(prefix.length), value]))
}

/**
 * `bootstrap.servers`, for admins every plain worker property as well; then the worker's `producer.*` (`consumer.*`,
 * `admin.*`), then the connector's `producer.override.*`.
 */
export function clientProps(client: Client, worker: Props, connector: Props = {}): Props {
  const bootstrap = { 'bootstrap.servers': worker['bootstrap.servers'] ?? 'localhost:9092' }
  const base = client === 'admin' ? { ...bootstrap, ...worker } : bootstrap
  return { ...base, ...withoutPrefix(worker, `${client}.`), ...withoutPrefix(connector, `${client}.override.`) }
}

/** Consumer group of a sink connector. */
export function groupOf(connector: string, props: Props): string {
  return props['consumer.override.group.id'] ?? `connect-${connector}`
}
