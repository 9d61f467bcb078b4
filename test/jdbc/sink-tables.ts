// Many topics, many tables: which goes where, with which key, in which order, and what names may look like.
import { expect, test } from 'vitest'
import { ConfigError, primitive } from '@rowbridge/api'
import { startSink } from './drive.js'
import { rowsOf, type OpenPlace } from './place.js'
import { INT, keyed, TEXT, unkeyed, valueSchema } from './records.js'
import { AUTO, BY_VALUE, DELETES } from './sink-configs.js'

const UPSERT = { ...AUTO, 'insert.mode': 'upsert', 'pk.mode': 'record_value' }
const CHILD = valueSchema({ id: INT, parent: primitive('int32', { optional: true }) })

export function tableNamesSuite(open: OpenPlace): void {
  test('without pk.fields the primary key of each table is the key', async () => {
    await using place = await open()
    await place.query('CREATE TABLE a (id INT PRIMARY KEY, name VARCHAR(20))')
    await place.query('CREATE TABLE b (name VARCHAR(20), region INT, id INT, PRIMARY KEY (region, name))')
    await using sink = await startSink(place, { ...UPSERT, 'auto.create': 'false' })
    const schema = valueSchema({ id: INT, name: TEXT, region: INT })
    const twice = (values: Readonly<Record<string, unknown>>) => [values, { ...values, id: 9 }]
    await sink.put(
      unkeyed('a', [
        { id: 1, name: 'x' },
        { id: 1, name: 'y' },
      ]),
      unkeyed('b', [...twice({ id: 1, name: 'x', region: 1 }), { id: 1, name: 'x', region: 2 }], schema),
    )
    expect(await rowsOf(place, 'a')).toEqual([[1, 'y']])
    expect(await rowsOf(place, 'b', 'region')).toEqual([
      ['x', 1, 9],
      ['x', 2, 1],
    ])
  })

  test('a key of the table that records do not have is an error to upserts, and none to inserts', async () => {
    await using place = await open()
    await place.query(`CREATE TABLE t (nr ${place.autoId}, id INT, name VARCHAR(20))`)
    await using upserts = await startSink(place, UPSERT)
    await expect(upserts.put(unkeyed('t', [{ id: 1 }]))).rejects.toThrow(/t-0@0: .*primary key nr.*no field nr/)
    await using inserts = await startSink(place, { ...UPSERT, 'insert.mode': 'insert' })
    await inserts.put(unkeyed('t', [{ id: 1, name: 'a' }, { id: 1 }]))
    expect(await rowsOf(place, 't', 'nr')).toEqual([
      [1, 1, 'a'],
      [2, 1, null],
    ])
  })

  test('a plain key goes into the one key column of the table', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (nr INT PRIMARY KEY, id INT, name VARCHAR(20))')
    await using sink = await startSink(place, { ...UPSERT, 'pk.mode': 'record_key', 'delete.enabled': 'true' })
    await sink.put(
      keyed('t', [
        [7, { id: 1 }],
        [8, { id: 2 }],
        [7, null],
      ]),
    )
    expect(await rowsOf(place, 't', 'nr')).toEqual([[8, 2, null]])
  })

  test('topics go into the tables of the mapping, and one that it lacks is an error', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, 'topics.to.tables.mapping': 'x.y:one, z:two' })
    await sink.put(unkeyed('x.y', [{ id: 1 }]), unkeyed('z', [{ id: 2 }]))
    expect([await rowsOf(place, 'one'), await rowsOf(place, 'two')]).toEqual([[[1, null]], [[2, null]]])
    const other = sink.put(unkeyed('other', [{ id: 1 }]))
    await expect(other).rejects.toBeInstanceOf(ConfigError)
    await expect(other).rejects.toThrow(/no table for topic other/)
  })

  test.each([
    [{ 'table.name.normalize': 'true' }, 'a.b-c$d', 'a_b_c_d'],
    [{ 'table.name.dots': 'underscore' }, 'a.b-c', 'a_b-c'],
    [{ 'table.name.normalize': 'true', 'table.name.format': 'kafka_${topic}_x' }, 'a.b', 'kafka_a_b_x'],
  ])('with %j topic %s goes into table %s', async (props, topic, table) => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, ...props })
    await sink.put(unkeyed(topic, [{ id: 1 }]))
    expect(await rowsOf(place, table)).toEqual([[1, null]])
  })

  test('keys with the name of a table hold for that table alone', async () => {
    await using place = await open()
    await using sink = await startSink(place, {
      ...BY_VALUE,
      'table.names.pk.fields': 'name',
      'table.names.fields.whitelist': 'id',
      'table.events.pk.mode': 'none',
      'table.events.insert.mode': 'insert',
    })
    const people = [
      { id: 1, name: 'a' },
      { id: 1, name: 'b' },
    ]
    await sink.put(unkeyed('names', people), unkeyed('events', people), unkeyed('t', people))
    expect(await rowsOf(place, 'names', 'name')).toEqual([
      [1, 'a'],
      [1, 'b'],
    ])
    expect(await rowsOf(place, 'events', 'name')).toEqual([
      [1, 'a'],
      [1, 'b'],
    ])
    expect(await rowsOf(place, 't')).toEqual([[1, 'b']])
  })

  test('many topics have each their table', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    const topics = Array.from({ length: 40 }, (_, i) => `topic_${i}`)
    await sink.put(...topics.map((topic, i) => unkeyed(topic, [{ id: i }])))
    await sink.put(...topics.map((topic, i) => unkeyed(topic, [{ id: i, name: 'again' }])))
    expect(await rowsOf(place, 'topic_39')).toEqual([[39, 'again']])
  })

  test('rows that others point to are written first and deleted last', async () => {
    await using place = await open()
    await place.query('CREATE TABLE parents (id INT PRIMARY KEY, name VARCHAR(20))')
    await place.query(
      'CREATE TABLE middle (id INT PRIMARY KEY, parent INT, CONSTRAINT mp FOREIGN KEY (parent) REFERENCES parents (id))',
    )
    await place.query(
      'CREATE TABLE children (id INT PRIMARY KEY, parent INT, CONSTRAINT cm FOREIGN KEY (parent) REFERENCES middle (id))',
    )
    await using sink = await startSink(place, { ...DELETES, 'auto.create': 'false' })
    const rows = (...ids: readonly number[]) => ids.map((id) => [id, { id, parent: id }] as const)
    await sink.put(
      keyed('children', rows(1, 2), { value: CHILD }),
      keyed('middle', rows(1, 2), { value: CHILD }),
      keyed('parents', [
        [1, { id: 1 }],
        [2, { id: 2 }],
      ]),
    )
    expect(await rowsOf(place, 'children')).toHaveLength(2)
    await sink.put(
      keyed('parents', [
        [1, null],
        [3, { id: 3 }],
      ]),
      keyed('middle', [[1, null], ...rows(3)], { value: CHILD }),
      keyed('children', [[1, null], ...rows(3)], { value: CHILD }),
    )
    expect((await rowsOf(place, 'children')).map(([id]) => id)).toEqual([2, 3])
    expect((await rowsOf(place, 'parents')).map(([id]) => id)).toEqual([2, 3])
  })

  test.each([
    ['select'],
    ['Order'],
    ['with blank'],
    ["it's"],
    ['quo"te'],
    ['back`tick'],
    ['dot.ted'],
    ['back\\slash'],
    ['ünïcode名前'],
    ['per%cent_under'],
    ['semi;--colon'],
    ['ques?tion'],
    ['$1'],
    ['😀'],
  ])('a table and columns named %s are made, altered, written, updated and deleted', async (name) => {
    await using place = await open()
    await using sink = await startSink(place, {
      ...DELETES,
      'pk.fields': name,
      'topics.to.tables.mapping': `t:${quoted(place.quote('x').charAt(0), name)}`,
    })
    // MariaDB takes no character beyond the basic plane in names.
    if (place.kind === 'mariadb' && name === '😀') {
      await expect(sink.put(keyed('t', [[1, { id: 1 }]]))).rejects.toThrow(/CREATE TABLE/)
      return
    }
    const more = valueSchema({ id: INT, [`${name} 2`]: TEXT })
    await sink.put(
      keyed('t', [
        [1, { id: 1, name: 'a' }],
        [2, { id: 2, name: 'b' }],
      ]),
    )
    await sink.put(
      keyed(
        't',
        [
          [1, { id: 9, [`${name} 2`]: 'c' }],
          [2, null],
        ],
        { value: more },
      ),
    )
    const table = quoted(place.quote('x').charAt(0), name)
    const rows = await place.query(`SELECT * FROM ${table}`)
    expect(rows).toHaveLength(1)
    expect(
      Object.values(rows[0] ?? {})
        .map(String)
        .toSorted(),
    ).toEqual(['1', '9', 'a', 'c'].toSorted())
  })

  test('a name that is too long is cut where the database cuts it, and never two into one', async () => {
    await using place = await open()
    const long = `${'x'.repeat(62)}é`
    await using sink = await startSink(place, BY_VALUE)
    const put = sink.put(unkeyed(`${long}1`, [{ id: 1 }]))
    if (place.kind !== 'postgresql') {
      // SQLite takes any length; MariaDB 64 characters.
      await put
      expect(await rowsOf(place, `${long}1`)).toEqual([[1, null]])
      return
    }
    await put
    expect(await rowsOf(place, 'x'.repeat(62))).toEqual([[1, null]])
    await expect(sink.put(unkeyed(`${long}2`, [{ id: 2 }]))).rejects.toThrow(/cuts to x+, as it does/)
  })

  test('fields that differ in case alone are told apart, or refused as one column', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE })
    const put = sink.put(unkeyed('t', [{ id: 1, a: 'x', A: 'y' }], valueSchema({ id: INT, a: TEXT, A: TEXT })))
    if (place.kind === 'postgresql') {
      await put
      expect(await rowsOf(place)).toEqual([[1, 'x', 'y']])
    } else await expect(put).rejects.toMatchObject({ code: 'column-twice' })
  })
}

function quoted(quote: string, name: string): string {
  return `${quote}${name.replaceAll(quote, quote + quote)}${quote}`
}
