// Tables of one column: from the table into a topic's bytes and from there into a table of the same type, where every value must be as it was.
import { byteColumn, textAt, type Converter, type Props, type RecordBatch, type SourceBatch } from '@rowbridge/api'
import { jsonConverter } from '@rowbridge/converters'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSink, startSource, type Told } from './drive.js'
import type { OpenPlace, Place } from './place.js'

export interface TypeCase {
  readonly type: string
  /** As SQL. A null is added. */
  readonly values: readonly string[]
  /** What is found in the end, where that differs, and why. */
  readonly arrives?: readonly string[]
  readonly because?: string
  /** The expression by which two values are compared. */
  readonly shown?: string
}

export interface Matrix {
  readonly cases: readonly TypeCase[]
  /** Statements before the tables are made. */
  readonly made?: readonly string[]
  /** The expression by which two values of column `v` are compared. */
  readonly shown: string
  /** Puts rows in past what the server would refuse. */
  readonly insert: (table: string, rows: string) => string
  readonly props?: Props
}

/** Runs a matrix: each table is read, sent and written once, and looked at by the database itself. */
export function typeMatrix(
  title: string,
  open: OpenPlace,
  matrixOf: (place: Place) => Promise<Matrix>,
  count: number,
): void {
  describe(title, () => {
    let place: Place
    let cases: readonly TypeCase[] = []
    let matrix: Matrix
    let carried: Carried = { told: [], failures: new Map() }

    beforeAll(async () => {
      place = await open()
      matrix = await matrixOf(place)
      cases = matrix.cases
      for (const statement of matrix.made ?? []) await place.query(statement)
      for (const [i, each] of cases.entries()) await makeTables(place, matrix, i, each)
      carried = await carry(place, matrix)
    }, 240_000)
    afterAll(() => place[Symbol.asyncDispose]())

    it.each(Array.from({ length: count }, (_, i) => i))('case %i', async (i) => {
      const one = cases[i]
      if (one === undefined) return
      expect(carried.failures.get(`m_${i}`)).toBeUndefined()
      expect(carried.told.filter(({ topic }) => topic === `m_${i}`)).toHaveLength(one.values.length + 1)
      const shown = one.shown ?? matrix.shown
      const read = (table: string) => place.query(`select id, ${shown} as shown from ${table} order by id`)
      const wanted = await read(one.arrives === undefined ? `m_${i}` : `e_${i}`)
      const found = await read(`copy_m_${i}`)
      expect({ type: one.type, rows: found.map(plain) }).toEqual({ type: one.type, rows: wanted.map(plain) })
    })
  })
}

/** Drivers give the same thing in more than one way. */
function plain(row: Record<string, unknown>): readonly string[] {
  return Object.values(row).map(String)
}

async function makeTables(
  place: Place,
  { insert }: Matrix,
  i: number,
  { type, values, arrives }: TypeCase,
): Promise<void> {
  const fill = (table: string, literals: readonly string[]) =>
    place.query(insert(table, [...literals, 'null'].map((literal, id) => `(${id}, ${literal})`).join(', ')))
  for (const table of [`m_${i}`, `copy_m_${i}`, `e_${i}`])
    await place.query(`create table ${table} (id int, v ${type})`)
  await fill(`m_${i}`, values)
  if (arrives !== undefined) await fill(`e_${i}`, arrives)
}

const NOT_READ: Props = { 'table.include.list': '(?:.*\\.)?m_\\d+' }

interface Carried {
  readonly told: readonly Told[]
  /** By topic. */
  readonly failures: ReadonlyMap<string, unknown>
}

async function carry(place: Place, { cases, props = {} }: Matrix): Promise<Carried> {
  const records = cases.reduce((sum, { values }) => sum + values.length + 1, 0)
  const reading = { mode: 'bulk', 'poll.interval.ms': '3600000', ...NOT_READ, ...props }
  await using source = await startSource(place, reading)
  const told = await source.take(records)
  await using sink = await startSink(place, { 'table.name.format': 'copy_${topic}', ...props })
  const make = await jsonConverter.converter()
  const json = make({ 'converter.type': 'value' })
  const failures = new Map<string, unknown>()
  for (const batch of source.batches) {
    await throughBytes(json, batch)
      .then((batches) => sink.put(...batches))
      .catch((error: unknown) => failures.set(batch.topic, error))
  }
  return { told, failures }
}

/** What is left of a batch when it was bytes in a topic. */
async function throughBytes(json: Converter, { topic, value }: SourceBatch): Promise<readonly RecordBatch[]> {
  const encoded = (await json.encoder(topic, value.schema)).encode(value.values)
  const texts = value.values.map((_row, i) => Buffer.from(textAt(encoded, i) ?? ''))
  const runs = await json.decoder(topic).decode(byteColumn(texts))
  return runs.map((run) => ({
    topic,
    partition: null,
    length: run.values.length,
    key: null,
    value: run,
    timestamps: null,
    headers: null,
  }))
}
