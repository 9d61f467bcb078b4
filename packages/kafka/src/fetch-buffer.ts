// What was fetched of one partition and not yet handed out: record batches, decoded one after the other as they are asked for.
import { sliceColumn } from '@rowbridge/api'
import type { FetchedBatch } from './port.js'
import { readBatchHeader, readRecords, type Records } from './record-batch-reader.js'
import type { FetchedPartition } from './requests.js'

export class FetchBuffer {
  readonly #from: FetchedPartition
  readonly #aborted: { producer: bigint; offset: number }[]
  readonly #open = new Set<bigint>()
  #at = 0
  #records: Records | null = null
  #next = 0
  /** The next offset to hand out; passes what holds no records for us. */
  position: number

  constructor(from: FetchedPartition, position: number) {
    this.#from = from
    this.#aborted = from.aborted.toSorted((one, other) => one.offset - other.offset)
    this.position = position
  }

  /** At most `max` records, of one record batch; null when nothing is left. */
  take(max: number): FetchedBatch | null {
    while (this.#records === null) if (!this.#decode()) return null
    const records = this.#records
    const [from, to] = [this.#next, Math.min(this.#next + max, records.length)]
    this.#next = to
    this.position = (records.offsets[to - 1] ?? 0) + 1
    if (to === records.length) this.#records = null
    const { topic, partition, highWatermark } = this.#from
    const part = from === 0 && to === records.length ? records : slice(records, from, to)
    return { topic, partition, endOffset: highWatermark, ...part }
  }

  /** Goes on to the next record batch; false at the end. */
  #decode(): boolean {
    const { bytes, topic, partition } = this.#from
    const where = `${topic}-${partition}`
    const header = readBatchHeader(bytes, this.#at, where)
    if (header === null) return false
    const isWanted = header.lastOffset >= this.position && !this.#isAborted(header)
    const records = isWanted ? readRecords(bytes, this.#at, header, { from: this.position, where }) : null
    this.#at += header.size
    this.#next = 0
    if (records !== null && records.length > 0) this.#records = records
    else this.position = Math.max(this.position, header.lastOffset + 1)
    return true
  }

  #isAborted(header: {
    readonly isControl: boolean
    readonly producerId: bigint
    readonly lastOffset: number
  }): boolean {
    for (let next = this.#aborted[0]; next !== undefined && next.offset <= header.lastOffset; next = this.#aborted[0]) {
      this.#open.add(next.producer)
      this.#aborted.shift()
    }
    if (header.isControl) this.#open.delete(header.producerId)
    return this.#open.has(header.producerId)
  }
}

function slice(records: Records, from: number, to: number): Records {
  return {
    length: to - from,
    offsets: records.offsets.slice(from, to),
    timestamps: records.timestamps.slice(from, to),
    keys: sliceColumn(records.keys, from, to),
    values: sliceColumn(records.values, from, to),
    headers: records.headers?.slice(from, to) ?? null,
  }
}
