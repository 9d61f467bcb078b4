// What changes batches between connector and converter, and what says which records a change is for.
import type { RecordBatch } from './batch.js'

export interface Transform {
  /**
   * The records as they go on, in their order: one batch, several where topics or schemas part, null where none is left.
   * Never changes its input; gives `{ ...batch, … }`, so that what the batch carries besides stays with the records.
   * Throws DataError with the index of the first record that cannot be changed.
   *
   * @example
   * const lowerCase: Transform = { apply: (batch) => ({ ...batch, topic: batch.topic.toLowerCase() }) }
   */
  apply<B extends RecordBatch>(batch: B): B | readonly B[] | null
}

export interface Predicate {
  /**
   * One answer for all records, or one for each.
   *
   * @example
   * const isAudit: Predicate = { test: (batch) => batch.topic.startsWith('audit.') }
   */
  test(batch: RecordBatch): boolean | readonly boolean[]
}
