// Queries with what is easily taken for a parameter, the end of a string or the end of the statement.
import { describeWith, type DatabaseServer } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { startSource } from '../jdbc/drive.js'
import { serverPlace } from '../jdbc/place.js'

const NEW_ROWS = { mode: 'incrementing', 'incrementing.column.name': 'id' }
const ALL_ROWS = { mode: 'bulk', 'poll.interval.ms': '3600000' }

async function rowOf(server: DatabaseServer, props: Readonly<Record<string, string>>): Promise<unknown> {
  await using place = await serverPlace(server)
  await place.query('create table t (id int primary key)')
  await place.query('insert into t values (1)')
  await using source = await startSource(place, { ...props, 'topic.prefix': 'rows' })
  return (await source.take(1))[0]?.value
}

describeWith(['postgresql'], 'queries of PostgreSQL', ({ postgresql }) => {
  it.each([
    [`select id, '{"a":1}'::jsonb ? 'a' as v from t`, true],
    [`select id, '{"a":1}'::jsonb ?? 'a' as v from t`, true],
    [String.raw`select id, E'it\'s ?' as v from t`, "it's ?"],
    ['select id, $t1$ ? $t1$ as v from t', ' ? '],
    ["select id, '??' as v from t /* a /* ? */ ? */", '??'],
    ["select id, ';' as v from t; -- done", ';'],
  ])('%s', async (query, v) => {
    expect(await rowOf(postgresql, { ...NEW_ROWS, query })).toEqual({ id: 1, v })
    expect(await rowOf(postgresql, { ...ALL_ROWS, query })).toEqual({ id: 1, v })
  })
})

describeWith(['mariadb'], 'queries of MariaDB', ({ mariadb }) => {
  it.each([
    ["select id, '?' as v from t # why ?", '?'],
    ['select id, "#" as v from t where id > 0 -- don\'t', '#'],
    [String.raw`select id, '\'' v from t where id = 1 or id = '2'`, "'"],
  ])('%s', async (query, v) => {
    expect(await rowOf(mariadb, { ...NEW_ROWS, query })).toEqual({ id: 1, v })
    expect(await rowOf(mariadb, { ...ALL_ROWS, query })).toEqual({ id: 1, v })
  })
})
