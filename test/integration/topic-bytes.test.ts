// What the source writes, against what Kafka Connect's JDBC source was recorded to write for the same tables: each column byte for byte.
import { describeWith, type DatabaseServer } from '@rowbridge/testkit'
import type { Props } from '@rowbridge/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverPlace } from '../jdbc/place.js'
import {
  columnRecording,
  columnsOf,
  makeRecordedTables,
  MAPPINGS,
  recordedColumns,
  recordedValues,
  topicsOf,
} from './golden-topics.js'

const LEFT_OUT = [
  'c_cidr c_inet c_interval c_macaddr c_point c_range c_tsv c_varbit a_bigint a_bool a_bytea a_char a_date a_double',
  'a_int a_numeric a_real a_smallint a_text a_ts a_uuid a_varchar',
].flatMap((names) => names.split(' '))

const BEFORE_1970 = {
  micros: [
    ['999000', '-1000'],
    ['999999', '-1'],
  ],
  nanos: [
    ['999000000', '-1000000'],
    ['999999000', '-1000'],
  ],
} as const

const SINGLE = ['1.67772E7', '1.6777216E7'] as const

/** The recorded text, or the right one where the recording is wrong and the written text is right. */
function corrected(setting: string, recorded: string, written: string | undefined): string {
  for (const [ending, pairs] of Object.entries(CORRECTED)) {
    if (!setting.endsWith(ending)) continue
    for (const [wrong, right] of pairs) {
      const text = ending.startsWith('iso') ? recorded.replace(wrong, right) : JSON.stringify(right)
      if ((ending.startsWith('iso') || recorded === JSON.stringify(wrong)) && text === written) return text
    }
  }
  return recorded
}

function because(reason: string, ...columns: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(columns.map((column) => [column, reason]))
}

/** Columns that are not to be equal, with the reason. */
const DIFFERENT: Readonly<Record<'mariadb' | 'pg', Readonly<Record<string, string>>>> = {
  mariadb: {
    ...because('more than 8 bits are bytes, where the recorded task keeps the lowest 8', 'c_bit64'),
    ...because('the recorded task leaves the column out; here it is text', 'c_uuid'),
  },
  pg: {
    ...because('the recorded task leaves the column out; here it is text', ...LEFT_OUT),
    ...because(
      'thousands are a scale of 0 here; the recorded one is 2046, with as many zeros in each value',
      'c_num_5_neg',
    ),
  },
}

/** Values that are recorded wrong, with what is right, by what the name of the recording ends in. */
const CORRECTED: Readonly<Record<string, readonly (readonly [recorded: string, right: string])[]>> = {
  // The text of a FLOAT has six digits, and the value more.
  '': [SINGLE.map((text) => `#${text}`) as [string, string]],
  // A fraction of a second before 1970 counts towards 1970.
  micros_long: [...BEFORE_1970.micros].map(([wrong, right]) => [`#${wrong}`, `#${right}`]),
  micros_string: BEFORE_1970.micros,
  nanos_string: BEFORE_1970.nanos,
  nanos_long: [
    ...BEFORE_1970.nanos.map(([wrong, right]) => [`#${wrong}`, `#${right}`] as const),
    // What 64 bits cannot hold goes as a Decimal, in base 64 here.
    ...['/lc0LFqHaAAA', '/KGxZsIafAAA'].map((right) => ['#-9223372036854775808', right] as const),
    ...['/lc0LFqHaAPo', '/KGxZsIafAPo'].map((right) => ['#-9223372036854774808', right] as const),
    ['#9223372036854775807', 'Dbyp0f5nFDYA'],
    ['#-9223372035855775809', 'Dbyp0f6in73A'],
    ['#-9223372035854776809', 'Dbyp0f6irvwY'],
  ],
  // The text has the date that the database has.
  iso_datetime_string: [
    ['1000-01-06', '1000-01-01'],
    ['0001-12-30', '0001-01-01'],
  ],
}

