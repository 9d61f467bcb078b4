// Configuration of a worker that shares its connectors with others.
import { defineConfig, type ConfigKey, type Props } from '@rowbridge/api'
import { workerConfig } from '../config.js'
import { withoutPrefix } from '../client-props.js'

const GROUP = 'Cluster of workers'
const TOPICS = 'Internal topics'

const ms = (fallback: number, doc: string): ConfigKey & { readonly type: 'int' } => ({
  type: 'int',
  default: fallback,
  min: 0,
  group: GROUP,
  doc: `${doc}, in milliseconds.`,
})

const replication = (what: string) =>
  ({
    type: 'int',
    default: 3,
    min: -1,
    group: TOPICS,
    doc: `Replicas of the topic of ${what} when it is made; -1: what the brokers say.`,
  }) as const

const topic = (what: string) =>
  ({ type: 'string', group: TOPICS, importance: 'high', doc: `Topic that keeps ${what}; made if missing.` }) as const

const algorithm = (doc: string) =>
  ({ type: 'string', default: 'HmacSHA256', group: GROUP, importance: 'low', doc }) as const

export const distributedConfig = defineConfig({
  ...workerConfig.keys,
  'group.id': {
    type: 'string',
    group: GROUP,
    importance: 'high',
    doc: 'Name of the cluster: workers with the same name share their connectors.',
  },
  'session.timeout.ms': ms(10_000, 'Time without a heartbeat after which the others take a worker for dead'),
  'heartbeat.interval.ms': ms(3000, 'Pause between two heartbeats'),
  'rebalance.timeout.ms': ms(60_000, 'How long others wait for a worker when work is shared anew'),
  'worker.sync.timeout.ms': ms(3000, 'Time to catch up with the topic of configurations before work begins'),
  'worker.unsync.backoff.ms': ms(300_000, 'Longest pause of a worker that could not catch up'),
  'scheduled.rebalance.max.delay.ms': ms(300_000, 'How long the work of a worker that left waits for its return'),
  'connect.protocol': {
    type: 'enum',
    values: ['eager', 'compatible', 'sessioned'],
    default: 'sessioned',
    group: GROUP,
    doc: 'How workers share work; with sessioned they sign what they ask of each other. eager is read as compatible.',
  },
  'inter.worker.key.ttl.ms': ms(3_600_000, 'Age at which the key that signs requests between workers is replaced'),
  'inter.worker.key.generation.algorithm': algorithm('Algorithm for which that key is made.'),
  'inter.worker.signature.algorithm': algorithm('Algorithm with which requests between workers are signed.'),
  'inter.worker.key.size': {
    type: 'int',
    default: null,
    group: GROUP,
    importance: 'low',
    doc: 'Bits of that key; by default as the algorithm needs.',
  },
  'inter.worker.verification.algorithms': {
    type: 'list',
    default: ['HmacSHA256'],
    group: GROUP,
    importance: 'low',
    doc: 'Algorithms with which requests of other workers may be signed.',
  },
  'config.storage.topic': topic('configurations'),
  'config.storage.replication.factor': replication('configurations'),
  'offset.storage.topic': topic('source offsets'),
  'offset.storage.replication.factor': replication('source offsets'),
  'offset.storage.partitions': {
    type: 'int',
    default: 25,
    min: -1,
    group: TOPICS,
    doc: 'Partitions of the topic of source offsets when it is made.',
  },
  'status.storage.topic': topic('statuses'),
  'status.storage.replication.factor': replication('statuses'),
  'status.storage.partitions': {
    type: 'int',
    default: 5,
    min: -1,
    group: TOPICS,
    doc: 'Partitions of the topic of statuses when it is made.',
  },
})
export type DistributedConfig = ReturnType<typeof distributedConfig.parse>

export type InternalTopic = 'config' | 'offset' | 'status'

const NO_SETTINGS: readonly string[] = ['topic', 'replication.factor', 'partitions', 'cleanup.policy', 'file.filename']

/** Settings with which an internal topic is made, besides that it is compacted. */
export function topicSettingsOf(topicOf: InternalTopic, props: Props): Props {
  const all = Object.entries(withoutPrefix(props, `${topicOf}.storage.`))
  return Object.fromEntries(all.filter(([key]) => !NO_SETTINGS.includes(key)))
}
