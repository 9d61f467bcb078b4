// How the source reads, on any database.
import { describe, expect, test } from 'vitest'
import { waitFor } from '@rowbridge/testkit'
import { startConnector, startSource, type Offsets } from './drive.js'
import type { OpenPlace } from './place.js'
import { checksSuite } from './source-checks.js'
import { columnsSuite } from './source-columns.js'
import { factCursorsSuite } from './source-fact-cursors.js'
import { factsSuite } from './source-facts.js'
import { keysSuite } from './source-keys.js'
import { lifeSuite } from './source-life.js'
import { statementsSuite } from './source-statements.js'
import { ascending, at, BY_BOTH, BY_ID, BY_TIME, EPOCH_MS, ids, insert, numbers, withTable } from './source-tables.js'

export function sourceSuite(title: string, open: OpenPlace): void {
  describe(title, () => {
    idSuite(open)
    timeSuite(open)
    bothSuite(open)
    querySuite(open)
    tablesSuite(open)
    columnsSuite(open)
    keysSuite(open)
    factsSuite(open)
    factCursorsSuite(open)
    statementsSuite(open)
    checksSuite(open)
    lifeSuite(open)
  })
}

const marked = (second: number, micros = 0) =>
  `{"timestamp_nanos":${micros * 1000},"timestamp":${EPOCH_MS + second * 1000 + Math.floor(micros / 1000)}}`
const markedBoth = (second: number, id: number) =>
  `{"timestamp_nanos":0,"incrementing":${id},"timestamp":${EPOCH_MS + second * 1000}}`
const byId = (query: string) => ({
  mode: 'incrementing',
  'incrementing.column.name': 'id',
  query,
  'topic.prefix': 'q',
})

function idSuite(open: OpenPlace): void {
  test('fact 20: incrementing mode reads a table once, in order, over many pages, and then what is added', async () => {
    await using place = await withTable(
      open,
      numbers(1234).map(() => at(0)),
    )
    await using source = await startSource(place, { ...BY_ID, 'batch.max.rows': '100' })
    expect(ids(await source.take(1234))).toEqual(numbers(1234))
    expect(source.batches.every((batch) => batch.length <= 100)).toBe(true)
    expect(await source.poll()).toBe(false)
    await insert(place, [at(1)])
    expect(ids(await source.take(1))).toEqual([1235])
  })

  test('records go to prefix and table, with the schema of the table and the offset of the last row', async () => {
    await using place = await withTable(open, [at(0), at(1)])
    await using source = await startSource(place, BY_ID)
    const [, last] = await source.take(2)
    expect(last).toMatchObject({
      topic: 'p-t',
      partition: `{"protocol":"1","table":"${place.fullName('t')}"}`,
      offset: '{"incrementing":2}',
      value: { id: 2, name: 'n', at: EPOCH_MS + 1000 },
    })
    expect(source.batches[0]?.value.schema?.name).toBe('t')
    expect(source.batches[0]?.key).toBeNull()
  })

  test.each<[string, (table: string) => Record<string, string>, number[]]>([
    ['the plain partition', () => ({ '{"table":"t"}': '{"incrementing":1}' }), [2, 3]],
    ['the partition with a protocol', (t) => ({ [`{"protocol":"1","table":"${t}"}`]: '{"incrementing":2}' }), [3]],
    [
      'the partition with a protocol, where there are both',
      (t) => ({ '{"table":"t"}': '{"incrementing":1}', [`{"protocol":"1","table":"${t}"}`]: '{"incrementing":2}' }),
      [3],
    ],
  ])('an offset under %s is where reading goes on', async (_what, stored, expected) => {
    await using place = await withTable(open, [at(0), at(0), at(0)])
    const offsets: Offsets = new Map(Object.entries(stored(place.fullName('t'))))
    await using source = await startSource(place, BY_ID, offsets)
    const told = await source.take(expected.length)
    expect(ids(told)).toEqual(expected)
    expect(told[0]?.partition).toContain('protocol')
  })

  test('without a name, the growing column is the one the database numbers', async () => {
    await using place = await withTable(open, [at(0)])
    await using source = await startSource(place, { ...BY_ID, 'incrementing.column.name': '', 'table.whitelist': 't' })
    expect(ids(await source.take(1))).toEqual([1])
  })

  test('a growing column with equal values loses none of them where a page ends', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id BIGINT NOT NULL, no BIGINT NOT NULL)')
    const rows = numbers(600).map((no) => `(${Math.ceil(no / 70)}, ${no})`)
    await place.query(`INSERT INTO t (id, no) VALUES ${rows.join(', ')}`)
    await using source = await startSource(place, { ...BY_ID, 'batch.max.rows': '100' })
    const told = await source.take(600)
    expect(ascending(told.map(({ value }) => Number(value['no'])))).toEqual(numbers(600))
  })

  test('a growing column that is called like a clause is read in its order', async () => {
    await using place = await open()
    const offset = place.quote('offset')
    await place.query(`CREATE TABLE t (no INT PRIMARY KEY, ${offset} INT NOT NULL UNIQUE)`)
    const rows = numbers(250).map((no) => `(${no}, ${251 - no})`)
    await place.query(`INSERT INTO t VALUES ${rows.join(', ')}`)
    await using source = await startSource(place, {
      ...BY_ID,
      'incrementing.column.name': 'offset',
      'batch.max.rows': '100',
    })
    expect((await source.take(250)).map(({ value }) => Number(value['offset']))).toEqual(numbers(250))
  })

  test('the share of a first load grows to 1', async () => {
    await using place = await withTable(
      open,
      numbers(300).map(() => at(0)),
    )
    // Pages do not grow, so that not all is read ahead.
    await using source = await startSource(place, { ...BY_ID, 'batch.max.rows': '100', 'max.buffer.size': '100' })
    const first = await source.take(1)
    expect(source.metrics.get('source-load-share')).toBeLessThan(1)
    await source.take(300 - first.length)
    await waitFor('the end of the load', async () => {
      await source.poll()
      return source.metrics.get('source-load-share') === 1
    })
  })
}

