// What the Java sink is known to do, given and expected, by the numbers of the table it is kept in: records, keys and values.
import { describe, expect, test } from 'vitest'
import { DataError, mapOf, primitive, struct, type RecordBatch, type Schema } from '@rowbridge/api'
import { startSink } from './drive.js'
import { rowsOf, type OpenPlace } from './place.js'
import { INT, keyed, plain, TEXT, unkeyed, valueSchema } from './records.js'
import { AUTO, BY_KEY, BY_VALUE, DELETES } from './sink-configs.js'

const STRING = primitive('string')
const NAMED = valueSchema({ name: TEXT })

export function referenceSuite(open: OpenPlace): void {
  describe('as the reference has it', () => {
    orderSuite(open)
    matrixSuite(open)
    stringSuite(open)
    keySuite(open)
  })
}

function orderSuite(open: OpenPlace): void {
  test('74: records of schemas A, A, A, B, A are all written, in order', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    const b = valueSchema({ id: INT, other: TEXT })
    const a = (...ids: readonly number[]) =>
      unkeyed(
        't',
        ids.map((id) => ({ id, name: 'a' })),
      )
    await sink.put(a(1, 2, 3), unkeyed('t', [{ id: 2, other: 'b' }], b), a(4))
    expect(await rowsOf(place)).toEqual([
      [1, 'a', null],
      [2, 'a', 'b'],
      [3, 'a', null],
      [4, 'a', null],
    ])
  })

  test('75, 76: an insert after a delete of its key comes after it, whatever the schema', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...DELETES, 'insert.mode': 'insert' })
    const more = valueSchema({ id: INT, name: TEXT, more: TEXT })
    const first = keyed('t', [
      [1, { id: 1, name: 'a' }],
      [1, null],
      [1, { id: 1, name: 'b' }],
    ])
    const second = keyed(
      't',
      [
        [1, null],
        [1, { id: 1, more: 'c' }],
      ],
      { value: more },
    )
    await sink.put(first, second)
    expect(await rowsOf(place)).toEqual([[1, null, 'c']])
  })

  test('77: deletes of rows that are not there, and the same one again, are no error', async () => {
    await using place = await open()
    await using sink = await startSink(place, DELETES)
    await sink.put(keyed('t', [[1, { id: 1 }]]))
    await sink.put(
      keyed('t', [
        [7, null],
        [7, null],
      ]),
    )
    await sink.put(keyed('t', [[7, null]]))
    expect(await rowsOf(place)).toEqual([[1, null]])
  })

  test('115: a delete and then an insert of one key in one batch end with the row there', async () => {
    await using place = await open()
    await using sink = await startSink(place, DELETES)
    await sink.put(
      keyed('t', [
        [1, { id: 1, name: 'a' }],
        [1, null],
        [1, { id: 1, name: 'b' }],
      ]),
    )
    expect(await rowsOf(place)).toEqual([[1, 'b']])
  })

  test.each(['3', '0', '1', '3000'])('H3: the worked example ends the same with batch.size=%s', async (size) => {
    await using place = await open()
    await using sink = await startSink(place, { ...DELETES, 'batch.size': size })
    await sink.put(
      keyed('t', [
        [1, { id: 1, name: 'first' }],
        [2, { id: 2, name: 'V' }],
        [1, null],
        [1, { id: 1, name: 'V' }],
        [3, { id: 3, name: 'V' }],
      ]),
    )
    expect(await rowsOf(place)).toEqual([
      [1, 'V'],
      [2, 'V'],
      [3, 'V'],
    ])
  })

  test('109: with batch.size=0 each record is written by itself', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, 'batch.size': '0' })
    await sink.put(unkeyed('t', [{ id: 1 }, { id: 2 }, { id: 3 }]))
    expect(await rowsOf(place)).toHaveLength(3)
  })
}

