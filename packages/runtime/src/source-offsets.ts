// Commits what the acks of a source allow, from time to time and in the end. Invariant 1 stands in acks.ts.
import { describeError } from '@rowbridge/api'
import type { Acks } from './acks.js'
import { settlesWithin, type Clock } from './clock.js'
import { STAGE_TIME, type TaskMetrics } from './metrics.js'
import type { WorkerLink } from './task/link.js'

export interface SourceOffsetsOptions {
  readonly link: WorkerLink
  readonly clock: Clock
  readonly metrics: TaskMetrics
  readonly flushIntervalMs: number
  readonly flushTimeoutMs: number
  /** Aborted: nothing is written any more. */
  readonly cancelled: AbortSignal
}

export class SourceOffsets {
  readonly #acks: Acks
  readonly #options: SourceOffsetsOptions
  #commits: Promise<void> = Promise.resolve()

  constructor(acks: Acks, options: SourceOffsetsOptions) {
    this.#acks = acks
    this.#options = options
  }

  async commitRegularly(ended: AbortSignal): Promise<void> {
    const { clock, flushIntervalMs } = this.#options
    while (!ended.aborted) {
      await clock.sleep(flushIntervalMs, ended)
      if (!ended.aborted) await this.commit()
    }
  }

  /** Writes what became committable; what cannot be written stays for the next time. One commit at a time. */
  commit(): Promise<void> {
    this.#commits = this.#commits.then(() => this.#commitNow())
    return this.#commits
  }

  async #commitNow(): Promise<void> {
    const { link, clock, flushTimeoutMs, metrics, cancelled } = this.#options
    const taken = cancelled.aborted ? [] : this.#acks.take()
    if (taken.length === 0) return
    const start = clock.now()
    let problem: string | null = null
    try {
      const write = link.writeOffsets(taken.map(({ partition, offset }) => [partition, offset] as const))
      if (!(await settlesWithin(write, flushTimeoutMs, clock))) problem = `no answer within ${flushTimeoutMs} ms`
    } catch (error) {
      problem = describeError(error)
    }
    metrics.observe('offset-commit', clock.now() - start, '-time-ms')
    metrics.add(`${STAGE_TIME}commit`, clock.now() - start)
    metrics.add(problem === null ? 'offset-commit-success-total' : 'offset-commit-failure-total', 1)
    if (problem === null) return
    this.#acks.giveBack(taken)
    link.log.warn(`Offsets could not be committed; they go with the next commit: ${problem}`)
  }
}