function timeSuite(open: OpenPlace): void {
  test('timestamp mode moves its offset past rows of one time only when all of them are read', async () => {
    await using place = await withTable(open, [at(10), at(10), at(20)])
    const offsets: Offsets = new Map([[`{"protocol":"1","table":"${place.fullName('t')}"}`, marked(5)]])
    await using source = await startSource(place, { ...BY_TIME, 'batch.max.rows': '1' }, offsets)
    expect((await source.take(3)).map(({ offset }) => offset)).toEqual([marked(5), marked(10), marked(20)])
  })

  test('before the first offset, the first of two rows of one time carries none', async () => {
    await using place = await withTable(open, [at(10), at(10)])
    await using source = await startSource(place, { ...BY_TIME, 'batch.max.rows': '1' })
    expect((await source.take(2)).map(({ offset }) => offset)).toEqual(['{}', marked(10)])
  })

  test('groups of equal times, smaller and larger than a page, are read whole and once', async () => {
    const groups = [3, 250, 1, 99, 100, 101, 40, 333]
    const times = groups.flatMap((size, second) => numbers(size).map(() => at(second)))
    await using place = await withTable(open, times)
    await using source = await startSource(place, { ...BY_TIME, 'batch.max.rows': '100' })
    const told = await source.take(times.length)
    expect(ascending(ids(told))).toEqual(numbers(times.length))
    expect(told.at(-1)?.offset).toBe(marked(groups.length - 1))
    expect(await source.poll()).toBe(false)
  })

  test('times that differ in microseconds are different times', async () => {
    await using place = await withTable(open, [at(1, 1), at(1, 2), at(1, 3)])
    const offsets: Offsets = new Map()
    await using source = await startSource(place, { ...BY_TIME, 'batch.max.rows': '1' }, offsets)
    const told = await source.take(3)
    expect(told.map(({ offset }) => offset)).toEqual([marked(1, 1), marked(1, 2), marked(1, 3)])
    offsets.set(`{"protocol":"1","table":"${place.fullName('t')}"}`, marked(1, 2))
    await using again = await startSource(place, BY_TIME, offsets)
    expect(ids(await again.take(1))).toEqual([3])
  })

  test('a row with the time of the offset is not read again', async () => {
    await using place = await withTable(open, [at(1)])
    const offsets: Offsets = new Map()
    await using source = await startSource(place, BY_TIME, offsets)
    await source.take(1)
    await using again = await startSource(place, BY_TIME, offsets)
    expect(await again.poll()).toBe(false)
  })

  test('timestamp.initial is where a first run starts, and an offset wins over it', async () => {
    await using place = await withTable(open, [at(9), at(10), at(11)])
    const initial = { ...BY_TIME, 'timestamp.initial': String(EPOCH_MS + 10_000) }
    await using source = await startSource(place, initial)
    expect(ids(await source.take(1))).toEqual([3])
    const offsets: Offsets = new Map([[`{"protocol":"1","table":"${place.fullName('t')}"}`, marked(9)]])
    await using stored = await startSource(place, initial, offsets)
    expect(ids(await stored.take(2))).toEqual([2, 3])
  })

  test('timestamp.initial=-1 leaves out what is older than the start', async () => {
    await using place = await withTable(open, [at(1)])
    await using source = await startSource(place, { ...BY_TIME, 'timestamp.initial': '-1' })
    expect(await source.poll()).toBe(false)
  })

  test('fact 12: a row younger than the delay is withheld, and delivered once it is older', async () => {
    await using place = await withTable(open)
    await insert(place, [new Date().toISOString().slice(0, -1).replace('T', ' ')])
    // An hour, as a shorter delay may be over before the first poll.
    await using late = await startSource(place, { ...BY_TIME, 'timestamp.delay.interval.ms': '3600000' })
    expect(await late.poll()).toBe(false)
    await using soon = await startSource(place, { ...BY_TIME, 'timestamp.delay.interval.ms': '4' })
    expect(ids(await soon.take(1))).toEqual([1])
    expect(await late.poll()).toBe(false)
    await place.query(`UPDATE t SET at = '${at(1)}'`)
    expect(ids(await late.take(1))).toEqual([1])
  })

  test('fact 13: of two timestamp columns the first that is not null counts', async () => {
    await using place = await open()
    await place.query(
      `CREATE TABLE t (id BIGINT NOT NULL, changed ${place.timestamp} NULL, made ${place.timestamp} NOT NULL)`,
    )
    await place.query(
      `INSERT INTO t VALUES (1, NULL, '${at(3)}'), (2, '${at(1)}', '${at(0)}'), (3, '${at(2)}', '${at(0)}')`,
    )
    await using source = await startSource(place, { ...BY_TIME, 'timestamp.column.name': 'changed,made' })
    const told = await source.take(3)
    expect(ids(told)).toEqual([2, 3, 1])
    expect(told.at(-1)?.offset).toBe(marked(3))
  })

  test('fact 14: the zone of the columns moves bounds and values alike', async () => {
    await using place = await withTable(open, [at(0), at(1)])
    const offsets: Offsets = new Map()
    const props = { ...BY_TIME, 'db.timezone': 'America/New_York' }
    await using source = await startSource(place, props, offsets)
    const told = await source.take(2)
    expect(told.map(({ value }) => value['at'])).toEqual([EPOCH_MS + 5 * 3_600_000, EPOCH_MS + 5 * 3_600_000 + 1000])
    await using again = await startSource(place, props, offsets)
    expect(await again.poll()).toBe(false)
  })

  test('timestamp.granularity gives all digits as text, whatever the offset', async () => {
    await using place = await withTable(open, [at(1, 123_456)])
    await using source = await startSource(place, { ...BY_TIME, 'timestamp.granularity': 'micros_iso_datetime_string' })
    const [told] = await source.take(1)
    expect(told).toMatchObject({ value: { at: '2020-01-01T00:00:01.123456' }, offset: marked(1, 123_456) })
  })
}

