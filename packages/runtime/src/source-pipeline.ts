// Poll, encode, send, ack: the records of one source task on their way to the log. The next poll runs while the last
// batches are sent. Per topic one send is open, so that a batch that is sent again never comes after a younger one
// (Invariant 2).
import { DataError, RetriableError, type SourceBatch, type SourceTask } from '@rowbridge/api'
import type { ProduceBatch, Producer } from '@rowbridge/kafka'
import { Acks, type Submitted } from './acks.js'
import { orAborted, backoffMs, settlesWithin } from './clock.js'
import { cut } from './cut.js'
import { canJoin, joinBatches, sizeOf, sliceProduce } from './produce.js'
import { retry } from './retry.js'
import { placeOf, SourceEncoding, told, type SourceEncodingOptions } from './source-encoding.js'
import { SourceOffsets } from './source-offsets.js'
import { Wake } from './wake.js'

/** Poll waits while this much is on its way to the log. */
const MOST_OPEN_BATCHES = 64
const MOST_OPEN_BYTES = 32 * 1024 * 1024
/** A log that acked nothing for so long, though there was something to ack, does not answer: a stop need not wait for it. */
const STALLED_MS = 1500
const LOOK_MS = 100
/** What goes to the log in one send. */
const MOST_JOINED_BYTES = 4 * 1024 * 1024

export interface SourcePipelineOptions extends SourceEncodingOptions {
  readonly task: SourceTask
  readonly producer: Producer
  readonly makeTopic: (topic: string) => Promise<void>
  readonly flushIntervalMs: number
  readonly flushTimeoutMs: number
  /** Aborted: drain and end. */
  readonly stopping: AbortSignal
}

/** One polled batch on its way. */
interface Polled {
  readonly batch: SourceBatch
  readonly submitted: Submitted
  /** Parts that are not in the log yet. */
  left: number
}

/** What goes of a polled batch into one topic: encoded in one piece, unless bad records were cut out of it. */
interface Sending {
  readonly polled: Polled
  readonly batch: SourceBatch
  readonly pieces: readonly ProduceBatch[]
  readonly bytes: number
}

/** What belongs to one topic: what waits while its last send is open. */
interface Lane {
  readonly waiting: Sending[]
  isMade: boolean
  /** Settles when nothing waits any more; never rejects. */
  open: Promise<void> | null
}

export class SourcePipeline {
  readonly #options: SourcePipelineOptions
  readonly #acks = new Acks()
  readonly #offsets: SourceOffsets
  readonly #encoding: SourceEncoding
  readonly #lanes = new Map<string, Lane>()
  readonly #wake = new Wake()
  readonly #giveUp = new AbortController()
  #failure: { readonly error: unknown } | null = null
  #openBytes = 0
  #isPaused = false
  /** When the log last acked something, or had nothing to ack. */
  #lastAnswer = 0

  constructor(options: SourcePipelineOptions) {
    this.#options = options
    this.#offsets = new SourceOffsets(this.#acks, options)
    this.#encoding = new SourceEncoding(options)
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#wake.ring()
  }

