// More of what is known of the Java source, by number: how queries and odd cursors are read, and what of times that are null; on any database.
import { expect, test } from 'vitest'
import { startSource, type Offsets } from './drive.js'
import type { OpenPlace } from './place.js'
import { at, BY_BOTH, BY_ID, BY_TIME, ids, withTable } from './source-tables.js'

export function factCursorsSuite(open: OpenPlace): void {
  nullTimesSuite(open)
  queryFactsSuite(open)

  test('fact 29: a suffix stands behind the ORDER BY of a table', async () => {
    await using place = await withTable(open, [at(0)])
    for (const props of [BY_ID, BY_TIME, BY_BOTH]) {
      await using source = await startSource(place, { ...props, 'query.suffix': '/* last */' })
      expect(ids(await source.take(1))).toEqual([1])
      expect(source.journal.details.find((line) => line.includes('is read by'))).toMatch(/ ORDER BY .* \/\* last \*\/$/)
    }
  })

  test('fact 39: a column of the primary key never counts as one that may be null', async () => {
    await using place = await open()
    // SQLite reports such a column as one that may be null.
    await place.query('CREATE TABLE t (id INT PRIMARY KEY)')
    await place.query('INSERT INTO t VALUES (1)')
    await using source = await startSource(place, { ...BY_ID, 'validate.non.null': 'true' })
    expect(ids(await source.take(1))).toEqual([1])
  })
}

function nullTimesSuite(open: OpenPlace): void {
  // Reached there where the alias hides the column in the record alone, as the condition sees the column.
  test('fact 19: a row of a query whose time comes out as null carries an empty offset', async () => {
    await using place = await withTable(open, [at(1)])
    const name = place.quote('at')
    const query = { query: `SELECT id, NULLIF(at, at) ${name} FROM t`, 'topic.prefix': 'q', 'commit.safe': 'false' }
    await using source = await startSource(place, {
      mode: 'timestamp',
      'timestamp.column.name': 'at',
      ...query,
    })
    expect(await source.take(1)).toMatchObject([{ value: { id: 1, at: null }, offset: '{}' }])
  })

  test('fact 26: an offset without a time is 1970, and a row whose times are all null is not found', async () => {
    await using place = await open()
    await place.query(`CREATE TABLE t (id ${place.autoId}, a ${place.timestamp} NULL, b ${place.timestamp} NULL)`)
    await place.query(
      "INSERT INTO t (a, b) VALUES (NULL, '1969-12-31 23:59:59'), (NULL, NULL), (NULL, '1970-01-01 00:00:01')",
    )
    const key = `{"protocol":"1","table":"${place.fullName('t')}"}`
    for (const props of [BY_TIME, BY_BOTH]) {
      const offsets: Offsets = new Map([[key, '{"incrementing":1}']])
      const columns = { 'timestamp.column.name': 'a,b', 'validate.non.null': 'false' }
      await using source = await startSource(place, { ...props, ...columns }, offsets)
      expect(ids(await source.take(1))).toEqual([3])
      expect(await source.poll()).toBe(false)
    }
  })
}

function queryFactsSuite(open: OpenPlace): void {
  const byId = (query: string) => ({
    mode: 'incrementing',
    'incrementing.column.name': 'id',
    query,
    'topic.prefix': 'q',
  })

  test('fact 30: the condition of a query names bare columns, its topic is the prefix, its schema has no name', async () => {
    await using place = await withTable(open, [at(0)])
    await using source = await startSource(place, byId('SELECT id, name FROM t'))
    expect((await source.take(1))[0]?.topic).toBe('q')
    expect(source.batches[0]?.value.schema?.name).toBeNull()
    const statement = source.journal.details.find((line) => line.includes('is read by'))
    expect(statement).toContain(` WHERE ${place.quote('id')} > ?`)
  })

  // There the first is told in the log, and fails; here it can be read, so that there is nothing to tell.
  test.each([
    ['fact 59: a query with a condition of its own', 'SELECT id, name FROM t WHERE id > 1'],
    ['fact 59: a query with a condition in a subquery', 'SELECT id, name FROM (SELECT * FROM t WHERE id > 1) x'],
  ])('%s is read by its growing column, and nothing is told', async (_fact, query) => {
    await using place = await withTable(open, [at(0), at(0), at(0)])
    await using source = await startSource(place, byId(query))
    expect(ids(await source.take(2))).toEqual([2, 3])
    expect([...source.journal.warnings, ...source.journal.infos].join('\n')).not.toMatch(/where/i)
  })
}