function bothSuite(open: OpenPlace): void {
  test('both columns together resume within a time, and see newer rows with a smaller id', async () => {
    await using place = await withTable(open, [at(12), at(10), at(10), at(9), at(11)])
    const offsets: Offsets = new Map([[`{"protocol":"1","table":"${place.fullName('t')}"}`, markedBoth(10, 2)]])
    await using source = await startSource(place, BY_BOTH, offsets)
    const told = await source.take(3)
    expect(ids(told)).toEqual([3, 5, 1])
    expect(told.at(-1)?.offset).toBe(markedBoth(12, 1))
  })

  test('rows of one time are read over many pages, in the order of their ids', async () => {
    await using place = await withTable(
      open,
      numbers(450).map(() => at(7)),
    )
    await using source = await startSource(place, { ...BY_BOTH, 'batch.max.rows': '100' })
    expect(ids(await source.take(450))).toEqual(numbers(450))
  })

  test('a changed row is read again', async () => {
    await using place = await withTable(open, [at(1), at(2)])
    await using source = await startSource(place, BY_BOTH)
    await source.take(2)
    await place.query(`UPDATE t SET at = '${at(3)}', name = 'new' WHERE id = 1`)
    expect(await source.take(1)).toMatchObject([{ value: { id: 1, name: 'new' } }])
  })
}

