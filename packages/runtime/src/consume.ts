// Fetched bytes as batches for a sink: one key schema and one value schema each.
import {
  sliceColumn,
  type ByteColumn,
  type Decoder,
  type HeaderConverter,
  type SchemaAndValues,
  type SinkBatch,
} from '@rowbridge/api'
import type { FetchedBatch } from '@rowbridge/kafka'
import { decodeHeaders } from './headers.js'
import type { Side } from './tolerance.js'

export interface DecodeParts {
  readonly keys: Decoder
  readonly values: Decoder
  readonly headers: HeaderConverter
  /** Set to the side at work, so that an error can say whose it is. */
  readonly stage: { side: Side }
}

/** The records `from … to` decoded. Throws DataError with the index of the first bad one, counted from `from`. */
export async function decodeBatch(
  fetched: FetchedBatch,
  from: number,
  to: number,
  { keys, values, headers: converter, stage }: DecodeParts,
): Promise<readonly SinkBatch[]> {
  stage.side = 'key'
  const keyRuns = await keys.decode(sliceColumn(fetched.keys, from, to))
  stage.side = 'value'
  const valueRuns = await values.decode(sliceColumn(fetched.values, from, to))
  stage.side = 'header'
  const raw = fetched.headers?.slice(from, to) ?? null
  const headers = raw === null ? null : await decodeHeaders(converter, fetched.topic, raw)
  const batches: SinkBatch[] = []
  const key = runReader(keyRuns)
  const value = runReader(valueRuns)
  for (let at = from; at < to;) {
    const length = Math.min(key.left(), value.left(), to - at)
    const keyPart = key.take(length)
    batches.push({
      topic: fetched.topic,
      partition: fetched.partition,
      length,
      key: isAbsent(keyPart) ? null : keyPart,
      value: value.take(length),
      timestamps: fetched.timestamps.slice(at, at + length),
      headers: headers?.slice(at - from, at - from + length) ?? null,
      offsets: fetched.offsets.slice(at, at + length),
    })
    at += length
  }
  return batches
}

function sliceValues({ schema, values }: SchemaAndValues, from: number, to: number): SchemaAndValues {
  return { schema, values: values.slice(from, to) }
}

/** Bytes of keys and values. */
export function sizeOf({ keys, values }: FetchedBatch): number {
  return sizeOfColumn(keys) + sizeOfColumn(values)
}

function sizeOfColumn({ length, starts, ends }: ByteColumn): number {
  let size = 0
  for (let i = 0; i < length; i += 1) {
    const start = starts[i] ?? -1
    if (start >= 0) size += (ends[i] ?? 0) - start
  }
  return size
}

/** Takes stretches out of runs; a stretch never goes over the end of a run. */
function runReader(runs: readonly SchemaAndValues[]) {
  let run = 0
  let at = 0
  const current = () => {
    while (run < runs.length && at >= (runs[run]?.values.length ?? 0)) {
      run += 1
      at = 0
    }
    const found = runs[run]
    if (found === undefined) throw new RangeError('A decoder returned fewer values than it was given')
    return found
  }
  return {
    left: () => current().values.length - at,
    take: (length: number): SchemaAndValues => {
      const found = current()
      at += length
      return at === length && length === found.values.length ? found : sliceValues(found, at - length, at)
    },
  }
}

function isAbsent({ values }: SchemaAndValues): boolean {
  return values.every((value) => value === null)
}

/** `topic-partition@offset`, or the offsets from first to last. */
export function rangeOf(batch: Pick<SinkBatch, 'topic' | 'partition' | 'offsets'>): string {
  const first = batch.offsets[0]
  const last = batch.offsets.at(-1)
  return `${batch.topic}-${batch.partition}@${first}${last === first ? '' : `..${last}`}`
}
