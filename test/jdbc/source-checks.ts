// What the source refuses, what it tells, and how it bears failure and an end, on any database.
import { expect, test } from 'vitest'
import { ConfigError } from '@rowbridge/api'
import { sourceProps, startConnector, startSource, startTask } from './drive.js'
import type { OpenPlace } from './place.js'
import { at, BY_BOTH, BY_ID, BY_TIME, byText, ids, numbers, withTable } from './source-tables.js'

export function checksSuite(open: OpenPlace): void {
  test.each([
    ['incrementing', BY_ID],
    ['timestamp', BY_TIME],
    ['timestamp+incrementing', BY_BOTH],
  ])(
    'fact 20: a connection lost between pages is opened again, and no row is lost or doubled in %s mode',
    async (_mode, props) => {
      await using place = await withTable(
        open,
        numbers(3000).map((no) => at(no)),
      )
      // Pages do not grow, so that there is more to read than was read ahead.
      const pages = { 'batch.max.rows': '100', 'max.buffer.size': '100' }
      await using source = await startSource(place, { ...props, ...pages })
      const first = await source.take(300)
      await place.endConnections?.()
      const rest = await source.take(3000 - first.length)
      expect(ids([...first, ...rest])).toEqual(numbers(3000))
      expect(source.journal.warnings.some((warning) => warning.includes('tried again'))).toBe(
        place.endConnections !== null,
      )
    },
  )

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'fact 41: a growing column that does not exist',
      { ...BY_ID, 'incrementing.column.name': 'nope' },
      /t has no column nope/,
    ],
    [
      'fact 38: a growing column that may be null',
      { ...BY_ID, 'incrementing.column.name': 'maybe' },
      /maybe may be null/,
    ],
    [
      'fact 40: a timestamp column that may be null',
      { ...BY_TIME, 'timestamp.column.name': 'maybe' },
      /maybe may be null/,
    ],
    [
      'no column that the database numbers',
      { ...BY_ID, 'incrementing.column.name': '' },
      /no column that the database numbers/,
    ],
    ['no table', { ...BY_ID, 'table.whitelist': 'nope' }, /none fits table\.whitelist=nope/],
  ])('%s: the task does not start, and says why', async (_what, props, message) => {
    await using place = await open()
    await place.query(`CREATE TABLE t (id INT NOT NULL, maybe INT, at ${place.timestamp} NOT NULL)`)
    await expect(startSource(place, props)).rejects.toThrow(message)
  })

  test('facts 38, 40: of two timestamp columns one may be null, and a growing column may where that is allowed', async () => {
    await using place = await open()
    await place.query(`CREATE TABLE t (id INT, a ${place.timestamp} NULL, b ${place.timestamp} NOT NULL)`)
    await using times = await startSource(place, { ...BY_TIME, 'timestamp.column.name': 'a,b' })
    await using id = await startSource(place, { ...BY_ID, 'validate.non.null': 'false' })
    expect([await times.poll(), await id.poll()]).toEqual([false, false])
  })

  test('a query the database refuses is blamed on the query, a wrong address on the URL', async () => {
    await using place = await open()
    await using started = await startConnector(place, { mode: 'bulk', query: 'SELECT 1 AS x', 'topic.prefix': 'q' })
    const validate = (props: Record<string, string>) =>
      started.connector.validate?.(
        sourceProps(place, { mode: 'bulk', 'topic.prefix': 'q', query: 'SELECT 1 AS x', ...props }),
      )
    expect(await validate({})).toEqual([])
    expect(await validate({ query: 'SELECT nope FROM nowhere' })).toMatchObject([{ key: 'query' }])
    expect(await validate({ 'connection.url': 'jdbc:nothing://x' })).toMatchObject([{ key: 'connection.url' }])
  })

  test('keys without effect are told, and what looks like a misspelt key; driver properties are not', async () => {
    await using place = await withTable(open)
    const props = {
      ...BY_ID,
      'max.buffer.size': '7',
      'transaction.isolation.mode': 'SERIALIZABLE',
      'table.names.qualify': 'false',
      'connection.pasword': 'x',
      'connection.socketTimeout': '5000',
    }
    await using started = await startConnector(place, props)
    expect(started.journal.warnings.map((warning) => warning.split(' ')[0] ?? '').toSorted(byText)).toEqual([
      'connection.pasword',
      'table.names.qualify',
    ])
  })

  test('a task that waits stops long before its pause is over', async () => {
    await using place = await withTable(open)
    const source = await startSource(place, { ...BY_ID, 'poll.linger.ms': '60000', 'poll.interval.ms': '60000' })
    const polling = source.poll()
    const start = performance.now()
    await source[Symbol.asyncDispose]()
    expect(await polling).toBe(false)
    expect(performance.now() - start).toBeLessThan(20_000)
  })

  test('a task that was given no tables yet waits for its next configuration', async () => {
    await using place = await open()
    await using source = await startTask(
      sourceProps(place, { ...BY_ID, tables: '', 'tables.fetched': 'false' }),
      new Map(),
    )
    expect(await source.poll()).toBe(false)
  })

  test('a configuration that cannot be used is a ConfigError', async () => {
    await using place = await withTable(open)
    await expect(startSource(place, { ...BY_ID, 'incrementing.column.name': 'nope' })).rejects.toBeInstanceOf(
      ConfigError,
    )
  })

  test('a cursor without an index is warned of once, one with an index is not', async () => {
    await using place = await withTable(open, [at(1)])
    await using slow = await startSource(place, BY_TIME)
    await slow.take(1)
    expect(slow.journal.warnings.filter((warning) => warning.includes('no index begins with at'))).toHaveLength(1)
    await place.query('CREATE INDEX t_at ON t (at)')
    await using quick = await startSource(place, BY_TIME)
    await quick.take(1)
    expect(quick.journal.warnings).toEqual([])
  })

  test('a query whose plan reads a large table whole is warned of', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, no BIGINT NOT NULL, name VARCHAR(10))')
    for (let from = 1; from < 12_000; from += 1000) {
      const rows = numbers(1000, from).map((no) => `(${no}, ${no}, 'n')`)
      await place.query(`INSERT INTO t VALUES ${rows.join(', ')}`)
    }
    await place.query(place.kind === 'mariadb' ? 'ANALYZE TABLE t' : 'ANALYZE')
    const query = "SELECT no, name FROM t WHERE name <> 'x'"
    const byNo = { mode: 'incrementing', 'incrementing.column.name': 'no', query, 'topic.prefix': 'q' }
    await using slow = await startSource(place, byNo)
    expect(slow.journal.warnings.filter((warning) => warning.includes('reads whole tables'))).toHaveLength(1)
    await place.query('CREATE INDEX t_no ON t (no)')
    await place.query(place.kind === 'mariadb' ? 'ANALYZE TABLE t' : 'ANALYZE')
    await using quick = await startSource(place, byNo)
    expect(quick.journal.warnings).toEqual([])
  })
}
