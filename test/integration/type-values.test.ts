// Values that do not fit their column's schema, record by record: what fits keeps its schema, what does not has one of its own.
import { describeWith } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { startSource } from '../jdbc/drive.js'
import { serverPlace } from '../jdbc/place.js'

const BY_ID = { mode: 'incrementing', 'incrementing.column.name': 'id', 'table.whitelist': 't' }

describeWith(['mariadb'], 'values that do not fit', ({ mariadb }) => {
  it('an unsigned integer is an int64 as long as it fits one, and a Decimal beyond', async () => {
    await using place = await serverPlace(mariadb)
    await place.query('create table t (id int primary key, v bigint unsigned)')
    await place.query('insert into t values (1, 1), (2, 18446744073709551615), (3, 9223372036854775807), (4, null)')
    await using source = await startSource(place, BY_ID)
    const told = await source.take(4)
    expect(told.map(({ value }) => value['v'])).toEqual([1, '18446744073709551615', 9223372036854775807n, null])
    const schemas = source.batches.map(({ value }) => value.schema)
    expect(schemas.map((schema) => schema?.fields[1]?.schema.type)).toEqual(['int64', 'bytes', 'int64'])
    expect(schemas[0]).toBe(schemas[2])
    expect(source.batches.map(({ sourceOffset }) => sourceOffset)).toEqual(
      [1, 2, 4].map((id) => ({ incrementing: id })),
    )
    expect(source.journal.warnings).toHaveLength(1)
  })

  it.each([
    ['', '0000-00-00'],
    ['?zeroDateTimeBehavior=convertToNull', null],
    ['?zeroDateTimeBehavior=ROUND', -719_164],
  ])('a zero date under %j is %j', async (parameters, value) => {
    await using place = await serverPlace(mariadb)
    await place.query('create table t (id int primary key, v date not null)')
    await place.query("set statement sql_mode = '' for insert into t values (1, '0000-00-00')")
    const url = `${place.props['connection.url']}${parameters}`
    await using source = await startSource({ ...place, props: { ...place.props, 'connection.url': url } }, BY_ID)
    const told = await source.take(1)
    expect(told.map((one) => one.value['v'])).toEqual([value])
  })

  it('an invisible column is left out, and that is told', async () => {
    await using place = await serverPlace(mariadb)
    await place.query('create table t (id int primary key, secret int invisible default 5)')
    await place.query('insert into t values (1)')
    await using source = await startSource(place, BY_ID)
    const told = await source.take(1)
    expect(told.map(({ value }) => value)).toEqual([{ id: 1 }])
    expect(source.journal.warnings.join('\n')).toMatch(/secret is left out: the column is invisible/)
  })
})

describeWith(['mariadb'], 'rows with a FLOAT', ({ mariadb }) => {
  const ROW = `16777217, 9007199254740993, '-01:02:03.5', '2024-00-10 00:00:00', 18446744073709551615, b'101010101', 'y,x', 255,
    42, 1.50, st_geomfromtext('point(1 2)'), 1234567.12`
  const TYPES = `f float not null, big bigint, span time(3), moment datetime(6), u bigint unsigned, bits bit(9), s set('x','y'),
    tiny tinyint unsigned, z int(6) zerofill, d decimal(9,2), place point, g float(9,2)`
  it.each(
    ['mariadb', 'mysql'].flatMap((dialect) =>
      ['bulk', 'incrementing', 'incrementing by a query'].map((how) => [dialect, how]),
    ),
  )('have all their digits, and all else as without one: %s, %s', async (dialect, how) => {
    await using place = await serverPlace(mariadb)
    await place.query(`create table t (id bigint primary key, ${TYPES})`)
    await place.query(`create table plain as select * from t where false`)
    await place.query(`set statement sql_mode = '' for insert into t values (1, ${ROW}), (5000000001, ${ROW})`)
    await place.query('alter table plain drop f, drop g')
    await place.query(
      `set statement sql_mode = '' for insert into plain select id, big, span, moment, u, bits, s, tiny, z, d, place from t`,
    )
    const url = String(place.props['connection.url']).replace(/^jdbc:[a-z]+:/, `jdbc:${dialect}:`)
    const at = { ...place, props: { ...place.props, 'connection.url': url } }
    const byId = {
      mode: 'incrementing',
      'incrementing.column.name': 'id',
      'validate.non.null': 'false',
      'batch.max.rows': '1',
    }
    const settings = (table: string): Record<string, string> =>
      how === 'bulk'
        ? { mode: 'bulk', 'table.whitelist': table, 'poll.interval.ms': '3600000' }
        : how === 'incrementing'
          ? { ...byId, 'table.whitelist': table }
          : { ...byId, query: `select * from ${table} where id > 0`, 'query.suffix': 'limit 5', 'topic.prefix': 'q' }
    const read = async (table: string): Promise<Record<string, unknown>[]> => {
      await using source = await startSource(at, settings(table))
      return (await source.take(2)).map(({ value }) => value)
    }
    const told = await read('t')
    expect(told.map(({ f, g }) => [f, g])).toEqual(Array.from({ length: 2 }, () => [16_777_216, 1_234_567.1]))
    expect(told.map(({ f: _f, g: _g, ...others }) => others)).toEqual(await read('plain'))
    expect(told[0]).toMatchObject({ span: '-01:02:03.500', moment: '2024-00-10 00:00:00.000000' })
  })
})

describeWith(['postgresql'], 'values of views', ({ postgresql }) => {
  it.each(['view', 'materialized view'])('a %s has the types of its table', async (kind) => {
    await using place = await serverPlace(postgresql)
    await place.query(
      'create table t (id int primary key, n numeric(9,2), a int[], gen int generated always as (id * 2) stored)',
    )
    await place.query("insert into t values (1, 'NaN', '{1,NULL}'), (2, 1.5, null)")
    await place.query(`create ${kind} w as select * from t`)
    const props = {
      mode: 'bulk',
      'poll.interval.ms': '3600000',
      'table.whitelist': 'w',
      'table.types': kind.toUpperCase(),
    }
    await using source = await startSource(place, props)
    const told = await source.take(2)
    expect(told.map(({ value }) => value)).toEqual([
      { id: 1, n: 'NaN', a: '{1,NULL}', gen: 2 },
      { id: 2, n: '1.50', a: null, gen: 4 },
    ])
  })
})
