// A sink task with its consumer and its pipeline.
import { ConfigError, type SinkPlugin, type SinkTaskContext } from '@rowbridge/api'
import type { Kafka } from '@rowbridge/kafka'
import { clientProps, groupOf } from '../client-props.js'
import { connectorConfig, isRunOnce, sinkConnectorConfig } from '../connector-config.js'
import { convertersOf } from '../converters.js'
import { SinkPipeline } from '../sink-pipeline.js'
import { transformStageOf } from '../transform-stage.js'
import { openDeadLetters } from './dead-letter-queue.js'
import type { TaskRoom } from './host.js'

/** Records of one put, unless the configuration says how many. */
const USUAL_PUT_RECORDS = 3000

/** The end of a run is noticed by what is committed. */
const ONCE_COMMIT_MS = 500

export async function openSink(plugin: SinkPlugin, room: TaskRoom) {
  const { spec, link, clock, metrics, stopping, cancelled, conversionRetry } = room
  const converters = await convertersOf(room.plugins, spec.workerProps, spec.connectorProps)
  const ending = new AbortController()
  cancelled.addEventListener('abort', () => ending.abort())
  stopping.addEventListener('abort', () => ending.abort())
  if (stopping.aborted) ending.abort()
  const again = { ...conversionRetry, clock, signal: ending.signal, firstMs: 300, metrics, log: link.log }
  const transforms = await transformStageOf(room.plugins, spec.connectorProps, again)
  const task = await plugin.task()
  const clientId = `connector-consumer-${spec.connector}-${spec.task}`
  const props = clientProps('consumer', spec.workerProps, spec.connectorProps)
  const start = startOf(props['auto.offset.reset'])
  const topics = topicsOf(room)
  const queue = await openDeadLetters(room, ending.signal)
  const kafka = await room.openKafka(props, clientId)
  const pipeline = new SinkPipeline({
    task,
    className: plugin.taskClass,
    openConsumer: (callbacks) =>
      kafka.consumer({
        clientId,
        groupId: groupOf(spec.connector, spec.connectorProps),
        topics,
        start,
        props,
        ...callbacks,
      }),
    converters,
    transforms,
    tolerance: room.toleranceWith(queue),
    metrics,
    link,
    clock,
    commitIntervalMs: commitIntervalOf(room),
    mostPutRecords: putRecordsOf(props['max.poll.records']),
    conversionRetry,
    stopping,
    cancelled,
  })
  return {
    pipeline,
    close: async () => {
      await queue?.close()
      await kafka.close()
    },
    task: {
      start: async () => {
        await queue?.start()
        await task.start(spec.props, contextOf(room, pipeline, queue !== null))
        if (!(topics instanceof RegExp)) await warnAboutMissing(topics, kafka, room)
      },
      stop: () => task.stop(),
    },
  }
}

function contextOf({ context, spec }: TaskRoom, pipeline: SinkPipeline, hasQueue: boolean): SinkTaskContext {
  const isReporting = hasQueue || connectorConfig.parse(spec.connectorProps)['errors.log.enable']
  return {
    ...context,
    errantRecords: isReporting ? pipeline.errantRecords : null,
    seek: (position) => pipeline.seek(position),
  }
}

function commitIntervalOf({ worker, spec }: TaskRoom): number {
  return Math.min(worker['offset.flush.interval.ms'], isRunOnce(spec.connectorProps) ? ONCE_COMMIT_MS : Infinity)
}

function startOf(reset: string | undefined): 'earliest' | 'latest' {
  if (reset === undefined || reset === 'earliest' || reset === 'latest') return reset ?? 'earliest'
  const message = `Invalid value ${reset} for configuration auto.offset.reset: String must be one of: earliest, latest`
  throw new ConfigError('invalid-config', [{ key: 'consumer.override.auto.offset.reset', message }])
}

/** Who bounds a poll means to bound a put. */
function putRecordsOf(mostPolled: string | undefined): number {
  const wanted = Number(mostPolled ?? USUAL_PUT_RECORDS)
  return Number.isInteger(wanted) && wanted > 0 ? wanted : USUAL_PUT_RECORDS
}

function topicsOf({ spec }: TaskRoom): readonly string[] | RegExp {
  const config = sinkConnectorConfig.parse(spec.connectorProps)
  if (config['topics.regex'] !== '') return new RegExp(`^(?:${config['topics.regex']})$`, 'u')
  return [...new Set(config.topics.filter((topic) => topic !== ''))]
}

/** A topic may well come later; but a misspelt name should not go unnoticed. */
async function warnAboutMissing(topics: readonly string[], kafka: Kafka, { link }: TaskRoom): Promise<void> {
  const admin = kafka.admin('topics')
  try {
    for (const topic of topics) {
      if ((await admin.describe(topic)) !== null) continue
      link.log.warn(`Topic ${topic} does not exist; its records will be read when it appears`, { topic })
    }
  } catch (error) {
    link.log.debug('Topics could not be looked up', { error })
  } finally {
    await admin.close()
  }
}
