// Statuses of a cluster. Several workers write them, so that what a worker says of work that it gave up must not hide what
// the next one says of it.
import { describeError, type Json, type Log } from '@rowbridge/api'
import type { Fold, LogRecord, RecordLog } from '../log/record-log.js'
import type { Status } from '../status.js'
import { applyStatus, emptyStatusState, statusOf, type StatusState } from '../stores/status.js'
import { splitTask } from './work.js'

const CONNECTOR = 'status-connector-'
const TASK = 'status-task-'

export class SharedStatuses implements Fold<StatusState> {
  readonly state = emptyStatusState()
  readonly #topic: RecordLog
  readonly #log: Log
  readonly #open = new Set<Promise<void>>()

  constructor(topic: RecordLog, log: Log) {
    this.#topic = topic
    this.#log = log
  }

  async open(): Promise<void> {
    await this.#topic.follow((key, value) => this.#apply(key, value))
  }

  /** Never rejects: a status that could not be told fails nothing else. */
  append(records: readonly LogRecord[]): Promise<void> {
    const own = records.filter(([key, value]) => this.#mayTell(key, value))
    const write = this.#topic.append(own).catch((error: unknown) => {
      this.#log.warn(`Statuses could not be written: ${describeError(error)}`)
    })
    const tracked = write.finally(() => this.#open.delete(tracked))
    this.#open.add(tracked)
    return tracked
  }

  /** Resolves when all that was told so far is written, or failed to be. */
  async flush(): Promise<void> {
    await Promise.all(this.#open)
  }

  readToEnd(): Promise<void> {
    return this.#topic.readToEnd()
  }

  close(): Promise<void> {
    return this.#topic.close()
  }

  #apply(key: string, value: Json | null): void {
    const status = statusOf(value)
    const known = this.#known(key)
    const isLate =
      status?.state === 'UNASSIGNED' &&
      known?.state === 'RUNNING' &&
      known.workerId !== status.workerId &&
      known.generation >= status.generation
    if (!isLate) applyStatus(this.state, key, value)
  }

  /** That work is no longer here is told only by who ran it last. */
  #mayTell(key: string, value: Json | null): boolean {
    const status = statusOf(value)
    if (status?.state !== 'UNASSIGNED') return true
    const known = this.#known(key)
    return known === undefined || known.workerId === status.workerId || known.generation <= status.generation
  }

  #known(key: string): Status | undefined {
    if (key.startsWith(CONNECTOR)) return this.state.connectors.get(key.slice(CONNECTOR.length))
    if (!key.startsWith(TASK)) return undefined
    const [connector, task] = splitTask(key.slice(TASK.length))
    return this.state.tasks.get(connector)?.get(task)
  }
}
