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
