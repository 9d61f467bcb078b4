// Facts of the Java source that need schemas, capitals or sessions of a server, by the numbers of its list of facts.
import { describeWith, waitFor } from '@rowbridge/testkit'
import { expect, test } from 'vitest'
import { startConnector, startSource } from '../jdbc/drive.js'
import { serverPlace } from '../jdbc/place.js'
import { at, BY_ID, ids, numbers, withTable } from '../jdbc/source-tables.js'

/** Rows of which those from the 5001st take a minute each: nobody who waits for the last one gets the first. */
const ENDLESS = {
  mariadb: 'SELECT seq AS id, CASE WHEN seq > 5000 THEN SLEEP(60) END AS s FROM seq_1_to_6000',
  postgresql: 'SELECT n AS id, CASE WHEN n > 5000 THEN pg_sleep(60)::text END AS s FROM generate_series(1, 6000) n',
}

describeWith(['mariadb', 'postgresql'], 'facts of the source on servers', (servers) => {
  test.each(['mariadb', 'postgresql'] as const)(
    'fact 73d: a result is handed out while %s still makes it, whatever its size',
    async (kind) => {
      await using place = await serverPlace(servers[kind])
      await using source = await startSource(place, { mode: 'bulk', query: ENDLESS[kind], 'topic.prefix': 'q' })
      expect(ids(await source.take(1000)).slice(0, 1000)).toEqual(numbers(1000))
    },
  )
})

const LEFT_OPEN = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"

describeWith(['postgresql'], 'facts of the source on PostgreSQL', ({ postgresql }) => {
  const open = () => serverPlace(postgresql)

  test('fact 45: one name in two schemas is refused, until one of them is named in full', async () => {
    await using place = await withTable(open)
    await place.query('CREATE SCHEMA other')
    await place.query('CREATE TABLE other.t (id INT)')
    await using both = await startConnector(place, BY_ID)
    await expect(both.connector.taskConfigs(1)).rejects.toThrow(/other\.t and public\.t have the same name/)
    await using one = await startConnector(place, { ...BY_ID, 'table.whitelist': 'public.t' })
    expect((await one.connector.taskConfigs(1))[0]?.['tables']).toBe('"public"."t"')
  })

  test.each<[string, Record<string, string>, string[]]>([
    ['fact 49: schema.pattern narrows the list', { 'table.blacklist': 'x', 'schema.pattern': 'oth%' }, ['"other"."u"']],
    ['fact 50: a pattern of two parts', { 'table.include.list': 'public\\.t' }, ['"public"."t"']],
    ['fact 50: a pattern of three parts', { 'table.include.list': '.*\\.public\\.t' }, ['']],
    ['fact 51: an exception', { 'table.include.list': '.*', 'table.exclude.list': 'other\\..*' }, ['"public"."t"']],
  ])('%s', async (_fact, props, expected) => {
    await using place = await withTable(open)
    await place.query('CREATE SCHEMA other')
    await place.query('CREATE TABLE other.u (id INT)')
    await using started = await startConnector(place, { mode: 'bulk', ...props })
    expect((await started.connector.taskConfigs(9)).map((config) => config['tables'])).toEqual(expected)
  })

  test('fact 25: of two columns that differ in case alone the one of that very name is used, else none', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t ("Id" INT NOT NULL, "ID" INT NOT NULL)')
    await place.query('INSERT INTO t VALUES (1, 2)')
    await using source = await startSource(place, { ...BY_ID, 'incrementing.column.name': 'ID' })
    expect((await source.take(1))[0]?.offset).toBe('{"incrementing":2}')
    await expect(startSource(place, BY_ID)).rejects.toThrow(/no column id/)
  })

  test.each(['1', '-1', '0'])('fact 34: a lost connection with query.retry.attempts=%s', async (attempts) => {
    await using place = await withTable(open, [at(0)])
    await using source = await startSource(place, { ...BY_ID, 'query.retry.attempts': attempts })
    await source.take(1)
    await place.endConnections?.()
    await place.query(`INSERT INTO t (name, at) VALUES ('n', '${at(1)}')`)
    const next = source.take(1).then(ids, (error: unknown) => (error as { code?: unknown }).code)
    expect(await next).toEqual(attempts === '1' ? 'query-retries-exhausted' : [2])
  })

  test('fact 73c: no session is left in a transaction after a poll, nor after the stop', async () => {
    await using place = await withTable(open, [at(0)])
    const source = await startSource(place, BY_ID)
    expect(ids(await source.take(1))).toEqual([1])
    await source.poll()
    await waitFor('the end of every transaction', async () => (await place.query(LEFT_OPEN)).length === 0)
    await source[Symbol.asyncDispose]()
    await waitFor('the end of every transaction', async () => (await place.query(LEFT_OPEN)).length === 0)
  })

  test('fact 73f: capitals are kept in quotes, and left to the database without', async () => {
    await using place = await open()
    await place.query('CREATE TABLE "MyTable" ("Id" SERIAL PRIMARY KEY)')
    await place.query('CREATE TABLE lower (id SERIAL PRIMARY KEY)')
    await place.query('INSERT INTO "MyTable" DEFAULT VALUES')
    await place.query('INSERT INTO lower DEFAULT VALUES')
    const byId = { ...BY_ID, 'incrementing.column.name': '' }
    await using always = await startSource(place, { ...byId, 'table.whitelist': 'MyTable' })
    await using never = await startSource(place, {
      ...byId,
      'table.whitelist': 'lower',
      'quote.sql.identifiers': 'never',
    })
    expect([(await always.take(1))[0]?.value, (await never.take(1))[0]?.value]).toEqual([{ Id: 1 }, { id: 1 }])
  })
})

describeWith(['mariadb'], 'facts of the source on MariaDB', ({ mariadb }) => {
  test('catalog.pattern names the database to look in', async () => {
    await using place = await withTable(() => serverPlace(mariadb), [at(0)])
    await using other = await withTable(() => serverPlace(mariadb), [at(0), at(1)])
    const catalog = other.fullName('t').split('.')[0] ?? ''
    await using source = await startSource(place, { ...BY_ID, 'catalog.pattern': catalog })
    expect(ids(await source.take(2))).toEqual([1, 2])
  })

  test('the older driver name reads a masked column whose text looks like a parameter', async () => {
    await using place = await withTable(() => serverPlace(mariadb), [at(0), at(1)])
    const url = String(place.props['connection.url']).replace('jdbc:mariadb:', 'jdbc:mysql:')
    const masks = { 'columns.mask.with': 'name:a ? b \\ c', 'columns.mask.hash': '.*\\.at' }
    await using source = await startSource(place, { ...BY_ID, ...masks, 'connection.url': url })
    expect((await source.take(2)).map(({ value }) => value['name'])).toEqual(['a ? b \\ c', 'a ? b \\ c'])
  })
})
