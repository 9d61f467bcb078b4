// Puts deliveries one after the other: again after a RetriableError, in pieces after a DataError. An offset counts as
// written only when the put that held its record has resolved (Invariant 1).
import { ConnectError, DataError, RetriableError, type SinkBatch, type SinkTask } from '@rowbridge/api'
import { sliceSinkBatch, rangeOf } from './consume.js'
import { isAbort, type Clock } from './clock.js'
import { cut } from './cut.js'
import type { TaskMetrics } from './metrics.js'
import { retry } from './retry.js'
import type { Owned } from './sink-partitions.js'
import type { WorkerLink } from './task/link.js'
import type { Tolerance } from './tolerance.js'

/** The batches of one partition out of one poll; `next` is the offset after its last record, skipped ones included. */
export interface Part {
  readonly owned: Owned
  readonly batches: readonly SinkBatch[]
  readonly next: number
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

export class SinkWriter {
  readonly #options: SinkWriterOptions
  #attempt: Promise<void> = Promise.resolve()

  constructor(options: SinkWriterOptions) {
    this.#options = options
  }

  /** Resolves when the put that is on has ended, however it ended. */
  async settled(): Promise<void> {
    await this.#attempt.catch(() => undefined)
  }

  /** Puts what still belongs to this task. Throws what fails it; a RetriableError only when the task ends. */
  async write(parts: readonly Part[]): Promise<void> {
    try {
      await this.#putRetrying(parts)
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      for (const part of parts) await this.#writeInPieces(part)
    }
  }

  async #writeInPieces({ owned, batches, next }: Part): Promise<void> {
    const { tolerance, className } = this.#options
    for (const batch of batches) {
      const put = (from: number, to: number) => {
        const piece = sliceSinkBatch(batch, from, to)
        return this.#putRetrying([{ owned, batches: [piece], next: (piece.offsets.at(-1) ?? 0) + 1 }])
      }
      await cut(batch.length, put, (index, error) => {
        const where = rangeOf(sliceSinkBatch(batch, index, index + 1))
        tolerance.onBad({ stage: 'TASK_PUT', className, where }, error)
        if (owned.isOwned) advance(owned, (batch.offsets[index] ?? 0) + 1)
      })
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
      try {
        await metrics.timed('write', () => task.put(batches))
      } catch (error) {
        throw withPlace(error, parts)
      }
      metrics.observe('put-batch', clock.now() - start, '-time-ms')
      metrics.add(
        'sink-record-send-total',
        batches.reduce((sum, batch) => sum + batch.length, 0),
      )
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
