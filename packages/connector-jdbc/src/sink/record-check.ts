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
  for (let i = 0; i < batch.length; i += 1) {
    const hasKey = batch.key !== null && (batch.key.values[i] ?? null) !== null
    const hasValue = (batch.value.values[i] ?? null) !== null
    if (needsKey && !hasKey) throw refusal({ batch, i, options, what: 'has no key' })
    if (keyProblem !== null) throw refusal({ batch, i, options, what: `has a key ${keyProblem}` })
    if (!hasValue && !options.isDeleteEnabled) throw refusal({ batch, i, options, what: 'has no value' })
    if (hasValue && valueProblem !== null) throw refusal({ batch, i, options, what: `has a value ${valueProblem}` })
  }
}

function schemaProblem(schema: Schema | null, isGood: (schema: Schema) => boolean, wanted: string): string | null {
  if (schema === null) return 'without a schema'
  return isGood(schema) ? null : `of type ${schema.type}, where ${wanted} is needed`
}

const isKeySchema = (schema: Schema): boolean => schema.type !== 'array' && schema.type !== 'map'
const isValueSchema = (schema: Schema): boolean =>
  schema.type === 'struct' || (schema.type === 'string' && schema.name === null)

function refusal(bad: { batch: SinkBatch; i: number; options: CheckOptions; what: string }): DataError {
  const { batch, i, options, what } = bad
  const settings = `pk.mode=${options.pkMode} and delete.enabled=${options.isDeleteEnabled}`
  const message = `Sink connector ${options.connector} with ${settings} cannot write the record at ${placeOf(batch, i)}: it ${what}.`
  return new DataError('unwritable-record', message, { hint: adviceFor(what), index: i })
}

function adviceFor(what: string): string {
  if (what.includes('without a schema')) {
    return 'Use a converter that carries schemas, such as JsonConverter with schemas.enable=true on both ends.'
  }
  if (what === 'has no value')
    return 'Set delete.enabled=true with pk.mode=record_key to delete the row, or drop such records before.'
  if (what === 'has no key') return 'Choose pk.mode=record_value or kafka, or have the producer send keys.'
  return 'Have the producer send another type, or change it by a transform.'
}
