// What a connector and its tasks are to the worker. A task is made from plain data and tells plain data, so that it can
// run on a thread of its own.
import type { SinkBatch, SourceBatch, TopicPartition } from './batch.js'
import type { ConfigProblem, DataError } from './errors.js'
import type { Json } from './json.js'

/** Configuration as the user gave it: text by key. */
export type Props = Readonly<Record<string, string>>

export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}
export type LogFields = Readonly<Record<string, unknown>>

/** A log whose lines carry the name of a logger, by which their level is steered; names are dotted, as those of classes. */
export function namedLog(log: Log, logger: string): Log {
  const told = (fields: LogFields | undefined) => ({ logger, ...fields })
  return {
    debug: (message, fields) => log.debug(message, told(fields)),
    info: (message, fields) => log.info(message, told(fields)),
    warn: (message, fields) => log.warn(message, told(fields)),
    error: (message, fields) => log.error(message, told(fields)),
  }
}

/** Figures a task tells; names are Kafka Connect's where it has one. */
export interface Metrics {
  add(name: string, by: number): void
  set(name: string, value: number): void
}

export interface OffsetReader {
  /** The stored offset of each partition, in order; null where there is none. */
  read(partitions: readonly Json[]): Promise<readonly (Json | null)[]>
}

export interface ConnectorContext {
  readonly name: string
  readonly log: Log
  /** Aborted when the connector is to stop. */
  readonly signal: AbortSignal
  /** Asks the worker to call `taskConfigs` again. */
  requestTaskReconfiguration(): void
  /** Fails the connector from outside of a call. */
  raiseError(error: unknown): void
}

export interface TaskContext {
  readonly connector: string
  readonly task: number
  readonly log: Log
  readonly metrics: Metrics
  /** Aborted when the task is to stop; every wait inside the task ends then. */
  readonly signal: AbortSignal
  /**
   * Says what keeps the task from its work for now, such as a database that is away, and null when that is over. The task
   * stays RUNNING; its status tells the problem.
   */
  troubled?(problem: string | null): void
}

export interface SourceTaskContext extends TaskContext {
  readonly offsets: OffsetReader
}

/** Takes records that a sink cannot write, while it writes the others. */
export interface ErrantRecords {
  /**
   * Hands over record `index` of a batch given to `put`, from within that `put`, which then goes on without it. Resolves when
   * the dead letter queue holds the record; no offset is committed before. Rejects where no error is tolerated.
   *
   * @example
   * await context.errantRecords?.report(batch, i, new DataError('too-long', 'name is too long', { facts: { column: 'name' } }))
   */
  report(batch: SinkBatch, index: number, error: DataError): Promise<void>
}

export interface SinkTaskContext extends TaskContext {
  /** Null unless a dead letter queue or `errors.log.enable` is configured. Without it, throw the DataError. */
  readonly errantRecords: ErrantRecords | null
  /**
   * From within `open`: the records of the partition are put from this offset on, wherever the group has got to. For a sink
   * that keeps offsets beside what it writes.
   */
  seek(position: TopicPartition & { readonly offset: number }): void
}

/** The part of a connector that decides how many tasks there are and what each does. The same shape for source and sink. */
export interface Connector {
  start(props: Props, context: ConnectorContext): Promise<void>
  taskConfigs(maxTasks: number): Promise<readonly Props[]>
  stop(): Promise<void>
  /** Checks that need a server (a connection, a table); called only when every key is valid by itself. */
  validate?(props: Props): Promise<readonly ConfigProblem[]>
  /**
   * Values to choose from that need a server, by key: names of tables, of columns. Asked on a connector that was not started,
   * whether or not the configuration is complete; to be given up when the signal is aborted.
   */
  recommend?(props: Props, signal: AbortSignal): Promise<Readonly<Record<string, readonly string[]>>>
  /**
   * Called on a connector that is not started, before its stored offsets are changed on request; a null offset resets that
   * partition. Throws StateError `bad-offsets` to refuse. True: whatever the connector keeps itself was changed, too.
   */
  alterOffsets?(props: Props, changes: readonly { readonly partition: Json; readonly offset: Json }[]): Promise<boolean>
}

export interface SourceTask {
  start(props: Props, context: SourceTaskContext): Promise<void>
  /** Waits at most its own pause; [] when nothing came. */
  poll(): Promise<readonly SourceBatch[]>
  /** Whether nothing more will come, as after a single run that was asked for. The task is then drained, and ends. */
  isAtEnd?(): boolean
  /** The log holds all of the batch. */
  commit?(batch: SourceBatch): Promise<void>
  stop(): Promise<void>
}

export interface SinkTask {
  start(props: Props, context: SinkTaskContext): Promise<void>
  open?(partitions: readonly TopicPartition[]): Promise<void>
  close?(partitions: readonly TopicPartition[]): Promise<void>
  /** Resolves when the offsets of the batches may be committed. All of it stands, or none. */
  put(batches: readonly SinkBatch[]): Promise<void>
  stop(): Promise<void>
}
