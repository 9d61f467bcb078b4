// The tables that the sink makes and alters, and the rows it writes, against those of the Java connector for the same records.
// Where the recorded one failed on a value ours writes it; where its types would lose something ours are others, listed here.
import { byteColumn, type RecordBatch } from '@rowbridge/api'
import { jsonConverter } from '@rowbridge/converters'
import { describeWith } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { startSink } from '../jdbc/drive.js'
import { serverPlace, type OpenPlace, type Place } from '../jdbc/place.js'
import { definitionOf, fromStatement, goldenTables, type CatalogueColumn, type Stage } from './golden-tables.js'

type Kind = 'mariadb' | 'pg'

/** What ours says where the recorded definition of a column is another. */
const OTHER_TYPES: Readonly<Record<Kind, readonly (readonly [RegExp, string])[]>> = {
  mariadb: [
    [/^text/, 'longtext'],
    [/^varbinary\(1024\) DEFAULT '.*'/s, "longblob DEFAULT X'07'"],
    [/^varbinary\(1024\)/, 'longblob'],
  ],
  pg: [],
}

/** Stages that ours refuses too. */
const REFUSED = /required field without default|missing-column-no-evolve: field added|null-value-none|schemaless/

async function decoded(text: string | null, topic: string) {
  if (text === null) return null
  const factory = await jsonConverter.converter()
  const converter = factory({ 'schemas.enable': String(text.startsWith('{"schema"')) })
  const [run] = await converter.decoder(topic).decode(byteColumn([Buffer.from(text)]))
  return run ?? null
}

async function batchesOf(stage: Stage): Promise<readonly RecordBatch[]> {
  const batches: RecordBatch[] = []
  for (const [key, value] of stage.records) {
    const parts = { topic: 'GS-topic', partition: null, length: 1, timestamps: null, headers: null }
    const values = (await decoded(value, 'GS-topic')) ?? { schema: null, values: [null] }
    batches.push({ ...parts, key: await decoded(key, 'GS-topic'), value: values })
  }
  return batches
}

function goldenSuite(kind: Kind, open: OpenPlace): void {
  it.each(goldenTables(kind))('$name', async ({ name, props, stages }) => {
    await using place = await open()
    const { 'connection.url': _url, 'connection.user': _user, ...rest } = props
    const table = rest['table.name.format'] ?? ''
    await using sink = await startSink(place, rest)
    let isRecorded = true
    for (const stage of stages) {
      const batches = await batchesOf(stage)
      if (REFUSED.test(`${name}: ${stage.title}`)) {
        await expect(sink.put(...batches)).rejects.toThrow(/must|required|extra|no value|schema/)
        continue
      }
      await sink.put(...batches)
      const found = await (kind === 'mariadb' ? lookIntoMariadb(place, table) : lookIntoPostgresql(place, table))
      isRecorded &&= !stage.hasFailed
      if (isRecorded) expect(found).toEqual(expected(kind, stage))
      else expect(found.rows.length).toBeGreaterThanOrEqual(stage.records.length)
    }
  })
}

function expected(kind: Kind, { columns, primaryKey, rows }: Stage) {
  const told = Object.entries(columns ?? {}).map(([name, definition]) => {
    const [pattern, ours] = OTHER_TYPES[kind].find(([other]) => other.test(definition)) ?? [/^/, '']
    return [name, definition.replace(pattern, ours)] as const
  })
  return { columns: Object.fromEntries(told), primaryKey, rows }
}

async function lookIntoMariadb(place: Place, table: string) {
  const [created = {}] = await place.query(`SHOW CREATE TABLE ${table}`)
  const { columns, primaryKey } = fromStatement(String(created['Create Table']))
  const names = Object.keys(columns ?? {})
  const texts = names.map((name) => {
    const isBytes = /blob|binary/.test(columns?.[name] ?? '')
    return `${isBytes ? `concat('0x', hex(${name}))` : `concat(${name}, '')`} AS ${name}`
  })
  return { columns, primaryKey, rows: await textsOf(place, `SELECT ${texts.join(', ')} FROM ${table}`, 'NULL') }
}

async function lookIntoPostgresql(place: Place, table: string) {
  const facts = await place.query(`SELECT column_name, column_default, is_nullable, data_type
    FROM information_schema.columns WHERE table_name = '${table}' ORDER BY ordinal_position`)
  const described = facts as unknown as readonly CatalogueColumn[]
  const keys = await place.query(`SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid
    AND a.attnum = ANY (i.indkey) WHERE i.indisprimary AND i.indrelid = '${table}'::regclass
    ORDER BY array_position(i.indkey::int2[], a.attnum)`)
  const texts = described.map(({ column_name: name, data_type: type }) =>
    type === 'boolean' ? `CASE WHEN ${name} THEN 't' WHEN NOT ${name} THEN 'f' END AS ${name}` : `${name}::text`,
  )
  return {
    columns: Object.fromEntries(described.map((column) => [column.column_name, definitionOf(column)])),
    primaryKey: keys.map((key) => String(key['attname'])),
    rows: await textsOf(place, `SELECT ${texts.join(', ')} FROM ${table} ORDER BY 1`, ''),
  }
}

async function textsOf(place: Place, query: string, none: string) {
  const rows = await place.query(query)
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, value === null ? none : String(value as string | number)]),
    ),
  )
}

describeWith(['mariadb'], 'tables in MariaDB are as recorded', ({ mariadb }) => {
  goldenSuite('mariadb', () => serverPlace(mariadb))
})

describeWith(['postgresql'], 'tables in PostgreSQL are as recorded', ({ postgresql }) => {
  goldenSuite('pg', () => serverPlace(postgresql))
})
