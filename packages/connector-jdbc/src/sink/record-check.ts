// Which records a configuration can write: what they must have, and what is said of those that do not.
import { DataError, type Schema, type SinkBatch } from '@rowbridge/api'
import { placeOf } from './location.js'

export interface CheckOptions {
  readonly connector: string
  readonly pkMode: string
  readonly isDeleteEnabled: boolean
}

/** Throws a DataError for the first record of the batch that cannot be written. */
export function checkRecords(batch: SinkBatch, options: CheckOptions): void {
  const needsKey = options.pkMode === 'record_key'
  const keyProblem = needsKey ? schemaProblem(batch.key?.schema ?? null, isKeySchema, 'a struct or a primitive') : null
  const valueProblem = schemaProblem(batch.value.schema, isValueSchema, 'a struct or a string')
  const isBare = batch.value.schema === null
  for (let i = 0; i < batch.length; i += 1) {
    const key = batch.key?.values[i] ?? null
    const value = batch.value.values[i] ?? null
    if (needsKey && key === null) throw refusal({ batch, i, options, what: 'has no key' })
    if (keyProblem !== null) throw refusal({ batch, i, options, what: `has a key ${keyProblem}` })
    if (needsKey && Array.isArray(key) && batch.key?.schema === null)
      throw refusal({ batch, i, options, what: 'has a key that is a list' })
    if (value === null && !options.isDeleteEnabled) throw refusal({ batch, i, options, what: 'has no value' })
    if (value !== null && valueProblem !== null)
      throw refusal({ batch, i, options, what: `has a value ${valueProblem}` })
    if (isBare && value !== null && !isObject(value))
      throw refusal({ batch, i, options, what: 'has a value without a schema that is no JSON object' })
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value)

/** Without a schema the values themselves are looked at. */
function schemaProblem(schema: Schema | null, isGood: (schema: Schema) => boolean, wanted: string): string | null {
  if (schema === null || isGood(schema)) return null
  return `of type ${schema.name ?? schema.type}, where ${wanted} is needed`
}

const isKeySchema = (schema: Schema): boolean => schema.type !== 'array' && schema.type !== 'map'
const isValueSchema = (schema: Schema): boolean =>
  schema.type === 'struct' || (schema.type === 'string' && schema.name === null)

function refusal(bad: { batch: SinkBatch; i: number; options: CheckOptions; what: string }): DataError {
  const { batch, i, options, what } = bad
  const settings = `pk.mode=${options.pkMode} and delete.enabled=${options.isDeleteEnabled}`
  const time = batch.timestamps?.[i] ?? null
  const at = `${placeOf(batch, i)}${time === null ? '' : ` (timestamp ${time})`}`
  const message = `Sink connector ${options.connector} with ${settings} cannot write the record at ${at}: it ${what}.`
  return new DataError('unwritable-record', message, { hint: adviceFor(what), index: i })
}

function adviceFor(what: string): string {
  if (what.includes('without a schema')) {
    return 'Use a converter that carries schemas, or have the producer send objects.'
  }
  if (what === 'has no value')
    return 'Set delete.enabled=true with pk.mode=record_key to delete the row, or tombstones=ignore to leave such records out.'
  if (what === 'has no key') return 'Choose pk.mode=record_value or kafka, or have the producer send keys.'
  return 'Have the producer send another type, or change it by a transform.'
}

/** The records that have a value; the same batch where all have. */
export function withoutTombstones(batch: SinkBatch): SinkBatch {
  const kept = [...batch.value.values.keys()].filter((i) => (batch.value.values[i] ?? null) !== null)
  if (kept.length === batch.length) return batch
  const pick = <T>(values: readonly T[]): T[] => kept.map((i) => values[i] as T)
  const { key, value, timestamps, headers } = batch
  return {
    ...batch,
    length: kept.length,
    offsets: pick(batch.offsets),
    key: key === null ? null : { ...key, values: pick(key.values) },
    value: { ...value, values: pick(value.values) },
    timestamps: timestamps === null ? null : pick(timestamps),
    headers: headers === null ? null : pick(headers),
  }
}
