// What a sink refuses, and what it does when the database fails it.
import { expect, test } from 'vitest'
import { ConfigError, DataError, primitive } from '@rowbridge/api'
import { startSink } from './drive.js'
import { rowsOf, type OpenPlace } from './place.js'
import { INT, keyed, PERSON, plain, TEXT, unkeyed, valueSchema } from './records.js'
import { AUTO, BY_KEY, BY_VALUE } from './sink-configs.js'

export function refusalSuite(open: OpenPlace): void {
  const required = valueSchema({ id: INT, name: TEXT, must: INT })

  test.each<[string, Record<string, string>, ReturnType<typeof plain>, RegExp]>([
    ['a tombstone where deletes are off', BY_KEY, keyed('t', [[1, null]]), /t-0@0: it has no value/],
    ['a record without a key', BY_KEY, unkeyed('t', [{ id: 1 }]), /t-0@0: it has no key/],
    [
      'a key that is a list',
      BY_KEY,
      { ...unkeyed('t', [{ id: 1 }]), key: { schema: null, values: [[1]] } },
      /t-0@0: it has a key that is a list/,
    ],
    [
      'a value without a schema that is no object',
      AUTO,
      plain('t', null, [[1]]),
      /t-0@0: it has a value without a schema/,
    ],
    [
      'a value without a schema that has an unknown field',
      BY_VALUE,
      plain('t', null, [{ id: 1, more: 2 }]),
      /t-0@0: .*Field more has no schema/,
    ],
    ['a value that is a number', AUTO, plain('t', INT, [1]), /value of type int32/],
    [
      'a required field without default',
      BY_VALUE,
      unkeyed('t', [{ id: 1, must: 1 }], required),
      /t-0@0: .*no column must.*required/,
    ],
    [
      'a new field where evolving is off',
      { ...BY_VALUE, 'auto.evolve': 'false' },
      unkeyed('t', [{ id: 1 }], valueSchema({ id: INT, x: TEXT })),
      /t-0@0: .*no column x, and auto\.evolve=false/,
    ],
    [
      'a key of null',
      BY_VALUE,
      plain('t', valueSchema({ id: primitive('int32', { optional: true }), name: TEXT }), [[null, 'a']]),
      /t-0@0: key column id is null/,
    ],
    [
      'a number too large for its column',
      { ...BY_VALUE, 'table.name.format': 'narrow' },
      unkeyed('t', [{ id: 1, n: 3_000_000_000 }], valueSchema({ id: INT, n: primitive('int64') })),
      /t-0@0: .*n/,
    ],
  ])('%s is refused as this record, and nothing is written', async (_what, props, batch, message) => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))')
    await place.query(
      `CREATE TABLE narrow (id INT PRIMARY KEY, n INT${place.kind === 'sqlite' ? ' CHECK (n < 2147483648)' : ''})`,
    )
    await using sink = await startSink(place, props)
    const put = sink.put(batch)
    await expect(put).rejects.toBeInstanceOf(DataError)
    await expect(put).rejects.toThrow(message)
    expect([await rowsOf(place), await rowsOf(place, 'narrow')]).toEqual([[], []])
  })

  test.each<[string, Record<string, string>, RegExp]>([
    ['a missing table', { ...BY_VALUE, 'auto.create': 'false' }, /t.* is missing, and auto\.create=false/],
    ['a view', { ...BY_VALUE, 'table.name.format': 'v' }, /is a view, and table\.types is TABLE/],
    ['a primitive key without a column', { ...BY_KEY, 'pk.fields': '' }, /exactly one column/],
  ])('%s is a fault of the configuration', async (_what, props, message) => {
    await using place = await open()
    await place.query('CREATE TABLE u (id INT PRIMARY KEY, name VARCHAR(20))')
    await place.query('CREATE VIEW v AS SELECT * FROM u')
    await using sink = await startSink(place, props)
    const put = sink.put(keyed('t', [[1, { id: 1 }]]))
    await expect(put).rejects.toBeInstanceOf(ConfigError)
    await expect(put).rejects.toThrow(message)
  })

  test('of many records the one that does not fit is named', async () => {
    await using place = await open()
    await place.query(
      `CREATE TABLE t (id INT PRIMARY KEY, name ${place.kind === 'sqlite' ? 'TEXT CHECK (length(name) < 4)' : 'VARCHAR(3)'})`,
    )
    await using sink = await startSink(place, BY_VALUE)
    const people = Array.from({ length: 50 }, (_, i) => ({ id: i, name: i === 37 ? 'too long' : 'ok' }))
    await expect(sink.put(unkeyed('t', people, PERSON))).rejects.toThrow(/37/)
    expect(await rowsOf(place)).toEqual([])
  })
}

export function failureSuite(open: OpenPlace): void {
  test('a connection that is lost between two puts is opened again', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    await sink.put(unkeyed('t', [{ id: 1 }]))
    await place.endConnections?.()
    await sink.put(unkeyed('t', [{ id: 2 }]))
    expect(await rowsOf(place)).toEqual([
      [1, null],
      [2, null],
    ])
  })
}
