// A compacted log of keyed JSON, in memory, in a file or in a topic: config, offsets and status are folds over one, so
// that standalone and distributed differ in the log alone.
import type { Json } from '@rowbridge/api'

/** Null removes the key. */
export type LogRecord = readonly [key: string, value: Json | null]

export interface RecordLog {
  /** Tells every record there is and then every one that is appended; called once, before anything else. */
  follow(each: (key: string, value: Json | null) => void): Promise<void>
  /** Resolves when the records are durable and have been told; all of them stand, or none where the log allows it. */
  append(records: readonly LogRecord[]): Promise<void>
  /** Resolves when everything that others appended so far has been told. */
  readToEnd(): Promise<void>
  close(): Promise<void>
}

/** A state kept up with its log. */
export interface Fold<S> {
  readonly state: S
  append(records: readonly LogRecord[]): Promise<void>
  readToEnd(): Promise<void>
  close(): Promise<void>
}

/** Follows a log; `apply` changes the state by one record. */
export async function fold<S>(
  log: RecordLog,
  state: S,
  apply: (state: S, key: string, value: Json | null) => void,
): Promise<Fold<S>> {
  await log.follow((key, value) => apply(state, key, value))
  return {
    state,
    append: (records) => log.append(records),
    readToEnd: () => log.readToEnd(),
    close: () => log.close(),
  }
}
