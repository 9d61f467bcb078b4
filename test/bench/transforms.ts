// Transforms on batches against the same transforms record by record: 10,000,000 rows/s are 100 ns a record.
import type { RecordBatch, Transform } from '@rowbridge/api'
import { builtInTransforms } from '@rowbridge/transforms'
import type { Comparison, Outcome, Way } from './measure.js'
import { Checksum, ORDER, orders } from './orders.js'

const BATCH = 500
/** So many rows are gone over again and again. */
const DISTINCT = 2_000
/** Most rows of one run, so that the slowest way stays short. */
const MOST_TURNS = 500
const SETTINGS = { repetitions: 5, warmUp: 2 }

/** Transform and settings by the name of the bench. */
const BENCHES: Readonly<Record<string, readonly [name: string, props: Readonly<Record<string, string>>]>> = {
  'mask-field': ['MaskField$Value', { fields: 'note,amount' }],
  'replace-field': ['ReplaceField$Value', { exclude: 'token', renames: 'id:order_id' }],
  'insert-field': ['InsertField$Value', { 'topic.field': 'topic', 'timestamp.field': 'sent' }],
  'value-to-key': ['ValueToKey', { fields: 'id' }],
  'extract-field': ['ExtractField$Key', { field: 'id' }],
  cast: ['Cast$Value', { spec: 'customer_id:int64,is_paid:int8' }],
  'timestamp-converter': ['TimestampConverter$Value', { field: 'created_at', 'target.type': 'unix' }],
  'set-schema-metadata': ['SetSchemaMetadata$Value', { 'schema.name': 'Order' }],
  'insert-header': ['InsertHeader', { header: 'h', 'value.literal': '1' }],
  'regex-router': ['RegexRouter', { regex: '(.*)', replacement: 'x-$1' }],
}

export const TRANSFORM_BENCHES: Readonly<Record<string, (rows: number) => Promise<Comparison>>> = Object.fromEntries(
  Object.keys(BENCHES).map((name) => [`transform-${name}`, (rows: number) => transformBench(name, rows)]),
)

async function transformBench(name: string, rows: number): Promise<Comparison> {
  const [type, props] = BENCHES[name]!
  const transform = await builtInTransforms.find(({ className }) => className.endsWith(`.${type}`))!.transform(props)
  const values = orders(DISTINCT)
  const whole = batchesOf(values, BATCH)
  const single = batchesOf(values, 1)
  const turns = Math.min(MOST_TURNS, Math.ceil(rows / DISTINCT))
  const ways = [wayOf('batches', transform, whole, turns), wayOf('record by record', transform, single, turns)]
  const expected = outcomeOf(whole.flatMap((batch) => applied(transform, batch)))
  return { name: `transform-${name}`, rows: turns * DISTINCT, ...SETTINGS, expected, ways }
}

function wayOf(name: string, transform: Transform, batches: readonly RecordBatch[], turns: number): Way {
  let last: RecordBatch[] = []
  return {
    name,
    run: () => {
      for (let turn = 0; turn < turns; turn += 1) {
        last = []
        for (const batch of batches) last.push(transform.apply(batch) as RecordBatch)
      }
      return Promise.resolve()
    },
    check: () => Promise.resolve(outcomeOf(last)),
  }
}

function batchesOf(values: readonly (readonly unknown[])[], size: number): RecordBatch[] {
  return Array.from({ length: values.length / size }, (_, i) => {
    const part = values.slice(i * size, (i + 1) * size)
    return {
      topic: 'orders',
      partition: 0,
      length: size,
      key: { schema: ORDER, values: part },
      value: { schema: ORDER, values: part },
      timestamps: part.map(() => 1_700_000_000_000),
      headers: null,
    }
  })
}

function applied(transform: Transform, batch: RecordBatch): readonly RecordBatch[] {
  return [transform.apply(batch) as RecordBatch]
}

function outcomeOf(batches: readonly RecordBatch[]): Outcome {
  const sum = new Checksum()
  for (const { topic, key, value, headers } of batches) {
    value.values.forEach((row, i) => sum.add([topic, key?.values[i], row, headers?.[i]?.length ?? 0].map(text)))
  }
  return sum.outcome()
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? ''
}
