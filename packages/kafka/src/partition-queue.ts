// The record batches of one partition on their way: in order, at most two in flight, the same bytes again until they are in the log.
// Sequence numbers make a repeat harmless; they are renewed only while nothing is in flight.
import { RetriableError, StateError, type Log } from '@rowbridge/api'
import { Ailing } from './backoff.js'
import { brokerError, CODE, isRetriableCode, meaningOf } from './network-errors.js'
import { halves, tooLarge, type OpenBatch } from './open-batch.js'
import { codecAt } from './compression.js'
import { AT, stampProducer, writeRecordBatch } from './record-batch.js'

export interface ProducerId {
  readonly id: bigint
  readonly epoch: number
}

export interface QueueSettings {
  readonly log: Log
  readonly deliveryMs: number
  readonly missingTopicMs: number
  readonly maxInFlight: number
  /** Null: not idempotent. `isFirst`: one shared by all partitions will do. */
  readonly producerId: ((isFirst: boolean) => Promise<ProducerId>) | null
  /** The queue has something to send. */
  readonly wake: (queue: PartitionQueue) => void
  /** What went wrong in passing: waits, and finds the leader anew. */
  readonly recover: (queue: PartitionQueue, attempt: number) => Promise<void>
}

export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  readonly #settings: QueueSettings
  readonly #ailing: Ailing
  /** In order; those in flight among them. */
  #open: OpenBatch[] = []
  #inFlight = 0
  #producer: ProducerId | null = null
  #sequence = 0
  #isConfirmed = false
  #isResting = false
  #mustRenew = true
  #attempt = 0
  #missingSince = 0

  constructor(topic: string, partition: number, settings: QueueSettings) {
    this.topic = topic
    this.partition = partition
    this.#settings = settings
    this.#ailing = new Ailing(settings.log)
  }

  get name(): string {
    return `${this.topic}-${this.partition}`
  }

  add(batches: readonly OpenBatch[]): void {
    this.#open.push(...batches)
    this.#settings.wake(this)
  }

  get hasWaiting(): boolean {
    return this.#open.length > this.#inFlight
  }

  /** The next batch to send, stamped; null when it is not yet time. */
  take(): OpenBatch | null {
    if (this.#isResting || !this.hasWaiting) return null
    if (this.#mustRenew) {
      this.#restWhenLanded()
      return null
    }
    const limit = this.#isConfirmed ? this.#settings.maxInFlight : 1
    const batch = this.#inFlight < limit ? this.#open.find((one) => !one.isInFlight) : undefined
    if (batch === undefined) return null
    if (batch.stamp === null && this.#producer !== null) this.#stamp(batch, this.#producer)
    batch.wasSent = true
    batch.isInFlight = true
    this.#inFlight++
    return batch
  }

  #stamp(batch: OpenBatch, { id, epoch }: ProducerId): void {
    batch.stamp = { id, epoch, sequence: this.#sequence }
    stampProducer(batch.bytes, batch.stamp)
    this.#sequence = (this.#sequence + batch.bytes.readInt32BE(AT.count)) % 2 ** 31
  }

  /** The broker's answer for a batch. */
  settle(batch: OpenBatch, code: number): void {
    if (code === CODE.none || code === CODE.duplicateSequence) return this.#succeed(batch)
    if (code === CODE.messageTooLarge || code === CODE.recordListTooLarge) return this.#split(batch)
    if (isSequenceCode(code)) {
      if (this.#open[0] === batch) this.#mustRenew = true
      return this.#again(batch, `${this.name}: the broker has lost track of this producer (error ${code})`)
    }
    if (!isRetriableCode(code)) return this.#fail(batch, brokerError(code, this.name))
    this.#missingSince = code === CODE.unknownTopic ? this.#missingSince || Date.now() : 0
    this.#again(batch, `${this.name}: ${meaningOf(code)}`)
  }

  /** The request with the batch got no answer. */
  unanswered(batch: OpenBatch, error: unknown): void {
    if (error instanceof RetriableError) this.#again(batch, `${this.name}: ${error.message}`)
    else this.#fail(batch, error)
  }

  /** There is no leader to send to. */
  strand(): void {
    if (this.#isResting || this.#inFlight > 0 || !this.hasWaiting) return
    this.#ailing.tell(`${this.name}: the partition has no leader`)
    this.#rest()
  }

  /** Gives up all that waits. */
  abandon(error: unknown): void {
    const given = this.#open.filter((batch) => !batch.isInFlight)
    this.#open = this.#open.filter((batch) => batch.isInFlight)
    this.#mustRenew = true
    for (const batch of given) batch.tally.done(error)
  }

  #succeed(batch: OpenBatch): void {
    this.#land(batch, [])
    this.#isConfirmed = true
    this.#attempt = 0
    this.#missingSince = 0
    this.#ailing.mended(`${this.name}: records arrive again`)
    batch.tally.done()
    if (this.#isResting) this.#restWhenLanded()
    else this.#settings.wake(this)
  }

  #again(batch: OpenBatch, message: string): void {
    this.#ailing.tell(message)
    this.#land(batch, [batch])
    this.#isResting = true
    this.#restWhenLanded()
  }

  #fail(batch: OpenBatch, error: unknown): void {
    this.#land(batch, [])
    this.#mustRenew = true
    this.#isResting = true
    batch.tally.done(error)
    this.#restWhenLanded()
  }

  #split(batch: OpenBatch): void {
    const { range, bytes, tally } = batch
    if (range.to - range.from === 1) return this.#fail(batch, tooLarge(range, bytes.length, this.name))
    const codec = codecAt(bytes.readInt16BE(AT.attributes) & 7)
    const parts = halves(range).map((half) => ({
      ...batch,
      range: half,
      bytes: writeRecordBatch(half, { codec, now: Date.now() }),
      isInFlight: false,
    }))
    tally.more()
    this.#land(batch, parts)
    this.#mustRenew = true
    this.#isResting = true
    this.#restWhenLanded()
  }

  /** The batch is no longer in flight; `instead` takes its place in the order. */
  #land(batch: OpenBatch, instead: readonly OpenBatch[]): void {
    batch.isInFlight = false
    this.#inFlight--
    this.#open.splice(this.#open.indexOf(batch), 1, ...instead)
  }

  #restWhenLanded(): void {
    if (this.#inFlight === 0) this.#rest()
  }

  /** Nothing is in flight: waits, gives up what is too old, renews the producer id where need be, and goes on. */
  #rest(): void {
    this.#isResting = true
    void this.#recover()
      .catch((error: unknown) => this.abandon(error))
      .finally(() => {
        this.#isResting = false
        this.#settings.wake(this)
      })
  }

  async #recover(): Promise<void> {
    if (this.#open.some((batch) => batch.wasSent) || !this.#mustRenew) {
      await this.#settings.recover(this, ++this.#attempt)
    }
    this.#expire()
    if (!this.#mustRenew || this.#open.length === 0) return
    this.#isConfirmed = false
    if (this.#settings.producerId !== null) {
      this.#producer = await this.#settings.producerId(this.#producer === null)
      this.#sequence = 0
    }
    for (const batch of this.#open) batch.stamp = null
    this.#mustRenew = false
  }

  #expire(): void {
    const { missingTopicMs, deliveryMs } = this.#settings
    if (this.#missingSince !== 0 && Date.now() - this.#missingSince > missingTopicMs) {
      this.#missingSince = 0
      const hint = 'It was probably deleted: create it again, or stop writing to it.'
      this.abandon(new StateError('unknown-topic', `Topic ${this.topic} is gone`, { hint }))
    }
    const born = Date.now() - deliveryMs
    while ((this.#open[0]?.bornAt ?? Infinity) < born) {
      const late = this.#open.shift()
      this.#mustRenew = true
      late?.tally.done(new RetriableError('delivery-timeout', `${this.name}: not delivered within ${deliveryMs} ms`))
    }
  }
}

function isSequenceCode(code: number): boolean {
  return code === CODE.outOfOrderSequence || code === CODE.unknownProducer || code === CODE.invalidProducerEpoch
}
