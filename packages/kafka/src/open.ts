// Opens the log that `bootstrap.servers` names: a folder on this machine, or Kafka over the network.
import { ConfigError, type Log, type Props } from '@rowbridge/api'
import type { Kafka } from './port.js'

export interface OpenKafkaOptions {
  readonly clientId: string
  readonly log: Log
  /** A worker owns an embedded log; a command beside it visits. Over the network both are the same. */
  readonly access: 'own' | 'visit'
}

const EMBEDDED = 'embedded:'

export async function openKafka(props: Props, options: OpenKafkaOptions): Promise<Kafka> {
  const servers = (props['bootstrap.servers'] ?? '').trim()
  if (servers === '') throw invalid('is not set', 'Name hosts (kafka:9092) or a folder (embedded:/path/to/folder).')
  if (servers.startsWith(EMBEDDED)) {
    const { embeddedKafka } = await import('./embedded/embedded-kafka.js')
    return embeddedKafka(folderOf(servers), { props, log: options.log, access: options.access })
  }
  if (servers.includes(EMBEDDED)) throw mixed()
  // Loaded when it is used: an embedded log needs no client of Kafka's.
  const { networkKafka } = await import('./network.js')
  return networkKafka(props, { clientId: options.clientId, log: options.log })
}

/** The path behind the prefix; one path, for a folder is one log. */
function folderOf(servers: string): string {
  const folder = servers.slice(EMBEDDED.length).trim()
  if (folder === '') throw invalid('embedded: names no folder', 'Write embedded:/path/to/folder.')
  if (folder.split(',').some((part, i) => i > 0 && isServer(part.trim()))) throw mixed()
  return folder
}

const isServer = (text: string) => text.startsWith(EMBEDDED) || /^[^/\\\s]+:\d+$/.test(text)

function mixed(): ConfigError {
  return invalid('names a folder among other servers', 'Name either one folder or hosts.')
}

function invalid(problem: string, hint: string): ConfigError {
  const message = `bootstrap.servers: ${problem}`
  return new ConfigError('invalid-kafka-property', [{ key: 'bootstrap.servers', message }], { hint })
}
