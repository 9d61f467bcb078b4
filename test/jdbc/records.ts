// Batches of records for tests of the sink.
import { primitive, rowOf, struct, type RecordBatch, type Schema } from '@rowbridge/api'

export const INT = primitive('int32')
export const TEXT = primitive('string', { optional: true })

/** A struct of optional fields but for `id`. */
export function valueSchema(fields: Readonly<Record<string, Schema>>, name = 'value'): Schema {
  return struct(
    Object.entries(fields).map(([field, schema]) => ({ name: field, schema })),
    { name },
  )
}

export const PERSON = valueSchema({ id: INT, name: TEXT })

type Values = Readonly<Record<string, unknown>>

/** Records with a primitive key; a value of null is a tombstone. */
export function keyed(
  topic: string,
  entries: readonly (readonly [unknown, Values | null])[],
  options: BatchOptions = {},
): RecordBatch {
  const { key = INT, value = PERSON } = options
  const rows = entries.map(([, values]) => (values === null ? null : rowOf(value, values)))
  return { ...plain(topic, value, rows), key: { schema: key, values: entries.map(([of]) => of) } }
}

interface BatchOptions {
  readonly key?: Schema
  readonly value?: Schema
}

/** Records without keys. */
export function unkeyed(topic: string, values: readonly Values[], schema = PERSON): RecordBatch {
  return plain(
    topic,
    schema,
    values.map((value) => rowOf(schema, value)),
  )
}

export function plain(topic: string, schema: Schema | null, values: readonly unknown[]): RecordBatch {
  return {
    topic,
    partition: null,
    length: values.length,
    key: null,
    value: { schema, values },
    timestamps: null,
    headers: null,
  }
}
