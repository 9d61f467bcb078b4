// Each key of the source does what it says, on any database.
import type { Props } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { sourceProps, startConnector, startSource, type Offsets } from './drive.js'
import type { OpenPlace, Place } from './place.js'
import { at, BY_BOTH, BY_ID, BY_TIME, EPOCH_MS, ids, numbers, withTable } from './source-tables.js'

export function keysSuite(open: OpenPlace): void {
  connectionSuite(open)
  tablesSuite(open)
  readingSuite(open)
  aliasSuite(open)
}

const open10s = () => AbortSignal.timeout(10_000)

/** The level a statement of the source runs under, as the database tells it. */
const LEVEL: Readonly<Record<Place['kind'], string>> = {
  mariadb: "SELECT REPLACE(@@tx_isolation, '-', ' ') AS level",
  postgresql: "SELECT upper(current_setting('transaction_isolation')) AS level",
  sqlite: "SELECT 'SERIALIZABLE' AS level",
}

function connectionSuite(open: OpenPlace): void {
  test.each(['READ_UNCOMMITTED', 'READ_COMMITTED', 'REPEATABLE_READ', 'SERIALIZABLE', 'serializable'])(
    'transaction.isolation.mode=%s is the level of what is read, also on a connection opened anew',
    async (mode) => {
      await using place = await open()
      const query = { mode: 'bulk', query: LEVEL[place.kind], 'topic.prefix': 'q' }
      await using source = await startSource(place, { ...query, 'transaction.isolation.mode': mode })
      const [first] = await source.take(1)
      await place.endConnections?.()
      const [second] = await source.take(1)
      const expected = place.kind === 'sqlite' ? 'SERIALIZABLE' : mode.toUpperCase().replace('_', ' ')
      expect([first?.value, second?.value]).toEqual([{ level: expected }, { level: expected }])
    },
  )

  test('connection.attempts and connection.backoff.ms: a server that is not there is tried that often', async () => {
    const nobody = { 'connection.url': 'jdbc:postgresql://127.0.0.1:1/none', 'connection.backoff.ms': '1' }
    await using place = await open()
    const started = startConnector(place, { ...BY_ID, ...nobody, 'connection.attempts': '3' })
    await expect(started).rejects.toThrow(/127\.0\.0\.1:1/)
  })

  test.each<[string, Props, string]>([
    ['dialect.name that is none', { 'dialect.name': 'NoDatabaseDialect' }, 'dialect.name'],
    ['connection.url that is no URL', { 'connection.url': 'nonsense' }, 'connection.url'],
    ['connection.url of no database', { 'connection.url': 'jdbc:nothing://x' }, 'connection.url'],
  ])('a %s is blamed at validation', async (_what, props, key) => {
    await using place = await withTable(open)
    await using started = await startConnector(place, BY_ID)
    const problems = await started.connector.validate?.(sourceProps(place, { ...BY_ID, ...props }))
    expect(problems?.map((problem) => problem.key)).toEqual([key])
  })

  test('tables and the columns that can find new rows are there to choose from, however little is filled in', async () => {
    await using place = await withTable(open)
    await place.query('CREATE TABLE u (day DATE, no SMALLINT)')
    await using started = await startConnector(place, BY_ID)
    const recommend = (props: Props) => started.connector.recommend?.({ ...place.props, ...props }, open10s())
    const tables = ['t', 'u'].map((name) => place.fullName(name))
    const [all, own, wrong] = [
      await recommend({}),
      await recommend({ ...BY_ID, mode: 'sideways', 'table.whitelist': 't' }),
      await recommend({ 'table.include.list': '(', 'poll.interval.ms': 'soon' }),
    ]
    expect([all?.['table.whitelist'], own?.['table.blacklist'], wrong?.['table.whitelist']]).toEqual([
      tables,
      tables,
      tables,
    ])
    expect(all?.['incrementing.column.name']).toEqual(['id', 'no'])
    expect([own?.['incrementing.column.name'], own?.['timestamp.column.name']]).toEqual([['id'], ['at']])
    expect(await started.connector.recommend?.({}, open10s())).toEqual({})
  })

  test('quote.sql.identifiers=never leaves names to the database', async () => {
    await using place = await withTable(open, [at(0)])
    await using source = await startSource(place, {
      ...BY_ID,
      'table.whitelist': 't',
      'quote.sql.identifiers': 'never',
      query: '',
    })
    expect(ids(await source.take(1))).toEqual([1])
  })
}

