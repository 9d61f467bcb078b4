// What the command line holds in its hands: a running worker.
import type { Props } from '@rowbridge/api'
import type { ConnectorType, Herder } from './herder.js'

/** Figures of one task as plain data: Kafka Connect's metric names where it has one, the connector's own beside them. */
export interface TaskProgress {
  readonly connector: string
  readonly task: number
  readonly type: 'source' | 'sink'
  readonly state: string
  readonly metrics: Readonly<Record<string, number>>
}

/** Figures of the worker itself: by name within the groups that Kafka Connect has for them. */
export type WorkerFigures = Readonly<Partial<Record<WorkerGroup, Readonly<Record<string, number>>>>>
export type WorkerGroup = 'connect-worker' | 'connect-worker-rebalance' | 'connect-coordinator'

/** What one run of a connector came to. */
export interface RunReport {
  readonly connector: string
  readonly type: ConnectorType
  /** Written to topics by a source, put into tables by a sink. */
  readonly rows: number
  /** Of their keys and values in the topics. */
  readonly bytes: number
  readonly seconds: number
  /** What it failed of; null when it came to its end. */
  readonly problem: string | null
}

export interface Worker {
  readonly herder: Herder
  /** The worker's own properties, references to config providers resolved. */
  readonly props: Props
  /** Host and port as told to others; the `worker_id` of statuses. */
  readonly workerId: string
  /** One row per task, sorted by connector and task. */
  progress(): readonly TaskProgress[]
  figures(): WorkerFigures
  /**
   * Resolves when every source has come to the end of its run and every sink has written what the topics then held. They have
   * to be configured with `run.once`, or they end only by failing.
   */
  runOnce(): Promise<readonly RunReport[]>
  /** Drains and stops everything that runs here, then closes the stores and the log. */
  stop(): Promise<void>
}