function querySuite(open: OpenPlace): void {
  test.each([
    ['a plain query', 'SELECT id, name FROM t', numbers(250)],
    ['a query with a condition of its own', 'SELECT id FROM t WHERE id > 3;', numbers(247, 4)],
    ['a query with a join', 'SELECT a.id, b.name FROM t a JOIN t b ON a.id = b.id', numbers(250)],
  ])('%s is read by its growing column', async (_what, query, expected) => {
    await using place = await withTable(
      open,
      numbers(250).map(() => at(0)),
    )
    const offsets: Offsets = new Map()
    await using source = await startSource(place, { ...byId(query), 'batch.max.rows': '100' }, offsets)
    const told = await source.take(expected.length)
    expect(ids(told)).toEqual(expected)
    expect(told.at(-1)).toMatchObject({ topic: 'q', partition: '{"query":"query"}', offset: '{"incrementing":250}' })
    expect(source.batches[0]?.value.schema?.name).toBeNull()
    expect(await source.poll()).toBe(false)
  })

  test('a query is read by its times', async () => {
    await using place = await withTable(open, [at(1), at(1), at(2)])
    const byTime = {
      mode: 'timestamp',
      'timestamp.column.name': 'AT',
      query: 'SELECT id, at FROM t',
      'topic.prefix': 'q',
    }
    await using source = await startSource(place, byTime)
    expect(ascending(ids(await source.take(3)))).toEqual([1, 2, 3])
  })

  test('fact 28: a suffix stands at the end of every statement, a query in bulk mode included', async () => {
    await using place = await withTable(open, [at(0), at(0), at(0)])
    const bulk = { mode: 'bulk', query: 'SELECT id FROM t', 'query.suffix': 'WHERE id > 1', 'topic.prefix': 'q' }
    await using source = await startSource(place, bulk)
    expect(ids(await source.take(2))).toEqual([2, 3])
  })

  test('a suffix with a limit never cuts rows of one time apart', async () => {
    await using place = await withTable(open, [at(1), at(2), at(2), at(2), at(3), at(3)])
    await using source = await startSource(place, { ...BY_TIME, 'query.suffix': 'LIMIT 2' })
    expect(ascending(ids(await source.take(6)))).toEqual(numbers(6))
    expect(await source.poll()).toBe(false)
  })
}

