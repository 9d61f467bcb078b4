// Where a record of a put is: for messages, which name its topic, partition and offset.
import { retold, type DataError, type SinkBatch } from '@rowbridge/api'

/** `topic-partition@offset` of record i of a batch. */
export function placeOf(batch: SinkBatch, i: number): string {
  return `${batch.topic}-${batch.partition}@${batch.offsets[i] ?? '?'}`
}

/** Records of a put counted through, batch after batch. */
export class Records {
  readonly batches: readonly SinkBatch[]
  readonly starts: readonly number[]
  readonly length: number

  constructor(batches: readonly SinkBatch[]) {
    let length = 0
    this.batches = batches
    this.starts = batches.map((batch) => {
      const start = length
      length += batch.length
      return start
    })
    this.length = length
  }

  place(record: number): string {
    const at = this.starts.findLastIndex((start) => start <= record)
    const batch = this.batches[at]
    return batch === undefined ? `record ${record}` : placeOf(batch, record - (this.starts[at] ?? 0))
  }

  /** The same error, told where it happened. `record` is null where the database did not say which one it was. */
  located(error: DataError, record: number | null): DataError {
    const known = record ?? (this.length === 1 ? 0 : null)
    const place = known === null ? this.#range() : this.place(known)
    const index = this.batches.length === 1 ? known : null
    return retold(error, { message: `${place}: ${error.message}`, cause: error, index })
  }

  #range(): string {
    return `One of ${this.length} records from ${this.place(0)} to ${this.place(this.length - 1)}`
  }
}
