// The dead letter queue of one sink task, with the clients of its own.
import type { Kafka } from '@rowbridge/kafka'
import { clientProps } from '../client-props.js'
import { sinkConnectorConfig } from '../connector-config.js'
import { deadLettersOf, makeLetterTopic, type DeadLetters } from '../dead-letters.js'
import type { TaskRoom } from './host.js'

const CLOSE_MS = 5000

export interface DeadLetterQueue extends DeadLetters {
  /** Makes the topic where it is missing. */
  start(): Promise<void>
  close(): Promise<void>
}

/** Null where none is configured. `ending`: aborted, nothing is tried again. */
export async function openDeadLetters(room: TaskRoom, ending: AbortSignal): Promise<DeadLetterQueue | null> {
  const { spec, clock, metrics, link, cancelled } = room
  const config = sinkConnectorConfig.parse(spec.connectorProps)
  const topic = config['errors.deadletterqueue.topic.name'].trim()
  if (topic === '') return null
  const clientId = `connector-dlq-producer-${spec.connector}-${spec.task}`
  const props = clientProps('producer', spec.workerProps, spec.connectorProps)
  const kafka = await room.openKafka(props, clientId)
  const producer = kafka.producer({ clientId, props })
  const letters = deadLettersOf({
    topic,
    withContext: config['errors.deadletterqueue.context.headers.enable'],
    connector: spec.connector,
    task: spec.task,
    producer,
    clock,
    metrics,
    log: link.log,
    ending,
  })
  return {
    send: (letter, context, error) => letters.send(letter, context, error),
    start: async () => {
      const adminId = `connector-dlq-adminclient-${spec.connector}-${spec.task}`
      const opened: Kafka = await room.openKafka(clientProps('admin', spec.workerProps, spec.connectorProps), adminId)
      const admin = opened.admin(adminId)
      const replicationFactor = config['errors.deadletterqueue.topic.replication.factor']
      try {
        await makeLetterTopic({ admin, topic, replicationFactor, log: link.log, clock, ending })
      } finally {
        await admin.close()
        await opened.close()
      }
    },
    close: async () => {
      await producer.close(cancelled.aborted ? 0 : CLOSE_MS)
      await kafka.close()
    },
  }
}