function tablesSuite(open: OpenPlace): void {
  test('fact 31: bulk mode gives every row at every run, without an offset', async () => {
    await using place = await withTable(
      open,
      numbers(150).map(() => at(0)),
    )
    await using source = await startSource(place, { mode: 'bulk', 'table.whitelist': 't', 'batch.max.rows': '100' })
    const told = await source.take(300)
    expect(ids(told)).toEqual([...numbers(150), ...numbers(150)])
    expect(told[0]).toMatchObject({ partition: '{"table":"t"}', offset: 'null' })
  })

  test('two tables of one task take turns, so that a long one does not keep the other waiting', async () => {
    await using place = await withTable(
      open,
      numbers(500).map(() => at(0)),
    )
    await place.query(`CREATE TABLE u (id ${place.autoId}, x VARCHAR(5))`)
    await place.query("INSERT INTO u (x) VALUES ('a'), ('b')")
    await using source = await startSource(place, { ...BY_ID, 'table.whitelist': 't,u', 'batch.max.rows': '100' })
    const told = await source.take(502)
    expect(source.batches.slice(0, 2).map((batch) => batch.topic)).toEqual(['p-t', 'p-u'])
    expect(ids(told.filter(({ topic }) => topic === 'p-t'))).toEqual(numbers(500))
  })

  test('fact 35: a column added between two runs is in the records of the second', async () => {
    await using place = await withTable(open, [at(0)])
    await using source = await startSource(place, BY_ID)
    const [first] = await source.take(1)
    await place.query('ALTER TABLE t ADD COLUMN more VARCHAR(10)')
    await place.query(`INSERT INTO t (name, at, more) VALUES ('n', '${at(1)}', 'x')`)
    const [second] = await source.take(1)
    expect(first?.value).not.toHaveProperty('more')
    expect(second?.value).toMatchObject({ id: 2, more: 'x' })
  })

  test('fact 46: tables made and dropped while the connector runs are noticed, and nothing else is', async () => {
    await using place = await withTable(open)
    const props = { mode: 'incrementing', 'incrementing.column.name': 'id', 'table.poll.interval.ms': '30' }
    await using started = await startConnector(place, { ...props, 'table.blacklist': 'other' })
    const tables = async () => (await started.connector.taskConfigs(9)).map((config) => config['tables'])
    expect(await tables()).toHaveLength(1)
    await place.query(`CREATE TABLE u (id ${place.autoId})`)
    await waitFor('the new table', () => started.asked.reconfigurations === 1)
    expect(await tables()).toHaveLength(2)
    await place.query(`CREATE TABLE other (id ${place.autoId})`)
    await place.query('DROP TABLE u')
    await waitFor('the dropped table', () => started.asked.reconfigurations === 2)
    expect(await tables()).toHaveLength(1)
    expect(started.asked).toEqual({ reconfigurations: 2, errors: [] })
  })

  test('fact 42: tables are dealt out to tasks as neighbours', async () => {
    await using place = await open()
    for (const name of ['a', 'b', 'c', 'd']) await place.query(`CREATE TABLE ${name} (id ${place.autoId})`)
    await using started = await startConnector(place, { ...BY_ID, 'table.whitelist': 'a,b,c,d' })
    const configs = await started.connector.taskConfigs(3)
    expect(configs.map((config) => config['tables']?.split(',').length)).toEqual([2, 1, 1])
    expect(configs[0]?.['tables.fetched']).toBe('true')
  })

  test('a view is read where table.types asks for it', async () => {
    await using place = await withTable(open, [at(0)])
    await place.query('CREATE VIEW v AS SELECT id, name FROM t')
    const props = { ...BY_ID, 'table.whitelist': 'v', 'table.types': 'VIEW', 'validate.non.null': 'false' }
    await using source = await startSource(place, props)
    expect(ids(await source.take(1))).toEqual([1])
  })

  test('names with capitals, blanks, quotes and commas are read', async () => {
    await using place = await open()
    const name = 'My, "odd" Table'
    const quoted = place.kind === 'mariadb' ? `\`${name}\`` : `"${name.replaceAll('"', '""')}"`
    await place.query(`CREATE TABLE ${quoted} (${place.quote('Id')} ${place.autoId}, ${place.quote('a b')} INT)`)
    await place.query(`INSERT INTO ${quoted} (${place.quote('a b')}) VALUES (7)`)
    await using source = await startSource(place, {
      mode: 'incrementing',
      'incrementing.column.name': 'id',
      'table.blacklist': 'x',
    })
    expect(await source.take(1)).toMatchObject([{ topic: name, value: { Id: 1, 'a b': 7 } }])
  })
}
