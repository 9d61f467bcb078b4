// What holds for every transform: a batch goes the way its records go one by one, and its input stays as it was. Seeded, so
// that a failure comes again.
import {
  primitive,
  sliceBatch,
  struct,
  timestamp,
  type RecordBatch,
  type Schema,
  type SinkBatch,
  type Transform,
} from '@rowbridge/api'
import { expect, test } from 'vitest'
import { builtInTransforms } from './plugins.js'

type Random = (below: number) => number

function randomOf(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return Math.floor(((state >>> 0) / 2 ** 32) * below)
  }
}

const TEXT = primitive('string', { optional: true })
const INNER = struct([{ name: 'x', schema: TEXT }], { optional: true })
const ROW = struct(
  [
    { name: 'id', schema: primitive('int64') },
    { name: 'text', schema: TEXT },
    { name: 'dflt', schema: primitive('string', { optional: true, default: 'anon' }) },
    { name: 'ts', schema: timestamp({ optional: true }) },
    { name: 'in', schema: INNER },
  ],
  { optional: true, name: 'Row' },
)
const KEY = struct([{ name: 'id', schema: primitive('int64') }], { optional: true })
const ENVELOPE = struct(
  [
    { name: 'before', schema: ROW },
    { name: 'after', schema: ROW },
    { name: 'op', schema: primitive('string') },
    { name: 'source', schema: struct([{ name: 'table', schema: primitive('string') }]) },
  ],
  { name: 'a.Envelope', optional: true },
)

function rowOf(random: Random): readonly unknown[] {
  const text = random(3) === 0 ? null : `text ${random(5)}`
  return [
    random(100),
    text,
    random(2) === 0 ? null : 'set',
    random(4) === 0 ? null : random(1e6) * 1e6,
    random(2) === 0 ? null : [text],
  ]
}

function valueOf(random: Random, schema: Schema | null): unknown {
  if (random(5) === 0) return null
  if (schema === ROW) return rowOf(random)
  if (schema === null) return { id: random(100), text: `text ${random(5)}`, in: { x: 'X' }, ts: random(1e6) }
  const [before, after] = [random(2) === 0 ? null : rowOf(random), random(2) === 0 ? null : rowOf(random)]
  return [before, after, 'c', ['orders']]
}

function batchOf(random: Random, schema: Schema | null): SinkBatch {
  const length = 1 + random(12)
  const each = <T>(make: (i: number) => T) => Array.from({ length }, (_, i) => make(i))
  return {
    topic: 'orders',
    partition: 1,
    length,
    key: random(4) === 0 ? null : { schema: KEY, values: each(() => (random(4) === 0 ? null : [random(100)])) },
    value: { schema, values: each(() => valueOf(random, schema)) },
    timestamps: each(() => random(4) * 86_400_000),
    headers: random(2) === 0 ? null : each((i) => (random(2) === 0 ? [] : [{ key: 'h', schema: TEXT, value: `${i}` }])),
    offsets: each((i) => 10 + i),
  }
}

const SETTINGS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['Cast$Value', { spec: 'id:string,text:boolean' }],
  ['Cast$Key', { spec: 'id:int8' }],
  ['DropHeaders', { headers: 'h' }],
  ['ExtractField$Value', { field: 'id' }],
  ['ExtractField$Key', { field: 'id' }],
  ['Filter', {}],
  ['Flatten$Value', {}],
  ['HeaderFrom$Value', { fields: 'id,text', headers: 'a,b', operation: 'move' }],
  ['HeaderFrom$Key', { fields: 'id', headers: 'a', operation: 'copy' }],
  ['HoistField$Value', { field: 'w' }],
  ['InsertField$Value', { 'topic.field': 't', 'offset.field': 'o', 'timestamp.field': 'when' }],
  ['InsertHeader', { header: 'x', 'value.literal': '1' }],
  ['MaskField$Value', { fields: 'id,text' }],
  ['RegexRouter', { regex: 'o(.*)', replacement: '$1' }],
  ['ReplaceField$Value', { exclude: 'text', renames: 'id:number' }],
  ['SetSchemaMetadata$Value', { 'schema.name': 'N' }],
  ['TimestampConverter$Value', { field: 'ts', 'target.type': 'string', format: 'yyyy-MM-dd' }],
  ['TimestampRouter', {}],
  ['ValueToKey', { fields: 'id' }],
  [
    'ExtractNewRecordState',
    { 'add.fields': 'op,table', 'add.headers': 'op', 'delete.tombstone.handling.mode': 'rewrite' },
  ],
  ['ExtractNewRecordState', { 'drop.tombstones': 'false', 'delete.handling.mode': 'none', 'route.by.field': 'text' }],
]

const cases = SETTINGS.flatMap(([name, props]) =>
  [ROW, null, ENVELOPE].map((schema) => ({ name, props, schema, of: schema?.name ?? 'maps' })),
)

test.each(cases)('$name of $of does to a batch what it does to its records', async ({ name, props, schema }) => {
  const plugin = builtInTransforms.find(({ className }) => className.endsWith(`.${name}`))!
  const [whole, single] = [await plugin.transform(props), await plugin.transform(props)]
  const random = randomOf(7)
  for (let round = 0; round < 60; round += 1) {
    const batch = batchOf(random, schema)
    const before = structuredClone(batch.value.values)
    expect(recordsOf(whole, [batch])).toEqual(recordsOf(single, singles(batch)))
    expect(batch.value.values).toEqual(before)
  }
})

const singles = (batch: SinkBatch) => Array.from({ length: batch.length }, (_, i) => sliceBatch(batch, i, i + 1))

/** What comes out, record by record, up to the first that fails. */
function recordsOf(transform: Transform, batches: readonly SinkBatch[]): readonly unknown[] {
  const records: unknown[] = []
  for (const batch of batches) {
    try {
      const result = transform.apply(batch)
      const all = result === null ? [] : Array.isArray(result) ? (result as SinkBatch[]) : [result as SinkBatch]
      for (const each of all) records.push(...singles(each).map(told))
    } catch (error) {
      const index = (error as { index: number }).index
      const elder = index > 0 ? recordsOf(transform, [sliceBatch(batch, 0, index)]) : []
      return [...records, ...elder, (error as Error).message]
    }
  }
  return records
}

function told({ topic, key, value, headers, offsets, timestamps }: RecordBatch) {
  const keyValue = key?.values[0] ?? null
  const keySchema = key?.schema ?? null
  return {
    topic,
    key: keyValue,
    keySchema,
    value: value.values[0],
    schema: value.schema,
    headers: headers?.[0] ?? [],
    offsets,
    timestamps,
  }
}
