// What is known of the Java source, given and expected, by the numbers of its list of facts (../source-facts.test.ts); on any database.
import type { Props } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { sourceProps, startConnector, startSource, startTask, type Offsets } from './drive.js'
import type { OpenPlace, Place } from './place.js'
import { at, BY_BOTH, BY_ID, BY_TIME, EPOCH_MS, ids, insert, numbers, withTable } from './source-tables.js'

const GRANULARITIES = [
  'connect_logical',
  'micros_long',
  'micros_string',
  'micros_iso_datetime_string',
  'nanos_long',
  'nanos_string',
  'nanos_iso_datetime_string',
]
const timeOffset = (second: number, micros = 0) =>
  `{"timestamp_nanos":${micros * 1000},"timestamp":${EPOCH_MS + second * 1000 + Math.floor(micros / 1000)}}`
const bothOffset = (second: number, id: number) =>
  `{"timestamp_nanos":0,"incrementing":${id},"timestamp":${EPOCH_MS + second * 1000}}`
const byName = (offset: string) => ({ plain: offset })
const byWholeName = (offset: string) => ({ whole: offset })
const FROM_100_MS = { ...BY_TIME, 'timestamp.initial': String(EPOCH_MS + 100) }

interface Stored {
  readonly plain?: string
  readonly whole?: string
}

function offsetsOf(place: Place, { plain, whole }: Stored): Offsets {
  return new Map([
    ...(plain === undefined ? [] : ([['{"table":"t"}', plain]] as const)),
    ...(whole === undefined ? [] : ([[`{"protocol":"1","table":"${place.fullName('t')}"}`, whole]] as const)),
  ])
}

export function factsSuite(open: OpenPlace): void {
  resumingSuite(open)
  offsetSuite(open)
  columnsSuite(open)
  connectorSuite(open)
}

function resumingSuite(open: OpenPlace): void {
  type Fact = [string, readonly string[], Props, Stored, readonly number[]]
  test.each<Fact>([
    ['facts 1, 4: an offset under the older partition', [at(0), at(0)], BY_ID, byName('{"incrementing":1}'), [2]],
    ['fact 2: an offset under the newer partition', [at(0), at(0)], BY_ID, byWholeName('{"incrementing":1}'), [2]],
    [
      'fact 3: the newer partition wins',
      [at(0), at(0), at(0)],
      BY_ID,
      { plain: '{"incrementing":1}', whole: '{"incrementing":2}' },
      [3],
    ],
    ['fact 5: a row at the time of the offset is not read', [at(1)], BY_TIME, byWholeName(timeOffset(1)), []],
    ['fact 6: rows of one time go on by id', [at(10), at(10), at(11)], BY_BOTH, byWholeName(bothOffset(10, 1)), [2, 3]],
    ['fact 7: a smaller id with a newer time is read', [at(12), at(10)], BY_BOTH, byWholeName(bothOffset(10, 2)), [1]],
    ['fact 8: a larger id with an older time is not', [at(10), at(9)], BY_BOTH, byWholeName(bothOffset(10, 1)), []],
    ['fact 9: timestamp.initial', [at(0, 90_000), at(0, 100_000), at(0, 110_000)], FROM_100_MS, {}, [3]],
    ['fact 10: timestamp.initial=-1', [at(1)], { ...BY_TIME, 'timestamp.initial': '-1' }, {}, []],
    ['fact 11: an offset over timestamp.initial', [at(0, 90_000)], FROM_100_MS, byWholeName(timeOffset(-1)), [1]],
  ])('%s', async (...[, rows, props, stored, expected]: Fact) => {
    await using place = await withTable(open, rows)
    await using source = await startSource(place, props, offsetsOf(place, stored))
    const told = await source.take(expected.length)
    expect(ids(told)).toEqual(expected)
    expect(await source.poll()).toBe(false)
    expect(told.every(({ partition }) => partition.includes('"protocol":"1"'))).toBe(true)
  })

  test('fact 15: neither the zone of this process nor that of the database moves where reading goes on', async () => {
    const own = process.env['TZ']
    process.env['TZ'] = 'Asia/Tokyo'
    try {
      await using place = await withTable(open, [at(0), at(1)])
      const offsets: Offsets = new Map()
      const props = { ...BY_TIME, 'db.timezone': 'America/New_York' }
      await using source = await startSource(place, props, offsets)
      const [first] = await source.take(2)
      await insert(place, [at(2)])
      await using again = await startSource(place, props, offsets)
      expect([first?.value['at'], ids(await again.take(1))]).toEqual([EPOCH_MS + 5 * 3_600_000, [3]])
    } finally {
      if (own === undefined) delete process.env['TZ']
      else process.env['TZ'] = own
    }
  })
}

