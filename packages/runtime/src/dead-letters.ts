// The dead letter queue of a sink: records that could not be processed, byte for byte as they were read, with headers that
// say why if these are wanted.
import {
  byteColumn,
  bytesAt,
  ConfigError,
  ConnectError,
  RetriableError,
  StateError,
  type DataError,
  type Log,
} from '@rowbridge/api'
import type { Admin, FetchedBatch, Producer, RecordHeader } from '@rowbridge/kafka'
import { backoffMs, type Clock } from './clock.js'
import type { TaskMetrics } from './metrics.js'
import { retry } from './retry.js'

/** A record as it was read. */
export interface Letter {
  readonly fetched: FetchedBatch
  readonly index: number
}

/** What was done with the record when it failed. */
export interface LetterContext {
  readonly stage: string
  readonly className: string
}

export interface DeadLetters {
  /** Resolves when the queue holds the record. A queue that cannot be reached is waited for. */
  send(letter: Letter, context: LetterContext, error: DataError): Promise<void>
}

export interface DeadLetterOptions {
  readonly topic: string
  readonly withContext: boolean
  readonly connector: string
  readonly task: number
  readonly producer: Producer
  readonly clock: Clock
  readonly metrics: TaskMetrics
  readonly log: Log
  /** Aborted: nothing is tried again. */
  readonly ending: AbortSignal
}

export function deadLettersOf(options: DeadLetterOptions): DeadLetters {
  const { topic, producer, withContext, clock, metrics, log, ending } = options
  const again = {
    clock,
    metrics,
    log,
    signal: ending,
    timeoutMs: Number.POSITIVE_INFINITY,
    firstMs: 100,
    mostMs: 10_000,
  }
  const what = () => `Sending to the dead letter queue ${topic}`
  return {
    send: async ({ fetched, index }, context, error) => {
      const key = bytesAt(fetched.keys, index)
      const added = withContext ? contextHeaders({ fetched, index }, context, { error, options }) : []
      const batch = {
        topic,
        partition: null,
        length: 1,
        keys: key === null ? null : byteColumn([key]),
        values: byteColumn([bytesAt(fetched.values, index)]),
        timestamps: [fetched.timestamps[index] ?? null],
        headers: [[...(fetched.headers?.[index] ?? []), ...added]],
      }
      metrics.add('deadletterqueue-produce-requests', 1)
      try {
        await retry({ ...again, what }, () => producer.send(batch))
      } catch (cause) {
        metrics.add('deadletterqueue-produce-failures', 1)
        if (cause instanceof RetriableError) throw cause
        const text = `A record could not be put into the dead letter queue ${topic}`
        throw new ConnectError('dead-letter-refused', text, {
          cause,
          hint: 'The record is not skipped: mend the queue, then restart the task.',
        })
      }
    },
  }
}

interface ErrorContext {
  readonly error: DataError
  readonly options: Pick<DeadLetterOptions, 'connector' | 'task'>
}

/** Kafka Connect's own ten, in its order; then what only we tell. */
function contextHeaders(
  { fetched, index }: Letter,
  at: LetterContext,
  { error, options }: ErrorContext,
): RecordHeader[] {
  const failed = javaClassOf(error)
  const connect: readonly (readonly [string, string | null])[] = [
    ['topic', fetched.topic],
    ['partition', String(fetched.partition)],
    ['offset', String(fetched.offsets[index])],
    ['connector.name', options.connector],
    ['task.id', String(options.task)],
    ['stage', at.stage],
    ['class.name', at.className],
    ['exception.class.name', failed],
    ['exception.message', error.message],
    ['exception.stacktrace', traceOf(error)],
  ]
  const own: readonly (readonly [string, string | null])[] = [
    ['code', error.code],
    ...(error.hint === null ? [] : [['hint', error.hint] as const]),
    ...Object.entries(error.facts ?? {}),
  ]
  return [
    ...connect.map(([name, text]) => headerOf(`__connect.errors.${name}`, text)),
    ...own.map(([name, text]) => headerOf(`__rowbridge.errors.${name}`, text)),
  ]
}

function headerOf(key: string, text: string | null): RecordHeader {
  return { key, value: text === null ? null : Buffer.from(text, 'utf8') }
}

/** The class that readers of dead letters know the error by. */
function javaClassOf(error: unknown): string {
  if (error instanceof RetriableError) return 'org.apache.kafka.connect.errors.RetriableException'
  if (error instanceof ConfigError) return 'org.apache.kafka.common.config.ConfigException'
  if (error instanceof Error && error.name === 'DataError') return 'org.apache.kafka.connect.errors.DataException'
  return 'org.apache.kafka.connect.errors.ConnectException'
}

/** As Java prints a stack: the class and message, the places, then the causes. */
function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const own = [`${javaClassOf(error)}: ${error.message}`, ...places.map((line) => `\t${line.trim()}`)].join('\n')
  return error.cause === undefined ? own : `${own}\nCaused by: ${traceOf(error.cause)}`
}

export interface LetterTopic {
  readonly admin: Admin
  readonly topic: string
  readonly replicationFactor: number
  readonly log: Log
  readonly clock: Clock
  readonly ending: AbortSignal
}

/** Resolves when the topic of the queue is there; one that is missing is made, with one partition. */
export async function makeLetterTopic({
  admin,
  topic,
  replicationFactor,
  log,
  clock,
  ending,
}: LetterTopic): Promise<void> {
  for (let attempt = 1; !ending.aborted; attempt += 1) {
    try {
      if ((await admin.describe(topic)) !== null) return
      if (await admin.createTopic({ topic, partitions: 1, replicationFactor })) {
        log.info(`Created dead letter queue ${topic}`, { replicationFactor })
      }
      return
    } catch (error) {
      if (error instanceof RetriableError) {
        log.warn(`Dead letter queue ${topic} could not be looked up or created; trying again`, { error })
        await clock.sleep(backoffMs(attempt, 100, 10_000), ending)
        continue
      }
      throw new StateError('no-dead-letter-queue', `Could not initialize dead letter queue with topic=${topic}`, {
        cause: error,
        hint:
          'Create the topic, or set errors.deadletterqueue.topic.replication.factor to what the cluster can do: 1 on a ' +
          'single broker.',
      })
    }
  }
}