interface Recorded {
  readonly folder: 'mariadb' | 'pg'
  readonly rows: number
}

/** What a table is read with, by the name of its recording. */
const SETTINGS: Readonly<Record<string, { readonly props?: Props; readonly converter?: Props }>> = {
  'mapping-none': {},
  'mapping-precision_only': { props: { 'numeric.mapping': 'precision_only' } },
  'mapping-best_fit': { props: { 'numeric.mapping': 'best_fit' } },
  'mapping-best_fit_eager_double': { props: { 'numeric.mapping': 'best_fit_eager_double' } },
  'granularity-micros_long': { props: { 'timestamp.granularity': 'micros_long' } },
  'granularity-micros_string': { props: { 'timestamp.granularity': 'micros_string' } },
  'granularity-micros_iso_datetime_string': { props: { 'timestamp.granularity': 'micros_iso_datetime_string' } },
  'granularity-nanos_long': { props: { 'timestamp.granularity': 'nanos_long' } },
  'granularity-nanos_string': { props: { 'timestamp.granularity': 'nanos_string' } },
  'granularity-nanos_iso_datetime_string': { props: { 'timestamp.granularity': 'nanos_iso_datetime_string' } },
  'tz-berlin': { props: { 'db.timezone': 'Europe/Berlin' } },
  'schema-numeric': { converter: { 'decimal.format': 'NUMERIC' } },
  schemaless: { converter: { 'schemas.enable': 'false' } },
}

function recordedAs(server: DatabaseServer, { folder, rows }: Recorded): void {
  const columns = recordedColumns(folder)
  const different = DIFFERENT[folder]
  let place: Awaited<ReturnType<typeof serverPlace>>

  beforeAll(async () => {
    place = await serverPlace(server)
    await makeRecordedTables(place, folder, columns)
  }, 120_000)
  afterAll(() => place[Symbol.asyncDispose]())

  describe.each(MAPPINGS)('numeric.mapping %s', (mapping) => {
    let topics: ReadonlyMap<string, readonly string[]>
    beforeAll(async () => {
      const records = rows * (columns.length + 1)
      topics = await topicsOf(place, { props: { 'numeric.mapping': mapping }, records })
    }, 120_000)

    it.each(columns)('%s', (column) => {
      const recorded = recordedValues(columnRecording(folder, mapping, column)).map((line) =>
        column === 'c_float' ? line.replace(`:${SINGLE[0]}}`, `:${SINGLE[1]}}`) : line,
      )
      const written = topics.get(`gc_${column}`)?.slice(0, recorded.length) ?? []
      const isEqual = written.join('\n') === recorded.join('\n')
      expect(isEqual && column in different ? 'not different' : column in different ? recorded : written).toEqual(
        recorded,
      )
    })
  })

  it.each(Object.keys(SETTINGS))('g_types as a whole: %s', async (name) => {
    const { props = {}, converter = {} } = SETTINGS[name] ?? {}
    const only = { 'table.blacklist': '', 'table.whitelist': 'g_types' }
    const topics = await topicsOf(place, { props: { ...only, ...props }, converter, records: rows })
    const recorded = columnsOf(recordedValues(`${folder}.g_types.${name}.jsonl`))
    const written = columnsOf(topics.get('g_types') ?? [])
    for (const [column, [schema, ...values]] of recorded) {
      if (column in different) continue
      const texts = written.get(column)?.slice(0, values.length + 1)
      const wanted = values.map((value, i) => corrected(name, value, texts?.[i + 1]))
      expect({ column, texts }).toEqual({ column, texts: [schema, ...wanted] })
    }
  })
}

describeWith(['mariadb'], 'as recorded on MariaDB', ({ mariadb }) =>
  recordedAs(mariadb, { folder: 'mariadb', rows: 12 }),
)
describeWith(['postgresql'], 'as recorded on PostgreSQL', ({ postgresql }) =>
  recordedAs(postgresql, { folder: 'pg', rows: 15 }),
)
