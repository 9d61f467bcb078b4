// What a consumer holds of one partition: where it reads on, and bytes that were fetched and not yet handed out.
import { sliceColumn, type TopicPartition } from '@rowbridge/api'
import type { FetchedBatch } from '../port.js'
import { readBatchHeader, readRecords, type Records } from '../record-batch-reader.js'
import type { FetchedBytes } from './broker.js'

const EMPTY = Buffer.alloc(0)

export class FetchedPartition {
  readonly at: TopicPartition
  isPaused = false
  #position: number
  #bytes: Buffer = EMPTY
  #place = 0
  #endOffset = 0
  /** The batch that is being handed out, from its record `#next` on. */
  #records: Records | null = null
  #next = 0

  constructor(at: TopicPartition, position: number) {
    this.at = at
    this.#position = position
  }

  /** The offset of the record that is handed out next. */
  get position(): number {
    return this.#position
  }

  get hasRecords(): boolean {
    return this.#records !== null || this.#place < this.#bytes.length
  }

  seek(offset: number): void {
    this.#position = offset
    this.#bytes = EMPTY
    this.#place = 0
    this.#records = null
  }

  /** Takes what was fetched from its position. */
  fill(fetched: FetchedBytes): void {
    this.#bytes = fetched.bytes
    this.#place = 0
    this.#endOffset = fetched.endOffset
  }

  /** The next records, at most `limit`, of one record batch; null when all are handed out. */
  take(limit: number): FetchedBatch | null {
    while (this.#records === null) {
      if (!this.#decode()) return null
    }
    const { offsets, timestamps, keys, values, headers, length } = this.#records
    const from = this.#next
    const to = Math.min(length, from + limit)
    const isWhole = from === 0 && to === length
    this.#position = (offsets[to - 1] ?? 0) + 1
    this.#next = to
    if (to === length) this.#records = null
    return {
      ...this.at,
      length: to - from,
      offsets: isWhole ? offsets : offsets.slice(from, to),
      timestamps: isWhole ? timestamps : timestamps.slice(from, to),
      keys: isWhole ? keys : sliceColumn(keys, from, to),
      values: isWhole ? values : sliceColumn(values, from, to),
      headers: headers === null || isWhole ? headers : headers.slice(from, to),
      endOffset: this.#endOffset,
    }
  }

  /** Decodes the next batch that reaches the position; false when there is none. */
  #decode(): boolean {
    const { topic, partition } = this.at
    const where = `${topic}-${partition}`
    while (this.#place < this.#bytes.length) {
      const header = readBatchHeader(this.#bytes, this.#place, where)
      if (header === null) break
      const options = { from: this.#position, where, checksum: false }
      const records = readRecords(this.#bytes, this.#place, header, options)
      this.#place += header.size
      if (records.length === 0) {
        this.#position = Math.max(this.#position, header.lastOffset + 1)
        continue
      }
      this.#records = records
      this.#next = 0
      return true
    }
    this.#bytes = EMPTY
    this.#place = 0
    return false
  }
}
