// InsertField: topic, partition, offset, timestamp or a fixed text as further fields.
import {
  DataError,
  defineConfig,
  defineTransform,
  primitive,
  struct,
  timestamp,
  type Change,
  type ConfigKey,
  type RecordBatch,
  type Row,
  type Schema,
} from '@rowbridge/api'
import { structOrMap } from './forms.js'
import { REPLACE_NULL } from './keys.js'
import { kafkaTransform } from './names.js'
import { basicsOf, compileCopy } from './rows.js'

const PURPOSE = 'field insertion'

function fieldKey(what: string) {
  const doc = `Field for ${what}; \`!\` at its end makes it required, \`?\` optional, which it is by default.`
  return { type: 'string', default: null, importance: 'medium', doc } as const satisfies ConfigKey
}

/** What one inserted field is called and where its value comes from. */
interface Insertion {
  readonly name: string
  readonly schema: Schema
  readonly read: (batch: RecordBatch, index: number) => unknown
}

export const insertField = defineTransform(
  kafkaTransform('InsertField'),
  defineConfig(
    {
      'topic.field': fieldKey('the topic'),
      'partition.field': fieldKey('the partition'),
      'offset.field': fieldKey('the offset; for sinks only'),
      'timestamp.field': fieldKey('the timestamp of the record'),
      'static.field': fieldKey('the text of static.value'),
      'static.value': { type: 'string', default: null, importance: 'medium', doc: 'The text for static.field.' },
      ...REPLACE_NULL,
    },
    [
      (config) => {
        const names = ['topic.field', 'partition.field', 'offset.field', 'timestamp.field', 'static.field'] as const
        if (names.every((name) => config[name] === null)) {
          return [{ key: 'topic.field', message: 'No field insertion configured' }]
        }
        if (config['static.field'] === null || config['static.value'] !== null) return []
        const message = `No value specified for static field: ${config['static.field']}`
        return [{ key: 'static.value', message }]
      },
    ],
  ),
  (config) => {
    const text = config['static.value']
    const insertions = [
      insertion(
        config['topic.field'],
        (options) => primitive('string', options),
        ({ topic }) => topic,
      ),
      insertion(
        config['partition.field'],
        (options) => primitive('int32', options),
        ({ partition }) => partition,
      ),
      insertion(config['offset.field'], (options) => primitive('int64', options), offsetOf),
      insertion(config['timestamp.field'], timestamp, ({ timestamps }, i) => timestamps?.[i] ?? null),
      insertion(
        config['static.field'],
        (options) => primitive('string', options),
        () => text,
      ),
    ].filter((each) => each !== null)
    return structOrMap({
      purpose: PURPOSE,
      nulls: 'keep',
      struct: (schema) => structChange(schema, insertions, config['replace.null.with.default']),
      map: (members, i, batch) => {
        const changed: Record<string, unknown> = { ...members }
        for (const { name, read } of insertions) {
          const value = read(batch, i)
          if (value !== null) changed[name] = value
        }
        return changed
      },
    })
  },
)

type SchemaOf = (options: { readonly optional: boolean }) => Schema

function insertion(spec: string | null, schemaOf: SchemaOf, read: Insertion['read']): Insertion | null {
  if (spec === null) return null
  const name = /[?!]$/.test(spec) ? spec.slice(0, -1) : spec
  return { name, schema: schemaOf({ optional: !spec.endsWith('!') }), read }
}

function offsetOf({ offsets }: RecordBatch, index: number): unknown {
  if (offsets !== undefined) return offsets[index]
  const text = 'Only SinkRecord supported for [field insertion], found: org.apache.kafka.connect.source.SourceRecord'
  throw new DataError('no-offset', text, {
    hint: 'A record has an offset only once it is in a topic: remove offset.field.',
  })
}

function structChange(schema: Schema, insertions: readonly Insertion[], replacesNull: boolean): Change {
  const twice = insertions.find(({ name }) => schema.fields.some((field) => field.name === name))
  if (twice !== undefined) {
    const text = `Cannot create field because of field name duplication ${twice.name}`
    throw new DataError('field-exists', text, { hint: 'Insert it under another name.' })
  }
  const copyOf = compileCopy(schema, replacesNull)
  return {
    schema: struct([...schema.fields, ...insertions], basicsOf(schema)),
    row: (row: Row, i, batch) => {
      const copy = copyOf(row)
      for (const { read } of insertions) copy.push(read(batch, i))
      return copy
    },
  }
}