/** Kinds of records: the key and the value, and what each is. */
const RECORDS: Readonly<Record<string, RecordBatch>> = {
  'no key': unkeyed('t', [{ name: 'a' }], NAMED),
  'a primitive key': keyed('t', [[1, { name: 'a' }]], { value: NAMED }),
  'a struct key': keyed('t', [[[1], { name: 'a' }]], { key: struct([{ name: 'id', schema: INT }]), value: NAMED }),
  'a map as key': keyed('t', [[new Map(), { name: 'a' }]], { key: mapOf(STRING, INT), value: NAMED }),
  'a key that is null': keyed('t', [[null, { name: 'a' }]], {
    key: primitive('int32', { optional: true }),
    value: NAMED,
  }),
  'a tombstone': { ...plain('t', null, [null]), key: { schema: INT, values: [1] } },
  'a tombstone without a key': plain('t', null, [null]),
  'a number as value': { ...plain('t', INT, [5]), key: { schema: INT, values: [1] } },
  'a map as value': { ...plain('t', mapOf(STRING, INT), [new Map()]), key: { schema: INT, values: [1] } },
  'a string as value': { ...plain('t', STRING, ['x']), key: { schema: INT, values: [1] } },
}
const TAKEN = ['no key', 'a primitive key', 'a struct key', 'a map as key', 'a key that is null', 'a string as value']
const KEYED = ['a primitive key', 'a struct key', 'a string as value']

function matrixSuite(open: OpenPlace): void {
  const rows: readonly (readonly [Record<string, string>, readonly string[]])[] = [
    [{ 'pk.mode': 'none' }, TAKEN],
    [{ 'pk.mode': 'kafka' }, TAKEN],
    [{ 'pk.mode': 'record_value', 'pk.fields': 'name' }, TAKEN.filter((kind) => kind !== 'a string as value')],
    [{ 'pk.mode': 'record_key', 'pk.fields': 'id' }, KEYED],
    [{ 'pk.mode': 'record_key', 'pk.fields': 'id', 'delete.enabled': 'true' }, [...KEYED, 'a tombstone']],
  ]
  test.each(rows)('78, 79: with %j just these records are taken: %j', async (props, taken) => {
    await using place = await open()
    await using sink = await startSink(place, { ...AUTO, ...props })
    const results: string[] = []
    for (const [kind, record] of Object.entries(RECORDS)) {
      const put = sink.put({ ...record, topic: `t${kind.replaceAll(' ', '_')}` })
      const refusal = await put.then(
        () => null,
        (error: unknown) => error,
      )
      if (refusal === null) results.push(kind)
      else {
        expect(refusal).toBeInstanceOf(DataError)
        expect((refusal as DataError).message).toMatch(/-0@\d+/)
      }
    }
    expect(results.toSorted()).toEqual([...taken].toSorted())
  })

  test('79: a refusal names the connector, both settings, the place and what was found', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...AUTO, 'pk.mode': 'none' })
    const message =
      'Sink connector test with pk.mode=none and delete.enabled=false cannot write the record at t-0@0: it has no value.'
    await expect(sink.put(plain('t', null, [null]))).rejects.toThrow(message)
  })
}

function stringSuite(open: OpenPlace): void {
  test('80: a string with pk.mode=kafka has three key columns and its own', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...AUTO, 'pk.mode': 'kafka' })
    await sink.put(plain('t', STRING, ['x']))
    expect(await rowsOf(place, 't', '__connect_offset')).toEqual([
      place.kind === 'sqlite' ? ['t', 0, 0, 'x'] : ['t', 0, 0, 'x'],
    ])
  })

  test.each([
    [{ 'fields.whitelist': 'a' }, 'fields.whitelist'],
    [{ 'timestamp.fields.list': 'a' }, 'timestamp.fields.list'],
    [{ 'pk.mode': 'record_value', 'pk.fields': 'a' }, 'record_value'],
    [{ 'pk.mode': 'kafka', 'pk.fields': 'record_value,b,c' }, 'string.output.value.column.name'],
  ])('80: a string with %j is refused', async (props, word) => {
    await using place = await open()
    await using sink = await startSink(place, { ...AUTO, ...props })
    await expect(sink.put(plain('t', STRING, ['x']))).rejects.toThrow(word)
  })

  test('109d: a string and a tombstone are taken where deletes are on', async () => {
    await using place = await open()
    await using sink = await startSink(place, DELETES)
    const key = (values: readonly unknown[]) => ({ schema: INT, values })
    await sink.put({ ...plain('t', STRING, ['x', 'y']), key: key([1, 2]) })
    await sink.put({ ...plain('t', null, [null]), key: key([1]) })
    expect(await rowsOf(place)).toEqual([[2, 'y']])
  })
}