function tablesSuite(open: OpenPlace): void {
  const found = async (place: Place, props: Props) => {
    await using started = await startConnector(place, { mode: 'bulk', ...props })
    const configs = await started.connector.taskConfigs(9)
    return configs.map((config) => config['tables']?.replaceAll(/["`]/g, '').split('.').at(-1))
  }

  test.each<[string, (t: string) => Props, string[]]>([
    ['a bare name in the whitelist', () => ({ 'table.whitelist': 'a' }), ['a']],
    ['a whole name in the whitelist', (t) => ({ 'table.whitelist': t }), ['a']],
    ['the blacklist', () => ({ 'table.blacklist': 'a' }), ['b']],
    ['whitelist over blacklist', () => ({ 'table.whitelist': 'a,b', 'table.blacklist': 'a' }), ['a', 'b']],
    ['the include list', () => ({ 'table.include.list': '.*a,.*nope' }), ['a']],
    ['the include list, of whole names', (t) => ({ 'table.include.list': t.replace('.', '\\.') }), ['a']],
    ['include without exclude', () => ({ 'table.include.list': '.*', 'table.exclude.list': '.*b' }), ['a']],
    ['views', () => ({ 'table.blacklist': 'x', 'table.types': 'view' }), ['v']],
    ['tables and views', () => ({ 'table.blacklist': 'b', 'table.types': 'TABLE, VIEW' }), ['a', 'v']],
  ])('%s chooses the tables', async (_what, props, expected) => {
    await using place = await open()
    await place.query('CREATE TABLE a (id INT)')
    await place.query('CREATE TABLE b (id INT)')
    await place.query('CREATE VIEW v AS SELECT id FROM a')
    expect(await found(place, props(place.fullName('a')))).toEqual(expected)
  })

  test('a pattern that would match for ever is stopped, and blamed', async () => {
    await using place = await open()
    await place.query(`CREATE TABLE ${'a'.repeat(60)} (id INT)`)
    const props = { mode: 'bulk', 'table.include.list': '(.*a+)+(a+)+(a+)+!', 'table.poll.interval.ms': '60000' }
    await using started = await startConnector(place, props)
    await started.connector.taskConfigs(1)
    expect(started.asked.errors).toEqual([expect.objectContaining({ code: 'slow-pattern' })])
  })
}

function readingSuite(open: OpenPlace): void {
  test('max.buffer.size bounds a page, whatever batch.max.rows says', async () => {
    await using place = await withTable(
      open,
      numbers(120).map(() => at(0)),
    )
    await using source = await startSource(place, { ...BY_ID, 'max.buffer.size': '25' })
    expect(ids(await source.take(120))).toEqual(numbers(120))
    expect(source.batches.map((batch) => batch.length)).toEqual([25, 25, 25, 25, 20])
  })

  test.each(['-5', '0', '1'])('batch.max.rows=%s reads every row, one after the other', async (rows) => {
    await using place = await withTable(open, [at(0), at(1), at(2)])
    await using source = await startSource(place, { ...BY_ID, 'batch.max.rows': rows })
    expect(ids(await source.take(3))).toEqual([1, 2, 3])
    expect(source.batches.every((batch) => batch.length === 1)).toBe(true)
  })

  test('facts 21, 22: an offset with nanoseconds is one instant with its milliseconds, and one without has their fraction', async () => {
    await using place = await withTable(open, [at(0, 105_000), at(0, 105_001), at(0, 106_000)])
    const key = `{"protocol":"1","table":"${place.fullName('t')}"}`
    const stored = (offset: string): Offsets => new Map([[key, offset]])
    const whole = `{"timestamp_nanos":105000000,"timestamp":${EPOCH_MS + 105}}`
    await using both = await startSource(place, BY_TIME, stored(whole))
    await using old = await startSource(place, BY_TIME, stored(`{"timestamp":${EPOCH_MS + 105}}`))
    expect([ids(await both.take(2)), ids(await old.take(2))]).toEqual([
      [2, 3],
      [2, 3],
    ])
  })

  test('an offset with the id alone, or with nothing, starts at the beginning of time', async () => {
    await using place = await withTable(open, [at(0), at(1)])
    const key = `{"protocol":"1","table":"${place.fullName('t')}"}`
    await using idAlone = await startSource(place, BY_BOTH, new Map([[key, '{"incrementing":1}']]))
    await using nothing = await startSource(place, BY_BOTH, new Map([[key, '{}']]))
    expect([ids(await idAlone.take(2)), ids(await nothing.take(2))]).toEqual([
      [1, 2],
      [1, 2],
    ])
  })
}

function aliasSuite(open: OpenPlace): void {
  test('timestamp.initial.ms and sql.quote.identifiers are other names of keys', async () => {
    await using place = await withTable(open, [at(9), at(11)])
    const props = { ...BY_TIME, 'timestamp.initial.ms': String(EPOCH_MS + 10_000), 'sql.quote.identifiers': 'false' }
    await using source = await startSource(place, props)
    expect(ids(await source.take(1))).toEqual([2])
  })

  test('incrementing.initial is where a first run starts, and an offset wins over it', async () => {
    await using place = await withTable(open, [at(0), at(0), at(0)])
    const props = { ...BY_ID, 'incrementing.initial': '2' }
    await using first = await startSource(place, props)
    const key = `{"protocol":"1","table":"${place.fullName('t')}"}`
    await using stored = await startSource(place, props, new Map([[key, '{"incrementing":1}']]))
    expect([ids(await first.take(1)), ids(await stored.take(2))]).toEqual([[3], [2, 3]])
  })

  test('with table.names.qualify=false an offset under the bare name is found', async () => {
    await using place = await withTable(open, [at(0), at(0)])
    const stored: Offsets = new Map([['{"protocol":"1","table":"t"}', '{"incrementing":1}']])
    await using source = await startSource(place, { ...BY_ID, 'table.names.qualify': 'false' }, stored)
    const [told] = await source.take(1)
    expect(told).toMatchObject({ value: { id: 2 }, partition: `{"protocol":"1","table":"${place.fullName('t')}"}` })
  })
}
