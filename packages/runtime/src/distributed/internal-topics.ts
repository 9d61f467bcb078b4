// The three topics in which a cluster keeps its configurations, offsets and statuses: made if missing, and refused where they
// would lose records.
import { ConfigError, type Log, type Props } from '@rowbridge/api'
import type { Admin } from '@rowbridge/kafka'
import { topicSettingsOf, type DistributedConfig, type InternalTopic } from './config.js'

export interface InternalTopics {
  readonly admin: Admin
  readonly worker: DistributedConfig
  readonly props: Props
  readonly log: Log
}

export async function prepareTopics(topics: InternalTopics): Promise<void> {
  for (const which of ['config', 'offset', 'status'] as const) await prepare(which, topics)
}

async function prepare(which: InternalTopic, { admin, worker, props, log }: InternalTopics): Promise<void> {
  const topic = worker[`${which}.storage.topic`]
  const partitions = which === 'config' ? 1 : worker[`${which}.storage.partitions`]
  const config = { ...topicSettingsOf(which, props), 'cleanup.policy': 'compact' }
  const replicationFactor = worker[`${which}.storage.replication.factor`]
  const isNew =
    (await admin.describe(topic)) === null &&
    (await admin.createTopic({ topic, partitions, replicationFactor, config }))
  if (isNew) log.info(`Made topic ${topic}`, { partitions, replicationFactor })
  const description = await admin.describe(topic)
  if (which === 'config' && (description?.partitions ?? 1) > 1) {
    throw unfit(which, topic, `has ${description?.partitions} partitions and has to have one`)
  }
  const policy = (await admin.topicConfig(topic))['cleanup.policy'] ?? 'compact'
  if (policy !== 'compact') throw unfit(which, topic, `has cleanup.policy=${policy}, which would lose records`)
}

function unfit(which: InternalTopic, topic: string, problem: string): ConfigError {
  const key = `${which}.storage.topic`
  return new ConfigError('unfit-internal-topic', [{ key, message: `${key}: topic ${topic} ${problem}` }], {
    hint: 'Name another topic; a missing one is made as it has to be. Or set cleanup.policy=compact of this one.',
  })
}
