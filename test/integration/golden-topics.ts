// Recorded topics of Kafka Connect's JDBC source, the tables they were read from, and what a source of our own makes of the same tables.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { textAt, type Converter, type Props, type SourceBatch } from '@rowbridge/api'
import { jsonConverter } from '@rowbridge/converters'
import type { TestDatabase } from '@rowbridge/testkit'
import { startSource } from '../jdbc/drive.js'
import type { Place } from '../jdbc/place.js'

export const GOLDEN = new URL('../golden/topic-bytes/', import.meta.url)

export const MAPPINGS = ['none', 'precision_only', 'best_fit', 'best_fit_eager_double'] as const
export type Mapping = (typeof MAPPINGS)[number]

/** The value of each recorded record, as text. */
export function recordedValues(path: string): readonly string[] {
  const lines = readFileSync(new URL(path, GOLDEN), 'utf8').trim().split('\n')
  return lines.map((line) => (JSON.parse(line) as { readonly value: string }).value)
}

/** Columns with a recording of their own, and the recording under a mapping: that under `none` where it made no difference. */
export function recordedColumns(folder: string): readonly string[] {
  const files = readdirSync(new URL(`columns/${folder}/none/`, GOLDEN))
  return files.filter((name) => name.endsWith('.jsonl')).map((name) => name.replace('.jsonl', ''))
}

export function columnRecording(folder: string, mapping: Mapping, column: string): string {
  const own = `columns/${folder}/${mapping}/${column}.jsonl`
  return existsSync(new URL(own, GOLDEN)) ? own : `columns/${folder}/none/${column}.jsonl`
}

/** Makes `g_types`, and of each column a table `gc_<column>` that has it alone, as for the recording. */
export async function makeRecordedTables(
  database: Pick<TestDatabase, 'query'>,
  folder: string,
  columns: readonly string[],
) {
  await runScript(database, folder === 'pg' ? 'pg-types.sql' : 'mariadb-types.sql')
  for (const column of columns) {
    await database.query(`create table gc_${column} as select id, ${column} from g_types`)
    const change = folder === 'pg' ? 'add primary key (id)' : 'modify id bigint not null primary key'
    await database.query(`alter table gc_${column} ${change}`)
  }
  await runScript(database, folder === 'pg' ? 'pg-types-trim.sql' : 'mariadb-types-trim.sql')
}

async function runScript(database: Pick<TestDatabase, 'query'>, name: string): Promise<void> {
  const text = readFileSync(new URL(name, GOLDEN), 'utf8').replaceAll(/^--.*$/gm, '')
  for (const statement of text.split(/;\s+/)) {
    if (statement.trim() !== '') await database.query(statement.replace(/;$/, ''))
  }
}

/** All records of the tables of a whole run, as texts by topic. */
export async function topicsOf(
  place: Place,
  { props, converter = {}, records }: { props: Props; converter?: Props; records: number },
): Promise<ReadonlyMap<string, readonly string[]>> {
  const wanted = { mode: 'bulk', 'poll.interval.ms': '3600000', 'table.blacklist': 'none', ...props }
  await using source = await startSource(place, wanted)
  await source.take(records)
  const make = await jsonConverter.converter()
  const json = make({ 'schemas.enable': 'true', 'converter.type': 'value', ...converter })
  const topics = new Map<string, string[]>()
  for (const batch of source.batches) {
    topics.set(batch.topic, [...(topics.get(batch.topic) ?? []), ...(await textsOf(json, batch))])
  }
  return topics
}

async function textsOf(converter: Converter, { topic, value }: SourceBatch): Promise<readonly string[]> {
  const column = (await converter.encoder(topic, value.schema)).encode(value.values)
  return value.values.map((_row, i) => textAt(column, i) ?? 'null')
}

/** Per column: its field of the schema, and its values, as texts. */
export function columnsOf(values: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const columns = new Map<string, string[]>()
  for (const text of values) {
    const { fields, payload } = partsOf(text)
    for (const [name, value] of payload) columns.set(name, [...(columns.get(name) ?? [fields.get(name) ?? '']), value])
  }
  return columns
}

/** The members of a payload as they are spelt: numbers beyond the safe integers must not go through a number. */
function partsOf(text: string) {
  const quoted = JSON.parse(
    text.replaceAll(NUMBER, (whole, string: string | undefined) => string ?? `"#${whole}"`),
  ) as {
    readonly schema?: { readonly fields: readonly { readonly field: string }[] }
    readonly payload?: Readonly<Record<string, unknown>>
  }
  const payload = quoted.payload ?? quoted
  return {
    fields: new Map(quoted.schema?.fields.map((field) => [field.field, JSON.stringify(field)])),
    payload: Object.entries(payload).map(([name, value]) => [name, JSON.stringify(value)] as const),
  }
}

const NUMBER = /("(?:[^"\\]|\\.)*")|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
