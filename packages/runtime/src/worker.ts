// What the command line holds in its hands: a running worker.
import type { Props } from '@rowbridge/api'
import type { Herder } from './herder.js'

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

export interface Worker {
  readonly herder: Herder
  /** The worker's own properties, references to config providers resolved. */
  readonly props: Props
  /** Host and port as told to others; the `worker_id` of statuses. */
  readonly workerId: string
  /** One row per task, sorted by connector and task. */
  progress(): readonly TaskProgress[]
  figures(): WorkerFigures
  /** Drains and stops everything that runs here, then closes the stores and the log. */
  stop(): Promise<void>
}
