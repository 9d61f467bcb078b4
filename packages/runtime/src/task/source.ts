// A source task with its clients and its pipeline.
import type { SourcePlugin } from '@rowbridge/api'
import type { Admin, Kafka } from '@rowbridge/kafka'
import { clientProps } from '../client-props.js'
import { convertersOf } from '../converters.js'
import { SourcePipeline } from '../source-pipeline.js'
import { makeTopic, topicSettings } from '../topic-creation.js'
import { transformStageOf } from '../transform-stage.js'
import type { TaskRoom } from './host.js'

const CLOSE_MS = 5000

export async function openSource(plugin: SourcePlugin, room: TaskRoom) {
  const { spec, link, clock, metrics, worker, stopping, cancelled, conversionRetry } = room
  const converters = await convertersOf(room.plugins, spec.workerProps, spec.connectorProps)
  const again = { ...conversionRetry, clock, signal: cancelled, firstMs: 300, metrics, log: link.log }
  const transforms = await transformStageOf(room.plugins, spec.connectorProps, again)
  const task = await plugin.task()
  const clients = await openClients(room)
  const pipeline = new SourcePipeline({
    task,
    producer: clients.producer,
    converters,
    transforms,
    makeTopic: (topic) => clients.makeTopic(topic),
    tolerance: room.toleranceWith(null),
    metrics,
    link,
    clock,
    flushIntervalMs: worker['offset.flush.interval.ms'],
    flushTimeoutMs: worker['offset.flush.timeout.ms'],
    conversionRetry,
    stopping,
    cancelled,
  })
  return {
    pipeline,
    close: () => clients.close(pipeline.isGivenUp ? 0 : CLOSE_MS),
    task: {
      start: () => task.start(spec.props, { ...room.context, offsets: link.offsets }),
      stop: () => task.stop(),
    },
  }
}

/** The producer; and an admin, opened when the first topic has to be looked up. */
async function openClients(room: TaskRoom) {
  const { spec, worker, link, clock, cancelled } = room
  const id = `${spec.connector}-${spec.task}`
  const props = clientProps('producer', spec.workerProps, spec.connectorProps)
  const settings = topicSettings(spec.connectorProps)
  const kafka = await room.openKafka(props, `connector-producer-${id}`)
  const producer = kafka.producer({ clientId: `connector-producer-${id}`, props })
  let admin: Promise<{ readonly kafka: Kafka; readonly admin: Admin }> | null = null
  const openAdmin = async () => {
    const clientId = `connector-adminclient-${id}`
    const opened = await room.openKafka(clientProps('admin', spec.workerProps, spec.connectorProps), clientId)
    return { kafka: opened, admin: opened.admin(clientId) }
  }
  return {
    producer,
    makeTopic: async (topic: string) => {
      if (!worker['topic.creation.enable']) return
      admin ??= openAdmin()
      await makeTopic({ admin: (await admin).admin, settings, log: link.log, clock, signal: cancelled }, topic)
    },
    close: async (timeoutMs: number) => {
      await producer.close(cancelled.aborted ? 0 : timeoutMs)
      const opened = await admin
      await opened?.admin.close()
      await opened?.kafka.close()
      await kafka.close()
    },
  }
}
