// What the Java sink is known to do, given and expected, by the numbers of the table it is kept in: tables, columns and settings.
import { describe, expect, test } from 'vitest'
import { date, decimal, primitive, struct } from '@rowbridge/api'
import { startSink } from './drive.js'
import { rowsOf, type OpenPlace, type Place } from './place.js'
import { INT, keyed, plain, TEXT, unkeyed, valueSchema } from './records.js'
import { AUTO, BY_KEY, BY_VALUE } from './sink-configs.js'

const DAY = 19_782

/** Names of the columns of a table, in its order. */
async function columnsOf(place: Place, table: string): Promise<readonly string[]> {
  const [row = {}] = await place.query(`SELECT * FROM ${table}`)
  return Object.keys(row)
}

export function referenceTablesSuite(open: OpenPlace): void {
  describe('tables as the reference has them', () => {
    columnSuite(open)
    settingSuite(open)
  })
}

function columnSuite(open: OpenPlace): void {
  test('86: a table is made with the usual names of topic, partition, offset, then the value, then the rest by name', async () => {
    await using place = await open()
    const key = struct([
      { name: 'z', schema: INT },
      { name: 'a', schema: INT },
      { name: 'id', schema: INT },
    ])
    await using byKey = await startSink(place, { ...BY_KEY, 'pk.fields': '' })
    await byKey.put(keyed('k', [[[1, 2, 3], { name: 'n' }]], { key, value: valueSchema({ name: TEXT, id: INT }) })) // id is 0
    expect(await columnsOf(place, 'k')).toEqual(['name', 'id', 'a', 'z'])
    await using kafka = await startSink(place, { ...AUTO, 'pk.mode': 'kafka' })
    await kafka.put(unkeyed('o', [{ id: 1 }]))
    expect(await columnsOf(place, 'o')).toEqual([
      '__connect_topic',
      '__connect_partition',
      '__connect_offset',
      'id',
      'name',
    ])
    await using named = await startSink(place, { ...AUTO, 'pk.mode': 'kafka', 'pk.fields': 'topic_,part_,at_' })
    await named.put(unkeyed('n', [{ id: 1 }]))
    expect(await columnsOf(place, 'n')).toEqual(['id', 'name', 'at_', 'part_', 'topic_'])
  })

  test('90: a column whose name differs in case is there', async () => {
    await using place = await open()
    await place.query(`CREATE TABLE t (${place.quote('Id')} INT PRIMARY KEY, ${place.quote('NAME')} VARCHAR(20))`)
    await using sink = await startSink(place, BY_VALUE)
    await sink.put(unkeyed('t', [{ id: 1, name: 'a' }]))
    expect(await columnsOf(place, 't')).toEqual(['Id', 'NAME'])
  })

  test('91: a new field is added when it is optional or has a default, else refused though auto.evolve=true', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    await sink.put(unkeyed('t', [{ id: 1 }]))
    const more = valueSchema({ id: INT, o: TEXT, d: primitive('int32', { default: 7 }) })
    await sink.put(plain('t', more, [[2, null, 8]]))
    expect(await place.query('SELECT id, o, d FROM t ORDER BY id')).toEqual([
      { id: 1, o: null, d: 7 },
      { id: 2, o: null, d: 8 },
    ])
    const must = valueSchema({ id: INT, must: INT })
    await expect(sink.put(plain('t', must, [[3, 1]]))).rejects.toThrow(/no column must, and it cannot be added/)
  })

  test('92: a view takes records with fewer fields, and none with more', async () => {
    await using place = await open()
    await place.query('CREATE TABLE u (id INT PRIMARY KEY, name VARCHAR(20), more INT)')
    await place.query('CREATE VIEW t AS SELECT id, name, more FROM u')
    if (place.kind === 'sqlite') {
      await place.query(
        'CREATE TRIGGER t_insert INSTEAD OF INSERT ON t BEGIN INSERT INTO u VALUES (new.id, new.name, new.more); END',
      )
    }
    const props = { ...AUTO, 'table.types': 'TABLE,VIEW', 'pk.mode': 'none' }
    await using sink = await startSink(place, props)
    await sink.put(unkeyed('t', [{ id: 1, name: 'a' }]))
    expect(await rowsOf(place, 'u')).toEqual([[1, 'a', null]])
    const wide = valueSchema({ id: INT, other: TEXT })
    await expect(sink.put(unkeyed('t', [{ id: 2 }], wide))).rejects.toThrow(/is a view without a column other/)
  })

  test('98: a table that was dropped after the first batch is made again', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    await sink.put(unkeyed('t', [{ id: 1 }]))
    await place.query('DROP TABLE t')
    await sink.put(unkeyed('t', [{ id: 2 }]))
    expect(await rowsOf(place)).toEqual([[2, null]])
  })

  test('a column that someone else drops, adds or lengthens is noticed, and the write tried again', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(3), old VARCHAR(9))')
    await using sink = await startSink(place, BY_VALUE)
    const all = valueSchema({ id: INT, name: TEXT, old: TEXT })
    await sink.put(unkeyed('t', [{ id: 1, name: 'abc', old: 'x' }], all))
    await place.query('ALTER TABLE t DROP COLUMN old')
    await sink.put(unkeyed('t', [{ id: 2, name: 'b', old: 'y' }], all))
    expect(await place.query('SELECT id, old FROM t ORDER BY id')).toEqual([
      { id: 1, old: null },
      { id: 2, old: 'y' },
    ])
    await place.query('ALTER TABLE t ADD COLUMN added INT')
    const added = valueSchema({ id: INT, name: TEXT, added: primitive('int32', { optional: true }) })
    await sink.put(unkeyed('t', [{ id: 3, added: 3 }], added))
    expect(await place.query('SELECT added FROM t WHERE id = 3')).toEqual([{ added: 3 }])
  })

  test('defaults with quotes, backslashes and bytes are made, and are what they were', async () => {
    await using place = await open()
    await using sink = await startSink(place, BY_VALUE)
    const odd = 'it\'s "q" \\ ? ; -- é'
    const schema = valueSchema({
      id: INT,
      s: primitive('string', { default: odd, optional: true }),
      b: primitive('bytes', { default: Buffer.from([0, 39, 255]), optional: true }),
      f: primitive('boolean', { default: true, optional: true }),
      d: decimal(2, { default: '1.50', optional: true }),
    })
    await sink.put(plain('t', schema, [[1, 'own', Buffer.from([1]), false, '2.00']]))
    await place.query('INSERT INTO t (id) VALUES (2)')
    const [row = {}] = await place.query('SELECT s, b, f, d FROM t WHERE id = 2')
    expect(row['s']).toBe(odd)
    expect(Buffer.from(row['b'] as Uint8Array)).toEqual(Buffer.from([0, 39, 255]))
    expect([Number(row['f']), Number(row['d'])]).toEqual([1, 1.5])
  })

  test('keys of text and of bytes make a table on every database', async () => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, 'pk.fields': 'a,b' })
    const schema = valueSchema({ a: primitive('string'), b: primitive('bytes'), n: INT })
    const row = (text: string, byte: number, n: number) => [text, Buffer.from([byte]), n]
    await sink.put(plain('t', schema, [row('k', 1, 1), row('K', 1, 2), row('k', 2, 3), row('k', 1, 4)]))
    const rows = await place.query('SELECT n FROM t ORDER BY n')
    expect(rows.map(({ n }) => Number(n))).toEqual([2, 3, 4])
  })
}

