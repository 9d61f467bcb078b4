// Where a source begins, what it does about tables that come and go, and how it ends by itself, on any database.
import { expect, test } from 'vitest'
import { waitFor } from '@rowbridge/testkit'
import { startConnector, startSource, startTask, type Offsets } from './drive.js'
import type { OpenPlace, Place } from './place.js'
import { at, BY_BOTH, BY_ID, BY_TIME, EPOCH_MS, ids, insert, numbers, withTable } from './source-tables.js'

const PARTITION = (place: Place, table = 't') => `{"protocol":"1","table":"${place.fullName(table)}"}`
const QUERY = { mode: 'incrementing', 'incrementing.column.name': 'id', query: 'SELECT id FROM t', 'topic.prefix': 'q' }

export function lifeSuite(open: OpenPlace): void {
  test.each<[string, Record<string, string>, number[]]>([
    ['a number', { ...BY_ID, 'offset.initial': '2' }, [3, 4]],
    ['earliest', { ...BY_ID, 'offset.initial': 'earliest' }, [1, 2, 3, 4]],
    ['a number for other tables', { ...BY_ID, 'offset.initial': 'u:2,1' }, [2, 3, 4]],
    ['a number for this table', { ...BY_ID, 'offset.initial': '1, .*t:3' }, [4]],
    ['milliseconds', { ...BY_TIME, 'offset.initial': String(EPOCH_MS + 3000) }, [4]],
    ['a time', { ...BY_TIME, 'offset.initial': '2020-01-01T00:00:02Z' }, [3, 4]],
    [
      'a time that wins over timestamp.initial',
      { ...BY_BOTH, 'offset.initial': '2020-01-01', 'timestamp.initial': '-1' },
      [1, 2, 3, 4],
    ],
    ['a number for a query', { ...QUERY, 'offset.initial': '3' }, [4]],
  ])('a first run begins where offset.initial says: %s', async (_what, props, expected) => {
    await using place = await withTable(open, [at(1), at(2), at(3), at(4)])
    await using source = await startSource(place, props)
    expect(ids(await source.take(expected.length))).toEqual(expected)
    expect(await source.poll()).toBe(false)
  })

  test.each<[string, Record<string, string>]>([
    ['a table by its ids', BY_ID],
    ['a query by its ids', QUERY],
  ])('a first run that begins now reads %s from then on, also after a restart before any row', async (_what, props) => {
    await using place = await withTable(open, [at(1), at(2), at(3)])
    const offsets: Offsets = new Map()
    {
      await using source = await startSource(place, { ...props, 'offset.initial': 'now' }, offsets)
      expect(await source.poll()).toBe(false)
    }
    await insert(place, [at(4), at(5)])
    await using again = await startSource(place, { ...props, 'offset.initial': 'now' }, offsets)
    expect(ids(await again.take(2))).toEqual([4, 5])
  })

  test('a stored offset wins over offset.initial', async () => {
    await using place = await withTable(open, [at(1), at(2), at(3)])
    const offsets: Offsets = new Map([[PARTITION(place), '{"incrementing":1}']])
    await using source = await startSource(place, { ...BY_ID, 'offset.initial': 'now' }, offsets)
    expect(ids(await source.take(2))).toEqual([2, 3])
  })

  test('a time is refused for a table that is read by a number', async () => {
    await using place = await withTable(open, [at(1)])
    const props = { ...BY_ID, 'offset.initial': '2020-01-01' }
    await expect(startSource(place, props)).rejects.toMatchObject({ code: 'bad-initial-offset' })
  })

  test('a table that is dropped does not keep the other tables of its task from being read', async () => {
    await using place = await withTable(open, [at(1)])
    await place.query(`CREATE TABLE u (id ${place.autoId}, x VARCHAR(5))`)
    await using source = await startSource(place, { ...BY_ID, 'table.whitelist': 't,u' })
    await source.take(1)
    await place.query('DROP TABLE u')
    await waitFor('the table that is left out', async () => {
      await source.poll()
      return source.troubles.length > 0
    })
    expect(source.troubles[0]).toContain('u')
    await insert(place, [at(2)])
    expect(ids(await source.take(1))).toEqual([2])
  })

  test('the only table of a task fails it when it is dropped', async () => {
    await using place = await withTable(open, [at(1)])
    await using source = await startSource(place, BY_ID)
    await source.take(1)
    await place.query('DROP TABLE t')
    const failure = () =>
      source.poll().then(
        () => null,
        (error: unknown) => error,
      )
    expect(await waitFor('the failure', failure)).toMatchObject({ code: 'unknown-table' })
  })

  test('a table that was gone for a moment while its task started is read when it is back', async () => {
    await using place = await withTable(open, [at(1)])
    const task = { ...BY_ID, 'table.whitelist': 't,u', 'table.poll.interval.ms': '20' }
    await place.query(`CREATE TABLE u (id ${place.autoId}, x VARCHAR(5))`)
    await using started = await startConnector(place, task)
    const [config = {}] = await started.connector.taskConfigs(1)
    await place.query('DROP TABLE u')
    await using source = await startTask(config, new Map())
    await source.take(1)
    await place.query(`CREATE TABLE u (id ${place.autoId}, x VARCHAR(5))`)
    await place.query("INSERT INTO u (x) VALUES ('a')")
    expect(await source.take(1)).toMatchObject([{ topic: 'p-u', value: { id: 1 } }])
  })

  test('a renamed table is a table that went and one that came', async () => {
    await using place = await withTable(open)
    const props = { mode: 'incrementing', 'incrementing.column.name': 'id', 'table.poll.interval.ms': '20' }
    await using started = await startConnector(place, { ...props, 'table.blacklist': 'other' })
    const tables = async () => (await started.connector.taskConfigs(9)).map((config) => config['tables'] ?? '')
    expect(await tables()).toEqual([expect.stringContaining('t')])
    await place.query('ALTER TABLE t RENAME TO renamed')
    await waitFor('the other name', async () => (await tables())[0]?.includes('renamed'))
    expect(started.asked.reconfigurations).toBeGreaterThan(0)
  })

  test('a connector without tables gets its first one', async () => {
    await using place = await open()
    const props = { mode: 'incrementing', 'incrementing.column.name': 'id', 'table.poll.interval.ms': '20' }
    await using started = await startConnector(place, { ...props, 'table.whitelist': 't' })
    expect(await started.connector.taskConfigs(2)).toMatchObject([{ tables: '', 'tables.fetched': 'true' }])
    await place.query(`CREATE TABLE t (id ${place.autoId})`)
    await waitFor('the table', () => started.asked.reconfigurations > 0)
    expect((await started.connector.taskConfigs(2))[0]?.['tables']).toContain('t')
  })

  test('a database that is away does not make the tables vanish', async () => {
    await using place = await withTable(open)
    const props = { ...BY_ID, 'table.poll.interval.ms': '20' }
    await using started = await startConnector(place, props)
    const before = await started.connector.taskConfigs(1)
    await place.endConnections?.()
    await place.query('CREATE TABLE bystander (id INT)')
    expect(await started.connector.taskConfigs(1)).toEqual(before)
    expect(started.asked).toEqual({ reconfigurations: 0, errors: [] })
  })

  test.each<[string, Record<string, string>]>([
    ['incrementing', BY_ID],
    ['timestamp', BY_TIME],
    ['timestamp+incrementing', BY_BOTH],
    ['bulk', { mode: 'bulk', 'table.whitelist': 't', 'topic.prefix': 'p-' }],
  ])('a run to the present end is over when all is read in %s mode', async (_mode, props) => {
    await using place = await withTable(
      open,
      numbers(250).map((no) => at(no)),
    )
    await using source = await startSource(place, { ...props, 'run.once': 'true', 'batch.max.rows': '100' })
    expect(source.task.isAtEnd?.()).toBe(false)
    const told = await source.take(250)
    await waitFor('the end', async () => {
      expect(await source.poll()).toBe(false)
      return source.task.isAtEnd?.()
    })
    expect(ids(told)).toEqual(numbers(250))
  })

  test('rows of a megabyte are read a few at a time', async () => {
    await using place = await open()
    const wide = { mariadb: 'LONGTEXT', postgresql: 'TEXT', sqlite: 'TEXT' }[place.kind]
    await place.query(`CREATE TABLE t (id ${place.autoId}, wide ${wide})`)
    for (const _ of numbers(60)) await place.query(`INSERT INTO t (wide) VALUES ('${'x'.repeat(1_000_000)}')`)
    await using source = await startSource(place, BY_ID)
    expect(ids(await source.take(60))).toEqual(numbers(60))
    expect(source.batches.slice(1).every((batch) => batch.length <= 8)).toBe(true)
  })
}
