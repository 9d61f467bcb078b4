// Poll, decode, put, commit: the records of the topics on their way into a sink task. What the next put will have is
// polled and decoded while the last is written; while a write takes long or is tried again, partitions are paused and
// polls go on, so that the group keeps its member.
import {
  describeError,
  RetriableError,
  StateError,
  type ErrantRecords,
  type SinkTask,
  type TopicPartition,
} from '@rowbridge/api'
import type { Consumer, ConsumerOptions, FetchedBatch, TopicOffset } from '@rowbridge/kafka'
import { orAborted, backoffMs, settlesWithin } from './clock.js'
import { sizeOf } from './consume.js'
import { Deliveries } from './deliveries.js'
import { retry } from './retry.js'
import { SinkDecoding, type SinkDecodingOptions } from './sink-decoding.js'
import { SinkPartitions, uncommitted, type Owned } from './sink-partitions.js'
import { SinkWriter, type Part } from './sink-writer.js'
import { Wake } from './wake.js'

/** Longest wait of one poll, and of one poll while partitions are paused. */
const POLL_MS = 1000
const PAUSED_POLL_MS = 100
/** From this time on a write counts as long, and partitions are paused. */
const HOLD_AFTER_MS = 250
/** What the last commit may take, or leaving the group; and the latter when the former had no answer. */
const LAST_WORD_MS = 1500
const AFTER_SILENCE_MS = 200
/** Bytes of one put, as fetched. */
const MOST_PUT_BYTES = 16 * 1024 * 1024

const reachingKafka = () => 'Reaching Kafka'

export interface SinkPipelineOptions extends SinkDecodingOptions {
  readonly task: SinkTask
  readonly className: string
  readonly openConsumer: (callbacks: Required<Pick<ConsumerOptions, 'assigned' | 'revoked'>>) => Consumer
  readonly commitIntervalMs: number
  /** Records of one put. */
  readonly mostPutRecords: number
  readonly stopping: AbortSignal
  readonly cancelled: AbortSignal
}

export class SinkPipeline {
  readonly #options: SinkPipelineOptions
  readonly #consumer: Consumer
  readonly #writer: SinkWriter
  readonly #partitions = new SinkPartitions()
  readonly #decoding: SinkDecoding
  readonly #waiting: Deliveries
  readonly #arrived = new Wake()
  readonly #taken = new Wake()
  readonly #ending = new AbortController()
  #failure: { readonly error: unknown } | null = null
  #commits = 0
  #isPaused = false
  #isPauseTold = false
  #isHeld = false
  #isSilent = false
  #isOpening = false
  #lastCommit = 0