function offsetSuite(open: OpenPlace): void {
  type Fact = [string, readonly string[], Stored, readonly string[]]
  test.each<Fact>([
    [
      'fact 16: offsets of 10, 10, 20 after 5',
      [at(10), at(10), at(20)],
      byWholeName(timeOffset(5)),
      [5, 10, 20].map((s) => timeOffset(s)),
    ],
    ['fact 17: offsets of 10, 10 after none', [at(10), at(10)], {}, ['{}', timeOffset(10)]],
    ['fact 18: the offset of a single row', [at(10)], {}, [timeOffset(10)]],
  ])('%s', async (_fact, rows, stored, expected) => {
    await using place = await withTable(open, rows)
    const props = { ...BY_TIME, 'batch.max.rows': '1' }
    await using source = await startSource(place, props, offsetsOf(place, stored))
    expect((await source.take(rows.length)).map(({ offset }) => offset)).toEqual(expected)
  })

  test.each(GRANULARITIES)('fact 27: the offset is the exact instant in granularity %s', async (granularity) => {
    await using place = await withTable(open, [at(1, 123_456)])
    await using source = await startSource(place, { ...BY_TIME, 'timestamp.granularity': granularity })
    expect((await source.take(1)).map(({ offset }) => offset)).toEqual([timeOffset(1, 123_456)])
  })

  test('fact 37: more rows than batch.max.rows come in several batches, none lost', async () => {
    await using place = await withTable(
      open,
      numbers(17).map(() => at(0)),
    )
    await using source = await startSource(place, { ...BY_ID, 'batch.max.rows': '5' })
    expect(ids(await source.take(17))).toEqual(numbers(17))
    expect(source.batches.map((batch) => batch.length)).toEqual([5, 5, 5, 2])
  })

  test('fact 33: an error that cannot pass ends the task, and its cause is told', async () => {
    await using place = await withTable(open, [at(0)])
    await using source = await startSource(place, BY_ID)
    await source.take(1)
    await place.query('DROP TABLE t')
    await expect(source.take(1)).rejects.toThrow(/\bt\b/)
  })
}