  /** Runs until the stop, drains, commits; rejects with what failed the task. */
  async run(): Promise<void> {
    const { stopping, cancelled } = this.#options
    const ring = () => this.#wake.ring()
    const ended = new AbortController()
    stopping.addEventListener('abort', ring)
    cancelled.addEventListener('abort', () => this.#giveUp.abort())
    const flushes = this.#offsets.commitRegularly(ended.signal)
    try {
      // A poll that hangs does not hold up the end of a task that is given up.
      await orAborted(this.#loop(), cancelled)
    } catch (error) {
      this.#fail(error)
    }
    stopping.removeEventListener('abort', ring)
    ended.abort()
    await flushes
    await this.#drain()
    await this.#offsets.commit()
    if (this.#failure !== null) throw this.#failure.error
  }

  async #loop(): Promise<void> {
    const { stopping, link, task } = this.#options
    let attempt = 0
    while (!stopping.aborted && this.#failure === null) {
      if (task.isAtEnd?.() === true) return this.#allSent()
      if (this.#isPaused) {
        await this.#offsets.commit()
        link.status('PAUSED')
        while (this.#isPaused && !stopping.aborted) await this.#wake.wait()
        if (!stopping.aborted) link.status('RUNNING')
      } else if (this.#acks.open >= MOST_OPEN_BATCHES || this.#openBytes >= MOST_OPEN_BYTES) {
        await this.#wake.wait()
      } else {
        attempt = (await this.#pollOnce(attempt + 1)) ? 0 : attempt + 1
      }
    }
  }

  /** At an end of its own a task has all the time its last sends need. */
  async #allSent(): Promise<void> {
    while (this.#acks.open > 0 && this.#failure === null && !this.#options.stopping.aborted) await this.#wake.wait()
  }

  /** False when the poll failed in a way that may mend; the same is then polled again after a pause. */
  async #pollOnce(attempt: number): Promise<boolean> {
    const { task, stopping, metrics, clock, link } = this.#options
    const start = clock.now()
    let batches: readonly SourceBatch[]
    try {
      batches = await metrics.timed('read', () => task.poll())
    } catch (error) {
      if (stopping.aborted) return true
      if (!(error instanceof RetriableError)) throw error
      const wait = backoffMs(attempt, 100, 10_000)
      metrics.add('total-retries', 1)
      link.log.warn(`Poll failed; trying again in ${wait} ms`, { attempt, error })
      await clock.sleep(wait, stopping)
      return false
    }
    if (batches.length === 0) return true
    metrics.observe('poll-batch', clock.now() - start, '-time-ms')
    for (const batch of batches) {
      // What a stop interrupts is not submitted: its offset stays where it was, so it is polled again.
      if (stopping.aborted || this.#failure !== null) return true
      await this.#submit(batch)
    }
    return true
  }

  async #submit(batch: SourceBatch): Promise<void> {
    const { metrics, transforms } = this.#options
    metrics.add('source-record-poll-total', batch.length)
    metrics.observe('batch-size', batch.length)
    if (this.#acks.open === 0) this.#lastAnswer = this.#options.clock.now()
    const submitted = this.#acks.submit(batch.sourcePartition, batch.sourceOffset)
    const parts =
      transforms === null ? [batch] : await metrics.timed('transform', () => this.#encoding.transform(batch))
    const polled = { batch, submitted, left: parts.length }
    metrics.level('source-record-active-count', this.#acks.open)
    // What transforms dropped is done with: its offset goes the way of those that are in the log.
    if (parts.length === 0) await this.#done(polled)
    for (const part of parts) {
      const pieces = await metrics.timed('encode', () => this.#encoding.encode(part, batch))
      const bytes = pieces.reduce((sum, piece) => sum + sizeOf(piece), 0)
      this.#openBytes += bytes
      const lane = this.#laneOf(part.topic)
      lane.waiting.push({ polled, batch: part, pieces, bytes })
      lane.open ??= this.#sendWaiting(lane)
    }
  }

  /** Sends in order, what gathered during a send as one. After a failure nothing more of the task is sent. */
  async #sendWaiting(lane: Lane): Promise<void> {
    while (lane.waiting.length > 0 && this.#failure === null) {
      const together = takeTogether(lane.waiting)
      try {
        await this.#makeTopic(lane, together)
        await this.#options.metrics.timed('send', () => this.#sendTogether(together))
        for (const sending of together) await this.#sent(sending)
      } catch (error) {
        this.#fail(error)
      }
      for (const { bytes } of together) this.#openBytes -= bytes
      this.#wake.ring()
    }
    lane.open = null
  }

  #laneOf(topic: string): Lane {
    let lane = this.#lanes.get(topic)
    if (lane === undefined) this.#lanes.set(topic, (lane = { waiting: [], isMade: false, open: null }))
    return lane
  }

  async #makeTopic(lane: Lane, together: readonly Sending[]): Promise<void> {
    const [first] = together
    if (lane.isMade || first === undefined || together.every(({ pieces }) => pieces.length === 0)) return
    await this.#options.makeTopic(first.batch.topic)
    lane.isMade = true
  }

  async #sendTogether(together: readonly Sending[]): Promise<void> {
    const [first] = together
    if (first === undefined) return
    try {
      const pieces = together.flatMap((sending) => sending.pieces)
      if (together.length > 1) return await this.#sendAgain(first.batch.topic, joinBatches(pieces))
    } catch (error) {
      // Alone, each tells which of its records it is.
      if (!(error instanceof DataError)) throw error
    }
    for (const sending of together) for (const piece of sending.pieces) await this.#send(sending, piece)
  }

  async #sent({ polled, batch, pieces, bytes }: Sending): Promise<void> {
    const { metrics, link } = this.#options
    this.#lastAnswer = this.#options.clock.now()
    const count = pieces.reduce((sum, piece) => sum + piece.length, 0)
    metrics.add('source-record-write-total', count)
    metrics.add('source-record-write-bytes', bytes)
    if (count > 0) link.usedTopic(batch.topic)
    polled.left -= 1
    if (polled.left === 0) await this.#done(polled)
  }

  /** Whatever became of the records, all of the batch is dealt with. */
  async #done({ batch, submitted }: Polled): Promise<void> {
    const { metrics, link, task } = this.#options
    this.#acks.ack(submitted)
    metrics.level('source-record-active-count', this.#acks.open)
    try {
      await task.commit?.(batch)
    } catch (error) {
      link.log.warn('The task failed to note that a batch is in the log', { error })
    }
  }

  async #send({ batch, polled }: Sending, piece: ProduceBatch): Promise<void> {
    const { tolerance } = this.#options
    const send = (from: number, to: number) => this.#sendAgain(batch.topic, sliceProduce(piece, from, to))
    await cut(piece.length, send, (index, error) => {
      const where = `${placeOf(batch, polled.batch, index)} (of what was encoded)`
      return tolerance.onBad({ stage: 'KAFKA_PRODUCE', className: 'producer', where, ...told(batch, index) }, error)
    })
  }

  /** The same records again for as long as that may help. */
  async #sendAgain(topic: string, batch: ProduceBatch): Promise<void> {
    const { producer, clock, metrics, link } = this.#options
    const forever = { timeoutMs: Number.POSITIVE_INFINITY, firstMs: 100, mostMs: 30_000 }
    const options = { ...forever, clock, signal: this.#giveUp.signal, metrics, log: link.log }
    await retry({ ...options, what: () => `Sending to ${topic}` }, () => producer.send(batch))
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#wake.ring()
  }

  /** Whether sends were left open, because the log does not answer. */
  get isGivenUp(): boolean {
    return this.#giveUp.signal.aborted
  }

  /** Waits for open sends, as long as a flush may take (Invariant 4), but not for a log that does not answer. */
  async #drain(): Promise<void> {
    const { clock, flushTimeoutMs, cancelled, link } = this.#options
    const open = Promise.all([...this.#lanes.values()].map((lane) => Promise.resolve(lane.open)))
    const start = clock.now()
    for (;;) {
      if (cancelled.aborted) return this.#giveUp.abort()
      const now = clock.now()
      if (now - start >= flushTimeoutMs || (this.#acks.open > 0 && now - this.#lastAnswer >= STALLED_MS)) break
      if (await settlesWithin(open, LOOK_MS, clock)) return
    }
    this.#giveUp.abort()
    const waited = clock.now() - this.#lastAnswer
    link.log.warn(`${this.#acks.open} batches were not acked within ${waited} ms; they will be polled again`)
  }
}

/** Takes the eldest, and what follows and can go with it. */
function takeTogether(waiting: Sending[]): readonly Sending[] {
  const [eldest] = waiting
  const piece = eldest?.pieces.length === 1 ? eldest.pieces[0] : undefined
  let bytes = 0
  const end = waiting.findIndex(({ pieces, bytes: more }, i) => {
    bytes += more
    const [next] = pieces
    const isJoined = piece !== undefined && next !== undefined && pieces.length === 1 && canJoin(piece, next)
    return i > 0 && (!isJoined || bytes > MOST_JOINED_BYTES)
  })
  return waiting.splice(0, end < 0 ? waiting.length : end)
}
