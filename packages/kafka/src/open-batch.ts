// A record batch on its way to a partition, and how a caller's batch becomes such batches that fit into one request.
import { DataError } from '@rowbridge/api'
import type { Codec } from './compression.js'
import { recordBound, writeRecordBatch, type ProducerStamp, type RecordRange } from './record-batch.js'

/** What a caller of `send` waits for: all of its record batches, also when one fails. */
export class Tally {
  readonly settled: Promise<void>
  #open: number
  #error: unknown = null
  #resolve: () => void = () => undefined
  #reject: (error: unknown) => void = () => undefined

  constructor(open: number) {
    this.#open = open
    this.settled = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** A batch became two. */
  more(): void {
    this.#open++
  }

  done(error: unknown = null): void {
    this.#error ??= error
    if (--this.#open > 0) return
    if (this.#error === null) this.#resolve()
    else this.#reject(this.#error)
  }
}

export interface OpenBatch {
  readonly range: RecordRange
  readonly bytes: Buffer
  readonly bornAt: number
  readonly tally: Tally
  /** Null: not sent under the present producer id. */
  stamp: ProducerStamp | null
  wasSent: boolean
  isInFlight: boolean
}

export interface EncodeLimits {
  readonly codec: Codec
  /** Largest finished record batch. */
  readonly maxBytes: number
}

/** Makes record batches; learns how much may go into one so that it fits after compression. */
export class BatchEncoder {
  readonly #limits: EncodeLimits
  #plainMax: number

  constructor(limits: EncodeLimits) {
    this.#limits = limits
    this.#plainMax = limits.codec === 'none' ? limits.maxBytes : limits.maxBytes * 4
  }

  /** The finished batches of a range, each within the limit; a record that cannot fit is a DataError that names `where`. */
  encode(range: RecordRange, where: string): { range: RecordRange; bytes: Buffer }[] {
    return cut(range, this.#plainMax).flatMap((part) => this.#fit(part, where))
  }

  #fit(range: RecordRange, where: string): { range: RecordRange; bytes: Buffer }[] {
    const bytes = writeRecordBatch(range, { codec: this.#limits.codec, now: Date.now() })
    if (bytes.length <= this.#limits.maxBytes) return [{ range, bytes }]
    if (range.to - range.from === 1)
      throw tooLarge(range, bytes.length, `${where} (max.request.size ${this.#limits.maxBytes})`)
    this.#plainMax = Math.max(this.#limits.maxBytes, this.#plainMax / 2)
    return halves(range).flatMap((half) => this.#fit(half, where))
  }
}

export function halves(range: RecordRange): [RecordRange, RecordRange] {
  const middle = (range.from + range.to) >>> 1
  return [
    { ...range, to: middle },
    { ...range, from: middle },
  ]
}

export function tooLarge(range: RecordRange, size: number, where: string): DataError {
  const index = range.rows?.[range.from] ?? range.from
  return new DataError('record-too-large', `${where}: a record of ${size} bytes is too large`, {
    index,
    hint: 'Raise max.request.size of the producer and max.message.bytes of the topic, or make the record smaller.',
  })
}

function cut(range: RecordRange, maxBytes: number): RecordRange[] {
  const parts: RecordRange[] = []
  let from = range.from
  let size = 61
  for (let n = range.from; n < range.to; n++) {
    const bound = recordBound(range.batch, range.rows?.[n] ?? n)
    if (n > from && size + bound > maxBytes) {
      parts.push({ ...range, from, to: n })
      from = n
      size = 61
    }
    size += bound
  }
  parts.push({ ...range, from })
  return parts
}