  constructor(options: SinkPipelineOptions) {
    this.#options = options
    this.#waiting = new Deliveries({ records: options.mostPutRecords, bytes: MOST_PUT_BYTES })
    this.#decoding = new SinkDecoding(options, this.#ending.signal)
    this.#writer = new SinkWriter({ ...options, ending: this.#ending.signal })
    this.#consumer = options.openConsumer({
      assigned: (partitions) => this.#assigned(partitions),
      revoked: (partitions) => this.#release(partitions),
    })
  }

  /** Takes records out of the put that is on. */
  get errantRecords(): ErrantRecords {
    return this.#writer
  }

  /** Where the task would have its records from; while it opens partitions, as none of theirs are read yet. */
  seek(position: TopicOffset): void {
    const where = `${position.topic}-${position.partition}@${position.offset}`
    if (!this.#isOpening) {
      throw new StateError('seek-too-late', `The position ${where} was not asked for while its partition was opened`, {
        hint: 'This is a mistake in a connector: tell its author.',
      })
    }
    this.#consumer.seek(position)
    this.#options.link.log.info(`Reading goes on at ${where}, as the task asks`)
  }

  pause(): void {
    this.#isPaused = true
    this.#consumer.wakeUp()
  }

  resume(): void {
    this.#isPaused = false
    this.#consumer.wakeUp()
  }

  /** Runs until the stop, ends the write that is on, commits; rejects with what failed the task. */
  async run(): Promise<void> {
    const { stopping, cancelled, clock } = this.#options
    const end = () => this.#end()
    stopping.addEventListener('abort', end)
    if (stopping.aborted) end()
    this.#lastCommit = clock.now()
    let writes: Promise<void> = Promise.resolve()
    try {
      await this.#startConsumer()
      writes = this.#writeAll().catch((error: unknown) => this.#fail(error))
      await orAborted(this.#readAll(), cancelled)
    } catch (error) {
      this.#fail(error)
    }
    this.#end()
    await orAborted(writes, cancelled)
    if (!cancelled.aborted) await this.#release(this.#partitions.all())
    stopping.removeEventListener('abort', end)
    await this.#soon('leave its group', this.#consumer.close())
    if (this.#failure !== null) throw this.#failure.error
  }

  /** A cluster that is down now, as when it starts together with the worker, is waited for. */
  async #startConsumer(): Promise<void> {
    const { clock, metrics, link } = this.#options
    const signal = this.#ending.signal
    const forever = { timeoutMs: Number.POSITIVE_INFINITY, firstMs: 100, mostMs: 10_000 }
    const options = { ...forever, clock, signal, metrics, log: link.log, what: reachingKafka }
    try {
      await retry(options, () => this.#consumer.start())
    } catch (error) {
      if (!signal.aborted || !(error instanceof RetriableError)) throw error
    }
  }

  #end(): void {
    this.#ending.abort()
    this.#arrived.ring()
    this.#taken.ring()
    this.#consumer.wakeUp()
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#end()
  }

  async #readAll(): Promise<void> {
    const { metrics } = this.#options
    let failures = 0
    while (!this.#ending.signal.aborted) {
      this.#hold()
      await this.#commitIfDue()
      try {
        const fetched = await metrics.timed('fetch', () => this.#consumer.poll(this.#pollTimeout()))
        failures = 0
        if (fetched.length > 0) await this.#receive(fetched)
      } catch (error) {
        if (!(error instanceof RetriableError)) throw error
        failures += 1
        await this.#pollAgain(error, failures)
      }
    }
  }

  async #pollAgain(error: RetriableError, attempt: number): Promise<void> {
    const { clock, metrics, link } = this.#options
    const wait = backoffMs(attempt, 100, 10_000)
    metrics.add('total-retries', 1)
    link.log.warn(`Poll failed; trying again in ${wait} ms`, { attempt, error })
    await clock.sleep(wait, this.#ending.signal)
  }

  /** Pauses every partition while nothing more can be taken, and resumes them after. */
  #hold(): void {
    const { link } = this.#options
    const isHeld = this.#isPaused || this.#waiting.isFull
    if (isHeld) this.#consumer.pause(this.#consumer.assignment())
    else if (this.#isHeld) this.#consumer.resume(this.#consumer.assignment())
    this.#isHeld = isHeld
    if (this.#isPaused === this.#isPauseTold) return
    this.#isPauseTold = this.#isPaused
    link.status(this.#isPaused ? 'PAUSED' : 'RUNNING')
  }

  #pollTimeout(): number {
    const { clock, commitIntervalMs } = this.#options
    if (this.#isHeld) return PAUSED_POLL_MS
    const untilCommit = this.#lastCommit + commitIntervalMs - clock.now()
    return Math.max(1, Math.min(POLL_MS, untilCommit))
  }

  async #receive(fetched: readonly FetchedBatch[]): Promise<void> {
    const parts: Part[] = []
    let records = 0
    let bytes = 0
    for (const batch of fetched) {
      parts.push(await this.#options.metrics.timed('decode', () => this.#decode(batch)))
      records += batch.length
      bytes += sizeOf(batch)
    }
    this.#waiting.add({ parts, records, bytes })
    this.#options.metrics.level('sink-record-active-count', this.#waiting.records)
    this.#arrived.ring()
    const start = this.#options.clock.now()
    while (this.#waiting.isFull && !this.#ending.signal.aborted) {
      const left = start + HOLD_AFTER_MS - this.#options.clock.now()
      if (left <= 0 || this.#isPaused) return
      await this.#taken.wait(left)
    }
  }

  async #decode(fetched: FetchedBatch): Promise<Part> {
    const { metrics, link } = this.#options
    const owned = this.#partitions.of(fetched)
    owned.end = Math.max(owned.end, fetched.endOffset)
    metrics.add('sink-record-read-total', fetched.length)
    metrics.add('sink-record-read-bytes', sizeOf(fetched))
    link.usedTopic(fetched.topic)
    const batches = await this.#decoding.decode(fetched)
    return { owned, batches, next: (fetched.offsets.at(-1) ?? 0) + 1, fetched }
  }

  async #writeAll(): Promise<void> {
    const { metrics } = this.#options
    const ending = this.#ending.signal
    while (!ending.aborted) {
      const parts = this.#waiting.take()
      if (parts === null) {
        await this.#arrived.wait()
        continue
      }
      this.#taken.ring()
      metrics.level('sink-record-active-count', this.#waiting.records)
      if (this.#isHeld) this.#consumer.wakeUp()
      try {
        await this.#writer.write(parts)
      } catch (error) {
        // At the end a write that could be tried again is left; its records are read again.
        if (!ending.aborted || !(error instanceof RetriableError)) throw error
      }
      metrics.set('sink-record-lag-max', this.#partitions.mostLag())
    }
  }

  async #commitIfDue(): Promise<void> {
    const { clock, commitIntervalMs } = this.#options
    if (!this.#isPaused && clock.now() - this.#lastCommit < commitIntervalMs) return
    this.#lastCommit = clock.now()
    await this.#commit(this.#partitions.all())
  }

  /** Commits what was put; what fails goes with the next commit. */
  async #commit(partitions: readonly Owned[]): Promise<void> {
    const { metrics, link, clock } = this.#options
    const offsets = uncommitted(partitions)
    if (offsets.length === 0) return
    const start = clock.now()
    try {
      await metrics.timed('commit', () => this.#consumer.commit(offsets))
    } catch (error) {
      metrics.add('offset-commit-failure-total', 1)
      link.log.warn(`Offsets could not be committed; they go with the next commit: ${describeError(error)}`)
      return
    }
    metrics.observe('offset-commit', clock.now() - start, '-time-ms')
    metrics.add('offset-commit-completion-total', 1)
    metrics.add('offset-commit-success-total', 1)
    this.#commits += 1
    metrics.set('offset-commit-seq-no', this.#commits)
    for (const { topic, partition, offset } of offsets) {
      const owned = partitions.find((candidate) => candidate.topic === topic && candidate.partition === partition)
      if (owned !== undefined) owned.committed = offset
    }
  }

  /** What a log that does not answer would have us wait for at the end. */
  async #soon(what: string, work: Promise<void>): Promise<void> {
    const { clock, cancelled, link } = this.#options
    const most = this.#isSilent ? AFTER_SILENCE_MS : LAST_WORD_MS
    if (cancelled.aborted || (await settlesWithin(work, most, clock))) return
    this.#isSilent = true
    link.log.warn(`The log does not answer and did not ${what}; records that were written may come again`)
    work.catch((error: unknown) => link.log.debug('It failed in the end', { error }))
  }

  async #assigned(partitions: readonly TopicPartition[]): Promise<void> {
    const { task, metrics } = this.#options
    this.#partitions.assign(partitions)
    metrics.set('partition-count', this.#partitions.size)
    this.#isOpening = true
    try {
      if (partitions.length > 0) await task.open?.(partitions)
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#isOpening = false
    }
  }

  /**
   * Another member goes on from here, or the task ends: nothing more of these partitions is put, the put that is on
   * ends, then what was put is committed (Invariant 4).
   */
  async #release(partitions: readonly TopicPartition[]): Promise<void> {
    const { task, link, metrics, cancelled } = this.#options
    const revoked = this.#partitions.revoke(partitions)
    if (revoked.length === 0) return
    metrics.set('partition-count', this.#partitions.size)
    await orAborted(this.#writer.settled(), cancelled)
    if (cancelled.aborted) return
    if (this.#ending.signal.aborted) await this.#soon('take the last offsets', this.#commit(revoked))
    else await this.#commit(revoked)
    try {
      await task.close?.(revoked.map(({ topic, partition }) => ({ topic, partition })))
    } catch (error) {
      link.log.warn('The task failed to close partitions', { error })
    }
  }
}