function keySuite(open: OpenPlace): void {
  const pair: Schema = struct([
    { name: 'id', schema: INT },
    { name: 'part', schema: INT },
  ])

  test.each([
    ['81: pk.mode=kafka with 2 names', { ...AUTO, 'pk.mode': 'kafka', 'pk.fields': 'a,b' }],
    ['81: pk.mode=kafka with 1 name', { ...AUTO, 'pk.mode': 'kafka', 'pk.fields': 'a' }],
    ['87: an update without a key', { ...AUTO, 'pk.mode': 'none', 'insert.mode': 'update' }],
  ])('%s is refused before the first record', async (_what, props) => {
    await using place = await open()
    await expect(startSink(place, props)).rejects.toThrow(/pk\.(?:mode|fields)/)
  })

  test('81: pk.mode=kafka with 3 names uses them', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...AUTO, 'pk.mode': 'kafka', 'pk.fields': 'c,b,a' })
    await sink.put(unkeyed('t', [{ id: 5 }]))
    expect(await place.query('SELECT c, b, a, id FROM t')).toEqual([
      { c: 't', b: 0, a: place.kind === 'sqlite' ? 0 : expect.anything(), id: 5 },
    ])
  })

  test.each(['', 'a,b'])('82: a primitive key with pk.fields=%j is refused', async (fields) => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_KEY, 'pk.fields': fields })
    await expect(sink.put(keyed('t', [[1, { id: 1 }]]))).rejects.toThrow(/exactly one column/)
  })

  test('83: pk.fields that names no field is refused, and the fields are told', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, 'pk.fields': 'nope' })
    const put = sink.put(unkeyed('t', [{ id: 1 }]))
    await expect(put).rejects.toMatchObject({ hint: 'The value has the fields: id, name.' })
  })

  test('84: a whitelist without the key still writes the key', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_KEY, 'pk.fields': 'id', 'fields.whitelist': 'name' })
    await sink.put(keyed('t', [[[1, 2], { id: 9, name: 'a' }]], { key: pair }))
    expect(await place.query('SELECT * FROM t')).toEqual([{ id: 1, name: 'a' }])
  })

  test('85: all fields left out and no key is refused', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...AUTO, 'fields.whitelist': 'nothing' })
    await expect(sink.put(unkeyed('t', [{ id: 1 }]))).rejects.toThrow(/no field that is to be written/)
  })

  test('88: an insert of a key that is there fails, an upsert of it is one row', async () => {
    await using place = await open()
    await using inserts = await startSink(place, { ...BY_VALUE, 'insert.mode': 'insert' })
    await inserts.put(unkeyed('t', [{ id: 1, name: 'a' }]))
    await expect(inserts.put(unkeyed('t', [{ id: 1, name: 'b' }]))).rejects.toMatchObject({
      code: 'constraint-violation',
    })
    await using upserts = await startSink(place, BY_VALUE)
    await upserts.put(unkeyed('t', [{ id: 1, name: 'c' }]))
    expect(await rowsOf(place)).toEqual([[1, 'c']])
  })

  test('89: a record that is nothing but its key can be upserted, twice', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    const only = valueSchema({ id: INT })
    await sink.put(unkeyed('t', [{ id: 1 }], only))
    await sink.put(unkeyed('t', [{ id: 1 }, { id: 2 }], only))
    expect(await rowsOf(place)).toEqual([[1], [2]])
  })
}
