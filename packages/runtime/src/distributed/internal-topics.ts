// The three topics in which a cluster keeps its configurations, offsets and statuses: made if missing, and refused where they
// would lose records.
import { ConfigError, StateError, type Log, type Props } from '@rowbridge/api'
import type { Admin } from '@rowbridge/kafka'
import type { Clock } from '../clock.js'
import { topicSettingsOf, type DistributedConfig, type InternalTopic } from './config.js'

export interface InternalTopics {
  readonly admin: Admin
  readonly worker: DistributedConfig
  readonly props: Props
  readonly log: Log
  readonly clock: Clock
}

const MADE_WITHIN_MS = 15_000
const LOOK_MS = 100

export async function prepareTopics(topics: InternalTopics): Promise<void> {
  for (const which of ['config', 'offset', 'status'] as const) await prepare(which, topics)
}

async function prepare(which: InternalTopic, { admin, worker, props, log, clock }: InternalTopics): Promise<void> {
  const topic = worker[`${which}.storage.topic`]
  const partitions = which === 'config' ? 1 : worker[`${which}.storage.partitions`]
  const config = { ...topicSettingsOf(which, props), 'cleanup.policy': 'compact' }
  const replicationFactor = worker[`${which}.storage.replication.factor`]
  const isNew =
    (await admin.describe(topic)) === null &&
    (await admin.createTopic({ topic, partitions, replicationFactor, config }))
  if (isNew) log.info(`Made topic ${topic}`, { partitions, replicationFactor })
  const description = await known(admin, topic, clock)
  if (which === 'config' && description.partitions > 1) {
    throw unfit(which, topic, `has ${description.partitions} partitions and has to have one`)
  }
  const policy = description.config['cleanup.policy'] ?? 'compact'
  if (policy !== 'compact') throw unfit(which, topic, `has cleanup.policy=${policy}, which would lose records`)
}

/** A topic that another worker makes at the same time is there for all brokers a moment later. */
async function known(admin: Admin, topic: string, clock: Clock) {
  const end = clock.now() + MADE_WITHIN_MS
  for (;;) {
    try {
      const config = await admin.topicConfig(topic)
      const description = await admin.describe(topic)
      if (description !== null && description.partitions > 0) return { partitions: description.partitions, config }
    } catch (error) {
      const isUnknown = error instanceof StateError && error.code === 'unknown-topic'
      if (!isUnknown || clock.now() > end) throw error
    }
    if (clock.now() > end) throw new StateError('unknown-topic', `Topic ${topic} does not exist`)
    await clock.sleep(LOOK_MS)
  }
}

function unfit(which: InternalTopic, topic: string, problem: string): ConfigError {
  const key = `${which}.storage.topic`
  return new ConfigError('unfit-internal-topic', [{ key, message: `${key}: topic ${topic} ${problem}` }], {
    hint: 'Name another topic; a missing one is made as it has to be. Or set cleanup.policy=compact of this one.',
  })
}
