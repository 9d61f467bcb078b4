// What changes batches between connector and converter.
import type { RecordBatch } from './batch.js'

export interface Transform {
  /** Never changes its input; null: nothing left. */
  apply(batch: RecordBatch): RecordBatch | null
}
