// Sends batches to the embedded log: rows to partitions, partitions to record batches, one append each.
import { DataError, StateError } from '@rowbridge/api'
import { codecOf, type Codec } from '../compression.js'
import { rowsByPartition } from '../partitioner.js'
import type { ProduceBatch, Producer, ProducerOptions } from '../port.js'
import { recordBound, writeRecordBatch } from '../record-batch.js'
import type { Broker } from './broker.js'
import { numberProp } from '../network-config.js'

/** A record batch ends when it would grow beyond this before compression: what a reader decodes at once. */
const BATCH_BYTES = 1 << 20
/** One append takes no more, so that no message over the socket is larger than it has to be. */
const APPEND_BYTES = 8 << 20
/** There is no broker to protect here: sixteen times what a Java producer sends by default. */
const MAX_RECORD_BYTES = 16 << 20

export class EmbeddedProducer implements Producer {
  readonly #broker: Broker
  readonly #codec: Codec
  readonly #maxRecord: number
  readonly #open = new Set<Promise<unknown>>()
  #order: Promise<unknown> = Promise.resolve()
  #turn = 0
  #isClosed = false
  readonly #closed: () => void

  constructor(broker: Broker, options: ProducerOptions, closed: () => void) {
    this.#broker = broker
    this.#closed = closed
    const props = options.props ?? {}
    this.#codec = codecOf(props['compression.type'] ?? 'lz4')
    this.#maxRecord = numberProp(props, 'max.request.size', MAX_RECORD_BYTES, 1)
  }

  send(batch: ProduceBatch): Promise<void> {
    if (this.#isClosed) return Promise.reject(new StateError('producer-closed', 'The producer is closed'))
    if (batch.length === 0) return Promise.resolve()
    // Appends begin in the order of the calls, whatever the look-up of the topic takes; they end side by side.
    const begun = this.#order.then(() => this.#begin(batch))
    this.#order = begun.catch(() => undefined)
    const sent = begun.then(({ appends }) => Promise.all(appends)).then(() => undefined)
    const open = sent.catch(() => undefined).finally(() => this.#open.delete(open))
    this.#open.add(open)
    return sent
  }

  async close(timeoutMs = 30_000): Promise<void> {
    this.#isClosed = true
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs)
    })
    await Promise.race([Promise.all(this.#open), late])
    clearTimeout(timer)
    this.#closed()
  }

  async #begin(batch: ProduceBatch): Promise<{ readonly appends: readonly Promise<number>[] }> {
    checkSizes(batch, this.#maxRecord)
    const { partitions } = await this.#broker.demand(batch.topic)
    const appends: Promise<number>[] = []
    for (const [partition, rows] of this.#rowsOf(batch, partitions)) {
      for (const bytes of this.#encoded(batch, rows)) {
        const append = this.#broker.append({ topic: batch.topic, partition }, bytes)
        append.catch(() => undefined)
        appends.push(append)
      }
    }
    return { appends }
  }

  /** Null stands for all rows. */
  #rowsOf(batch: ProduceBatch, partitions: number): Iterable<readonly [number, Int32Array | null]> {
    if (batch.partition !== null) return [[batch.partition, null]]
    const keyless = this.#turn++ % partitions
    if (batch.keys === null) return [[keyless, null]]
    return partitions === 1 ? [[0, null]] : rowsByPartition(batch.keys, partitions, keyless)
  }

  #encoded(batch: ProduceBatch, rows: Int32Array | null): Buffer[] {
    const length = rows === null ? batch.length : rows.length
    const options = { codec: this.#codec, now: Date.now() }
    const appends: Buffer[] = []
    let parts: Buffer[] = []
    let total = 0
    for (let from = 0; from < length;) {
      const to = batchEnd(batch, rows, from, length)
      const part = writeRecordBatch({ batch, rows, from, to }, options)
      if (parts.length > 0 && total + part.length > APPEND_BYTES) {
        appends.push(Buffer.concat(parts))
        parts = []
        total = 0
      }
      parts.push(part)
      total += part.length
      from = to
    }
    appends.push(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts))
    return appends
  }
}

function batchEnd(batch: ProduceBatch, rows: Int32Array | null, from: number, length: number): number {
  let size = 0
  for (let n = from; n < length; n++) {
    size += recordBound(batch, rows === null ? n : (rows[n] ?? 0))
    if (size > BATCH_BYTES && n > from) return n
  }
  return length
}

function checkSizes(batch: ProduceBatch, max: number): void {
  for (let index = 0; index < batch.length; index++) {
    const size = recordBound(batch, index)
    if (size <= max) continue
    throw new DataError('record-too-large', `${batch.topic}: a record of ${size} bytes is larger than ${max}`, {
      index,
      hint: 'Raise max.request.size of the producer, or make the record smaller.',
    })
  }
}