function columnsSuite(open: OpenPlace): void {
  const grown = async (type: string, values: string) => {
    const place = await open()
    await place.query(`CREATE TABLE t (id ${type})`)
    await place.query(`INSERT INTO t VALUES ${values}`)
    return place
  }
  const anyId = { ...BY_ID, 'validate.non.null': 'false' }

  test('fact 23: a whole decimal finds new rows', async () => {
    await using place = await grown('DECIMAL(20,0) NOT NULL', '(1), (2)')
    await using source = await startSource(place, BY_ID)
    expect((await source.take(2)).map(({ offset }) => offset).at(-1)).toBe('{"incrementing":2}')
  })

  test.each([
    ['fact 23: a decimal with a fraction', 'DECIMAL(20,2) NOT NULL', '(1.5)'],
    ['fact 23: a decimal above 64 bits', 'DECIMAL(20,0) NOT NULL', '(99999999999999999999)'],
    ['fact 24: a text', 'VARCHAR(20) NOT NULL', "('1')"],
  ])('%s cannot find new rows, and the table is named', async (_fact, type, values) => {
    await using place = await grown(type, values)
    const readOne = async () => {
      await using source = await startSource(place, anyId)
      await source.take(1)
    }
    await expect(readOne()).rejects.toThrow(/\bt\b|operator does not exist/)
  })

  test('fact 25: a column is found by another case of letters', async () => {
    await using place = await withTable(open, [at(1)])
    const props = { ...BY_BOTH, 'timestamp.column.name': 'AT', 'incrementing.column.name': 'Id' }
    await using source = await startSource(place, props)
    expect((await source.take(1))[0]?.offset).toBe(bothOffset(1, 1))
  })

  test('fact 36: the rows of two tables come in turns, by the order of their names', async () => {
    await using place = await open()
    for (const name of ['b', 'a']) {
      await place.query(`CREATE TABLE ${name} (id ${place.autoId}, x INT)`)
      await place.query(`INSERT INTO ${name} (x) VALUES (1)`)
    }
    await using source = await startSource(place, { ...BY_ID, 'table.whitelist': 'a,b' })
    expect((await source.take(2)).map(({ topic }) => topic)).toEqual(['p-a', 'p-b'])
  })
}

function connectorSuite(open: OpenPlace): void {
  test('facts 43, 44: one table, or a query, is one task however many there may be', async () => {
    await using place = await withTable(open)
    await using table = await startConnector(place, BY_ID)
    await using query = await startConnector(place, { mode: 'bulk', query: 'SELECT 1 AS x', 'topic.prefix': 'q' })
    const configs = [await table.connector.taskConfigs(10), await query.connector.taskConfigs(10)]
    expect(configs.map((list) => list.length)).toEqual([1, 1])
    expect(configs[1]?.[0]?.['tables']).toBe('')
  })

  test('fact 48: a table is named bare, in full, or in quotes', async () => {
    await using place = await withTable(open)
    const [, ...schema] = place.fullName('t').split('.').toReversed()
    const quoted = [...schema.toReversed(), 't'].map((part) => place.quote(part)).join('.')
    for (const name of ['t', place.fullName('t'), quoted]) {
      await using started = await startConnector(place, { ...BY_ID, 'table.whitelist': name })
      expect((await started.connector.taskConfigs(1))[0]?.['tables']).toBe(quoted)
    }
  })

  test('fact 55: a table that no mapping fits, or two, does not start', async () => {
    await using place = await withTable(open)
    const lists = { mode: 'incrementing', 'table.include.list': '.*t' }
    for (const [mapping, message] of [
      ['.*x:id', /no entry matches/],
      ['.*t:id,.*:id', /all match/],
    ] as const) {
      await expect(startSource(place, { ...lists, 'incrementing.column.mapping': mapping })).rejects.toThrow(message)
    }
    await using mapped = await startSource(place, { ...lists, 'incrementing.column.mapping': '.*t:id' })
    expect(await mapped.poll()).toBe(false)
  })

  test('fact 60: what the database says of a query is told, with its state where it has one', async () => {
    await using place = await open()
    const props = { mode: 'bulk', query: 'SELECT nope FROM nowhere', 'topic.prefix': 'q' }
    await using started = await startConnector(place, props)
    const [problem] = (await started.connector.validate?.(sourceProps(place, props))) ?? []
    expect(problem?.key).toBe('query')
    expect(problem?.message).toMatch({ sqlite: /nowhere/, mariadb: /42S02/, postgresql: /42P01/ }[place.kind])
  })

  test('fact 32: a task without tables waits, one without new rows gives nothing', async () => {
    await using place = await withTable(open)
    await using waiting = await startTask(
      sourceProps(place, { ...BY_ID, tables: '', 'tables.fetched': 'false' }),
      new Map(),
    )
    await using idle = await startSource(place, BY_ID)
    expect([await waiting.poll(), await idle.poll()]).toEqual([false, false])
  })
}
