// What lies before the first row of a first run is told, and what cannot find new rows is refused by name.
import { describeWith } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { startSource } from '../jdbc/drive.js'
import { serverPlace } from '../jdbc/place.js'

const BY_ID = { mode: 'incrementing', 'incrementing.column.name': 'id', 'table.whitelist': 't' }
const BY_TIME = { mode: 'timestamp', 'timestamp.column.name': 'ts', 'table.whitelist': 't' }
const TOLD = /has rows with a (?:number below 0|time up to the beginning of 1970), which are not read/

describeWith(['mariadb', 'postgresql'], 'rows before the first', ({ mariadb, postgresql }) => {
  it.each([
    ['MariaDB, numbers', mariadb, BY_ID, [2, 3], true],
    ['MariaDB, times', mariadb, BY_TIME, [3], true],
    ['MariaDB, incrementing.initial', mariadb, { ...BY_ID, 'incrementing.initial': '-9' }, [-5, 2, 3], false],
    ['PostgreSQL, numbers', postgresql, BY_ID, [2, 3], true],
    ['PostgreSQL, times', postgresql, BY_TIME, [3], true],
    ['PostgreSQL, offset.initial', postgresql, { ...BY_TIME, 'offset.initial': '1900-01-01' }, [-5, 2, 3], false],
  ])('%s', async (...[, server, props, found, isTold]) => {
    await using place = await serverPlace(server)
    await place.query(
      'create table t (id int primary key, ts timestamp(6) not null)'.replace(
        'timestamp',
        server === mariadb ? 'datetime' : 'timestamp',
      ),
    )
    await place.query("insert into t values (-5, '1960-01-01'), (2, '1970-01-01'), (3, '2020-01-01')")
    await using source = await startSource(place, props)
    const told = await source.take(found.length)
    expect(told.map(({ value }) => value['id'])).toEqual(found)
    expect(source.journal.warnings.some((warning) => TOLD.test(warning))).toBe(isTold)
  })
})

describeWith(['postgresql'], 'a growing column that is text', ({ postgresql }) => {
  it.each([{ 'table.whitelist': 't' }, { query: 'select * from t where v > 0', 'topic.prefix': 'q' }])(
    '%j',
    async (what) => {
      await using place = await serverPlace(postgresql)
      await place.query('create table t (id uuid primary key, v int)')
      const props = { mode: 'incrementing', 'incrementing.column.name': 'id', ...what }
      await expect(startSource(place, props)).rejects.toThrow(/id of type uuid holds no whole numbers/)
    },
  )
})