function settingSuite(open: OpenPlace): void {
  test.each([
    ['99: the day it is', { 'date.timezone': 'UTC' }, '2024-02-29'],
    ['99: the day it is, when nothing is said', {}, '2024-02-29'],
    ['99: the day that it was there at midnight UTC', { 'date.timezone': 'DB_TIMEZONE' }, '2024-02-28'],
  ])('%s is what a date is written as west of UTC', async (_what, props, day) => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, ...props, 'db.timezone': 'America/New_York' })
    await sink.put(plain('t', valueSchema({ id: INT, day: date() }), [[1, DAY]]))
    const text = place.kind === 'postgresql' ? 'day::text' : place.kind === 'sqlite' ? 'day' : "concat(day, '')"
    expect(await place.query(`SELECT ${text} AS day FROM t`)).toEqual([{ day }])
  })

  test.each([
    ['100', 'false', null],
    ['100', 'true', 'd'],
  ])('%s: with replace.null.with.default=%s a null in a field with a default is %s', async (_no, replaces, written) => {
    await using place = await open()
    await using sink = await startSink(place, { ...BY_VALUE, 'replace.null.with.default': replaces })
    const schema = valueSchema({ id: INT, s: primitive('string', { default: 'd', optional: true }) })
    await sink.put(plain('t', schema, [[1, null]]))
    expect(await rowsOf(place)).toEqual([[1, written]])
  })

  test.each([
    ['MICROSECONDS', 1_577_836_800_123_456, '1577836800000001', ['.123456', '.000001']],
    ['NANOSECONDS', 1_577_836_800_123_456_000n, '1577836800000001000', ['.123456', '.000001']],
  ])('101: fields that count %s keep them in a table that is made for them', async (unit, whole, text, expected) => {
    await using place = await open()
    const schema = valueSchema({ id: INT, a: primitive('int64'), b: TEXT })
    const props = { 'timestamp.fields.list': 'a,b', 'timestamp.precision.mode': unit }
    await using sink = await startSink(place, { ...BY_VALUE, ...props })
    await sink.put(unkeyed('t', [{ id: 1, a: whole, b: text }], schema))
    const cast = (name: string) => (place.kind === 'postgresql' ? `${name}::text` : `concat(${name}, '')`)
    const list = place.kind === 'sqlite' ? 'a, b' : `${cast('a')} AS a, ${cast('b')} AS b`
    const [row = {}] = await place.query(`SELECT ${list} FROM t`)
    expect(Object.values(row).map((value) => String(value).slice(19))).toEqual(expected)
  })

  test('103: with quote.sql.identifiers=never names are as the database takes them', async () => {
    await using place = await open()
    await using sink = await startSink(place, {
      ...BY_VALUE,
      'quote.sql.identifiers': 'never',
      'table.name.format': 'MyTable',
    })
    await sink.put(unkeyed('t', [{ id: 1, name: 'a' }]))
    await sink.put(unkeyed('t', [{ id: 1, name: 'b' }]))
    expect(await rowsOf(place, place.kind === 'postgresql' ? 'mytable' : 'MyTable')).toEqual([[1, 'b']])
  })

  test.each([
    [
      '110, 112',
      'io.aiven.connect.jdbc.JdbcSinkConnector',
      { 'insert.mode': 'multi', 'sql.quote.identifiers': 'true' },
    ],
    [
      'D2',
      'io.debezium.connector.jdbc.JdbcSinkConnector',
      {
        'schema.evolution': 'basic',
        'primary.key.mode': 'record_value',
        'primary.key.fields': 'id',
        'collection.name.format': 'x_${topic}',
        'quote.identifiers': 'true',
        'hibernate.connection.isolation': '2',
        'connection.pool.max_size': '3',
      },
    ],
  ])('%s: a configuration of %s writes', async (_no, name, props) => {
    await using place = await open()
    const { 'connection.user': user, ...rest } = place.props
    const isDebezium = name.includes('debezium')
    const connection = isDebezium && user !== undefined ? { ...rest, 'connection.username': user } : place.props
    const table = isDebezium ? 'x_a_b' : 'renamed'
    const own = isDebezium ? props : { ...AUTO, ...props, 'topics.to.tables.mapping': 'a.b:renamed' }
    await using sink = await startSink({ ...place, props: connection }, { 'connector.class': name, ...own })
    await sink.put(unkeyed('a.b', [{ id: 1, name: 'a' }]))
    expect(await rowsOf(place, table)).toEqual([[1, 'a']])
  })

  test('97: with trim.sensitive.log=true no value is in a message, and place, code and SQLSTATE are', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20) UNIQUE)')
    await using sink = await startSink(place, {
      ...BY_VALUE,
      'insert.mode': 'insert',
      'trim.sensitive.log': 'true',
      'max.retries': '0',
    })
    await sink.put(unkeyed('t', [{ id: 1, name: 'top secret' }]))
    const error = await sink.put(unkeyed('t', [{ id: 2, name: 'top secret' }])).catch((thrown: unknown) => thrown)
    const all = JSON.stringify([String(error), (error as Error).cause, sink.journal.warnings, sink.journal.infos])
    expect(all).not.toMatch(/secret/)
    expect(String(error)).toMatch(/t-0@1: .*(?:SQLSTATE 23000|23505|SQLITE_CONSTRAINT)/)
  })
}
