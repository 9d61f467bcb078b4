// What the source reads from one database and the sink writes into another is the same table.
import { describe, expect, test } from 'vitest'
import { describeWith } from '@rowbridge/testkit'
import { startSink, startSource } from '../jdbc/drive.js'
import { serverPlace, sqlitePlace, type OpenPlace, type Place } from '../jdbc/place.js'

const COLUMNS = ['id', 'big', 'exact', 'real64', 'flag', 'words', 'raw', 'day', 'moment'] as const

/** Types as the database has them. */
const TYPES: Readonly<Record<Place['kind'], readonly string[]>> = {
  sqlite: [
    'INTEGER PRIMARY KEY',
    'BIGINT',
    'DECIMAL_TEXT(4)',
    'DOUBLE',
    'BOOLEAN',
    'TEXT',
    'BLOB',
    'DATE',
    'TIMESTAMP',
  ],
  mariadb: [
    'BIGINT PRIMARY KEY',
    'BIGINT',
    'DECIMAL(30,4)',
    'DOUBLE',
    'TINYINT(1)',
    'TEXT',
    'BLOB',
    'DATE',
    'DATETIME(3)',
  ],
  postgresql: [
    'BIGINT PRIMARY KEY',
    'BIGINT',
    'NUMERIC(30,4)',
    'DOUBLE PRECISION',
    'BOOLEAN',
    'TEXT',
    'BYTEA',
    'DATE',
    'TIMESTAMP(3)',
  ],
}

const ROWS: readonly (readonly string[])[] = [
  ['1', '0', "'0.0000'", '0', 'true', "''", 'EMPTY', "'1970-01-01'", "'1970-01-01 00:00:00'"],
  [
    '2',
    '9223372036854775807',
    "'99999999999999999999999999.9999'",
    '1.7976931348623157e308',
    'false',
    "'naïve – 日本 🚲'",
    '00FF10',
    "'9999-12-31'",
    "'9999-12-31 23:59:59.999'",
  ],
  [
    '3',
    '-9223372036854775808',
    "'-0.0001'",
    '5e-300',
    'true',
    "'it''s \"quoted\" `x` ; -- no'",
    '27',
    "'1583-01-01'",
    "'1969-12-31 23:59:59.999'",
  ],
  ['4', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL'],
  [
    '5',
    '9007199254740993',
    "'-12345678901234567890.1000'",
    '-0.1',
    'false',
    "'line\nbreak\ttab '",
    'DEADBEEF',
    "'2024-02-29'",
    "'2024-03-31 02:30:00.001'",
  ],
]

async function fill(place: Place): Promise<void> {
  const types = TYPES[place.kind]
  await place.query(`CREATE TABLE t (${COLUMNS.map((column, i) => `${column} ${types[i]}`).join(', ')})`)
  for (const row of ROWS) {
    const values = row.map((value, i) => (COLUMNS[i] === 'raw' ? bytes(place, value) : value))
    await place.query(`INSERT INTO t VALUES (${values.join(', ')})`)
  }
}

function bytes(place: Place, hex: string): string {
  if (hex === 'NULL') return hex
  const digits = hex === 'EMPTY' ? '' : hex
  return place.kind === 'postgresql' ? `'\\x${digits}'` : `x'${digits}'`
}

const BY_ID = { mode: 'incrementing', 'incrementing.column.name': 'id', 'table.whitelist': 't', 'batch.max.rows': '2' }
const TO_TABLE = { 'insert.mode': 'upsert', 'pk.mode': 'record_value', 'pk.fields': 'id', 'auto.create': 'true' }

/** Values as Connect has them; a boolean that a database keeps as a number spelt as such, a decimal without the zeros of its scale. */
function comparable(values: readonly Record<string, unknown>[]): unknown[] {
  return values.map((value) =>
    COLUMNS.map((column) => {
      const item = value[column]
      if (item instanceof Uint8Array) return Buffer.from(item).toString('hex')
      if (typeof item === 'boolean') return Number(item)
      if (column === 'exact' && typeof item === 'string') return item.replace(/\.?0+$/, '')
      return typeof item === 'bigint' ? item.toString() : item
    }),
  )
}

function pairSuite(from: OpenPlace, to: OpenPlace, title: string): void {
  describe(title, () => {
    test('a table arrives with every value as it was, and arrives the same when sent again', async () => {
      await using origin = await from()
      await using target = await to()
      await fill(origin)
      await using source = await startSource(origin, BY_ID)
      const sent = await source.take(ROWS.length)
      await using sink = await startSink(target, TO_TABLE)
      await sink.put(...source.batches)
      await sink.put(...source.batches)
      await using back = await startSource(target, BY_ID)
      const arrived = await back.take(ROWS.length)
      expect(comparable(arrived.map(({ value }) => value))).toEqual(comparable(sent.map(({ value }) => value)))
      expect(await back.poll()).toBe(false)
    })
  })
}

describeWith(['mariadb', 'postgresql'], 'from database to database', ({ mariadb, postgresql }) => {
  const places: readonly (readonly [string, OpenPlace])[] = [
    ['SQLite', sqlitePlace],
    ['MariaDB', () => serverPlace(mariadb)],
    ['PostgreSQL', () => serverPlace(postgresql)],
  ]
  for (const [from, open] of places) for (const [to, openTo] of places) pairSuite(open, openTo, `${from} to ${to}`)
})
