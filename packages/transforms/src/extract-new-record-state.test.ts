import { primitive, struct, type SinkBatch, type Transform } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { extractNewRecordState } from './extract-new-record-state.js'

const TEXT = primitive('string', { optional: true })
const ROW = struct(
  [
    { name: 'id', schema: primitive('int32') },
    { name: 'name', schema: TEXT },
  ],
  { name: 's.Value', optional: true },
)
const SOURCE = struct([
  { name: 'table', schema: primitive('string') },
  { name: 'ts_ms', schema: primitive('int64') },
])
const TRANSACTION = struct([{ name: 'id', schema: primitive('string') }], { optional: true })
const EVENT = struct(
  [
    { name: 'before', schema: ROW },
    { name: 'after', schema: ROW },
    { name: 'source', schema: SOURCE },
    { name: 'transaction', schema: TRANSACTION },
    { name: 'op', schema: primitive('string') },
    { name: 'ts_ms', schema: primitive('int64', { optional: true }) },
  ],
  { name: 's.Envelope' },
)

const created = [null, [1, 'a'], ['orders', 5], null, 'c', 9]
const deleted = [[1, 'a'], null, ['orders', 6], null, 'd', 10]
const truncated = [null, null, ['orders', 7], null, 't', 11]

function batchOf(values: readonly unknown[], headers: SinkBatch['headers'] = null): SinkBatch {
  return {
    topic: 't',
    partition: 0,
    length: values.length,
    key: null,
    value: { schema: EVENT, values },
    timestamps: null,
    headers,
    offsets: values.map((_, i) => i),
  }
}

const tombstone: SinkBatch = { ...batchOf([null]), value: { schema: null, values: [null] } }

function outcome(transform: Transform, batch: SinkBatch): SinkBatch[] {
  const result = transform.apply(batch)
  return result === null ? [] : Array.isArray(result) ? (result as SinkBatch[]) : [result as SinkBatch]
}

const told = (batches: readonly SinkBatch[]) =>
  batches.flatMap(({ value, offsets }) =>
    value.values.map((row, i) => [offsets[i], value.schema?.fields.map(({ name }) => name).join() ?? null, row]),
  )

test.each<readonly [Readonly<Record<string, string>>, readonly unknown[], readonly unknown[]]>([
  [{}, [[1, 'id,name', null]], []],
  [{ 'delete.tombstone.handling.mode': 'drop' }, [], []],
  [{ 'delete.tombstone.handling.mode': 'tombstone' }, [[1, 'id,name', null]], []],
  [{ 'delete.tombstone.handling.mode': 'rewrite' }, [[1, 'id,name,__deleted', [1, 'a', 'true']]], []],
  [
    { 'delete.tombstone.handling.mode': 'rewrite-with-tombstone' },
    [[1, 'id,name,__deleted', [1, 'a', 'true']]],
    [[0, null, null]],
  ],
  [{ 'delete.tombstone.handling.mode': 'delete-to-tombstone' }, [[1, null, null]], []],
  [{ 'drop.tombstones': 'true' }, [], []],
  [{ 'drop.tombstones': 'false' }, [], [[0, null, null]]],
  [{ 'delete.handling.mode': 'none' }, [[1, 'id,name', null]], []],
  [
    { 'delete.handling.mode': 'rewrite', 'drop.tombstones': 'false' },
    [[1, 'id,name,__deleted', [1, 'a', 'true']]],
    [[0, null, null]],
  ],
])('with %j a deletion and its tombstone become what the mode says', async (props, ofDelete, ofTombstone) => {
  const transform = await extractNewRecordState.transform(props)
  const rest = told(outcome(transform, batchOf([created, deleted, truncated]))).slice(1)

  expect(rest).toEqual(ofDelete)
  expect(told(outcome(transform, tombstone))).toEqual(ofTombstone)
})

test('a row gets what of the event is asked for, under names of its place', async () => {
  const transform = await extractNewRecordState.transform({
    'add.fields': 'op,table,source.ts_ms,ts_ms,transaction.id,nothing,table:tbl',
    'delete.tombstone.handling.mode': 'rewrite',
  })
  expect(told(outcome(transform, batchOf([created])))).toEqual([
    [
      0,
      'id,name,__deleted,__op,__table,__source_ts_ms,__ts_ms,__transaction_id,__tbl',
      [1, 'a', 'false', 'c', 'orders', 5, 9, null, 'orders'],
    ],
  ])
})

test('headers are added, also to a tombstone, which tells op alone', async () => {
  const transform = await extractNewRecordState.transform({
    'add.headers': 'op,table',
    'add.headers.prefix': 'x-',
    'drop.tombstones': 'false',
  })
  const headers = (batch: SinkBatch) =>
    outcome(transform, batch)[0]?.headers?.[0]?.map(({ key, value }) => [key, value])

  expect(headers(batchOf([created]))).toEqual([
    ['x-op', 'c'],
    ['x-table', 'orders'],
  ])
  expect(headers(tombstone)).toEqual([['x-op', 'd']])
})

test('a column names the topic, of the old row where there is no new one', async () => {
  const transform = await extractNewRecordState.transform({ 'route.by.field': 'name' })
  const batches = outcome(transform, batchOf([created, [null, [2, 'b'], ['orders', 5], null, 'c', 9], deleted]))
  expect(batches.map(({ topic, offsets }) => [topic, ...offsets])).toEqual([
    ['a', 0],
    ['b', 1],
    ['a', 2],
  ])
})

test('a header lists fields that are left out, where readers of the schema can do without them', async () => {
  const transform = await extractNewRecordState.transform({ 'drop.fields.header.name': 'drop' })
  const drop = [{ key: 'drop', schema: null, value: ['id', 'name'] }]
  expect(told(outcome(transform, batchOf([created, created], [drop, []])))).toEqual([
    [0, 'id', [1]],
    [1, 'id,name', [1, 'a']],
  ])
})

test('what is no change event passes as it is', async () => {
  const transform = await extractNewRecordState.transform({})
  const plain = { ...batchOf([[1, 'a']]), value: { schema: ROW, values: [[1, 'a']] } }
  expect(outcome(transform, plain)).toEqual([plain])
})
