// Puts deliveries one after the other: again after a RetriableError, in pieces after a DataError. An offset counts as
// written only when the put that held its record has resolved (Invariant 1).
import {
  ConnectError,
  DataError,
  RetriableError,
  sliceBatch,
  StateError,
  type ErrantRecords,
  type SinkBatch,
  type SinkTask,
} from '@rowbridge/api'
import type { FetchedBatch } from '@rowbridge/kafka'
import { rangeOf } from './consume.js'
import { isAbort, type Clock } from './clock.js'
import { cut } from './cut.js'
import type { TaskMetrics } from './metrics.js'
import { retry } from './retry.js'
import { recordAt } from './sink-decoding.js'
import type { Owned } from './sink-partitions.js'
import type { WorkerLink } from './task/link.js'
import type { Tolerance } from './tolerance.js'

/** The batches of one partition out of one poll; `next` is the offset after its last record, skipped ones included. */
export interface Part {
  readonly owned: Owned
  readonly batches: readonly SinkBatch[]
  readonly next: number
  /** What the batches were read from. */
  readonly fetched: FetchedBatch
}

export interface SinkWriterOptions {
  readonly task: SinkTask
  readonly className: string
  readonly tolerance: Tolerance
  readonly metrics: TaskMetrics
  readonly link: WorkerLink
  readonly clock: Clock
  /** Aborted: no further try is made. */
  readonly ending: AbortSignal
}

export class SinkWriter implements ErrantRecords {
  readonly #options: SinkWriterOptions
  #attempt: Promise<void> = Promise.resolve()
  /** What the put that is on was given. */
  #putting: readonly Part[] = []
  /** Reports of records of the delivery at work, by place: a put that is repeated reports a record once. */
  readonly #reports = new Map<string, Promise<void>>()
  /** Reports made in the put that is on: its offsets count only when these are settled. */
  #awaited: Promise<void>[] = []

  constructor(options: SinkWriterOptions) {
    this.#options = options
  }

  /** Resolves when the put that is on has ended, however it ended. */
  async settled(): Promise<void> {
    await this.#attempt.catch(() => undefined)
  }

  report(batch: SinkBatch, index: number, error: DataError): Promise<void> {
    const { topic, originalTopic = topic, partition, offsets } = batch
    const offset = offsets[index]
    const key = `${originalTopic}-${partition}@${offset}`
    const known = this.#reports.get(key)
    if (known !== undefined) {
      this.#awaited.push(known)
      return known
    }
    const part = this.#putting.find(
      ({ fetched }) =>
        fetched.topic === originalTopic && fetched.partition === partition && fetched.offsets.includes(offset ?? -1),
    )
    if (part === undefined) {
      const text = `${key} is not in the put that is on`
      return Promise.reject(
        new StateError('not-in-put', text, { hint: 'Report records of a batch from within its put.' }),
      )
    }
    const report = this.#report(part.fetched, part.fetched.offsets.indexOf(offset ?? -1), error)
    // A report that failed is made again when the put is repeated.
    report.catch(() => this.#reports.delete(key))
    this.#reports.set(key, report)
    this.#awaited.push(report)
    return report
  }

  async #report(fetched: FetchedBatch, index: number, error: DataError): Promise<void> {
    const { tolerance, className } = this.#options
    try {
      await tolerance.onBad({ stage: 'TASK_PUT', className, ...recordAt(fetched, index) }, error)
    } catch (cause) {
      if (!(cause instanceof DataError)) throw cause
      // Nothing is gained by looking for the record again: it is known, and reported.
      const { code, message, hint } = cause
      throw new ConnectError(code, message, { cause: cause.cause, ...(hint === null ? {} : { hint }) })
    }
  }

  /** Puts what still belongs to this task. Throws what fails it; a RetriableError only when the task ends. */
  async write(parts: readonly Part[]): Promise<void> {
    try {
      await this.#putRetrying(parts)
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      const isAlone = parts.length === 1 && parts[0]?.batches.length === 1
      for (const part of parts) await this.#writeInPieces(part, isAlone ? error : undefined)
    } finally {
      this.#reports.clear()
    }
  }

  async #writeInPieces({ owned, batches, next, fetched }: Part, first?: DataError): Promise<void> {
    const { tolerance, className } = this.#options
    for (const batch of batches) {
      const put = (from: number, to: number) => {
        const piece = sliceBatch(batch, from, to)
        return this.#putRetrying([{ owned, batches: [piece], next: (piece.offsets.at(-1) ?? 0) + 1, fetched }])
      }
      const onBad = async (index: number, error: DataError) => {
        const offset = batch.offsets[index] ?? -1
        const record = recordAt(fetched, fetched.offsets.indexOf(offset))
        await tolerance.onBad({ stage: 'TASK_PUT', className, ...record }, error)
        if (owned.isOwned) advance(owned, offset + 1)
      }
      await cut(batch.length, put, onBad, first)
    }
    if (owned.isOwned) advance(owned, next)
  }

  async #putRetrying(parts: readonly Part[]): Promise<void> {
    const { clock, ending, metrics, link } = this.#options
    const forever = { timeoutMs: Number.POSITIVE_INFINITY, firstMs: 200, mostMs: 30_000 }
    const what = () => `Writing ${rangesOf(parts)}`
    await retry({ ...forever, clock, signal: ending, metrics, log: link.log, what }, () => {
      this.#attempt = this.#put(parts.filter(({ owned }) => owned.isOwned))
      return this.#attempt
    })
  }

  async #put(parts: readonly Part[]): Promise<void> {
    const { task, metrics, clock } = this.#options
    const batches = parts.flatMap((part) => part.batches)
    if (batches.length > 0) {
      const start = clock.now()
      this.#putting = parts
      this.#awaited = []
      try {
        await metrics.timed('write', () => task.put(batches))
        await Promise.all(this.#awaited)
      } catch (error) {
        throw withPlace(error, parts)
      } finally {
        this.#putting = []
      }
      metrics.observe('put-batch', clock.now() - start, '-time-ms')
      const records = batches.reduce((sum, batch) => sum + batch.length, 0)
      metrics.add('sink-record-send-total', records)
      metrics.observe('batch-size', records)
    }
    for (const { owned, next } of parts) advance(owned, next)
  }
}

function advance(owned: Owned, next: number): void {
  owned.next = Math.max(owned.next ?? 0, next)
}

function rangesOf(parts: readonly Part[]): string {
  return parts.flatMap(({ batches }) => batches.map((batch) => rangeOf(batch))).join(', ')
}

/** What steers the loop stays as it is; anything else is told with the records it struck. */
function withPlace(error: unknown, parts: readonly Part[]): unknown {
  if (error instanceof RetriableError || error instanceof DataError || isAbort(error)) return error
  return new ConnectError('put-failed', `Writing ${rangesOf(parts)} failed`, { cause: error })
}
