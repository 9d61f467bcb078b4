// Pages, cursors, points in time, lists of tables.
import { primitive, timestamp } from '@rowbridge/api'
import { TIMESTAMP_DIGITS, type Page, type Statement } from '@rowbridge/sql'
import { describe, expect, it } from 'vitest'
import { column, key, writeRows, type DialectSuite } from './dialect-suite.js'

const COLUMNS = [key('id', primitive('int32')), column('v', primitive('string', { optional: true }))]

async function filled(suite: DialectSuite, count: number) {
  const table = await suite.table(COLUMNS)
  const rows = Array.from({ length: count }, (_, i) => [i + 1, `row ${i + 1}`])
  await writeRows(suite.db(), { table, columns: COLUMNS }, rows)
  return { table, name: suite.db().quoteTable(table.id) }
}

async function collect(pages: AsyncIterable<Page>): Promise<Page[]> {
  const all: Page[] = []
  for await (const page of pages) all.push(page)
  return all
}

const ids = (pages: readonly Page[]): unknown[] => pages.flatMap((page) => page.rows.map((row) => row[0]))

export function readingConformance(suite: DialectSuite): void {
  describe('reading', () => {
    it('reads page after page by key', async () => {
      const { name } = await filled(suite, 2500)
      const seen: unknown[] = []
      for (let last = 0; ;) {
        const text = suite.db().limit(`SELECT * FROM ${name} WHERE id > ? ORDER BY id`, 1000)
        const page = await suite.db().read({ text, parameters: [last] }, { schemaName: 't' })
        seen.push(...page.rows.map((row) => row[0]))
        if (page.rows.length === 0) break
        last = Number(page.rows.at(-1)?.[0])
      }
      expect(seen).toEqual(Array.from({ length: 2500 }, (_, i) => i + 1))
    })

    it('bounds a query that has a bound of its own', async () => {
      const { name } = await filled(suite, 10)
      const text = suite.db().limit(`SELECT * FROM ${name} ORDER BY id LIMIT 5;`, 3)
      expect((await suite.db().read({ text, parameters: [] }, { schemaName: null })).rows).toHaveLength(3)
    })

    it('streams in pages of the size asked for, and can be left early', async () => {
      const { name } = await filled(suite, 2500)
      const statement: Statement = { text: `SELECT * FROM ${name} ORDER BY id`, parameters: [] }
      const pages = await collect(suite.db().stream(statement, { schemaName: 't', pageSize: 1000 }))
      expect(pages.map((page) => page.rows.length)).toEqual([1000, 1000, 500])
      expect(ids(pages)).toEqual(Array.from({ length: 2500 }, (_, i) => i + 1))
      for await (const page of suite.db().stream(statement, { schemaName: 't', pageSize: 10 })) {
        expect(page.rows).toHaveLength(10)
        break
      }
      expect(await suite.db().isAlive()).toBe(true)
      expect((await suite.db().read(statement, { schemaName: 't' })).rows).toHaveLength(2500)
    })

    it('streams a table as another connection has altered it', async () => {
      const { name } = await filled(suite, 3)
      const statement: Statement = { text: `SELECT * FROM ${name} ORDER BY id`, parameters: [] }
      const fields = async () => {
        const pages = await collect(suite.db().stream(statement, { schemaName: 't', pageSize: 10 }))
        return pages.map((page) => [page.schema.fields.map((field) => field.name), page.rows[0]])
      }
      expect(await fields()).toEqual([
        [
          ['id', 'v'],
          [1, 'row 1'],
        ],
      ])
      await suite.house().query(`ALTER TABLE ${name} DROP COLUMN v`)
      expect(await fields()).toEqual([[['id'], [1]]])
    })

    it('gives columns and schema of a result without rows', async () => {
      const { name } = await filled(suite, 0)
      const [page] = await collect(
        suite.db().stream({ text: `SELECT * FROM ${name}`, parameters: [] }, { schemaName: 't', pageSize: 10 }),
      )
      expect(page?.schema.fields.map((field) => field.name)).toEqual(['id', 'v'])
      expect(page?.schema.name).toBe('t')
    })

    it('takes a question mark in a text or a comment for no parameter', async () => {
      const { name } = await filled(suite, 3)
      const text = `SELECT id, '?' AS mark /* ? */ FROM ${name} WHERE id = ? AND v <> 'what?' -- ?\n`
      const { rows } = await suite.db().read({ text, parameters: [2] }, { schemaName: null })
      expect(rows).toEqual([[2, '?']])
    })

    it('refuses a result with two columns of one name', async () => {
      const { name } = await filled(suite, 1)
      const reading = suite
        .db()
        .read({ text: `SELECT id AS x, v AS x FROM ${name}`, parameters: [] }, { schemaName: null })
      await expect(reading).rejects.toMatchObject({ name: 'StateError', code: 'duplicate-column' })
    })

    it('tells instants exactly and finds rows by them', async () => {
      const digits = suite.house().facts.instantDigits
      const parameters = { [TIMESTAMP_DIGITS]: String(digits) }
      const columns = [key('id', primitive('int32')), column('ts', timestamp({ optional: true, parameters }))]
      const table = await suite.table(columns)
      const unit = 10 ** (9 - digits)
      const instants = [0, 1, 999, 123_456].map((count) => ({ ms: 1_709_212_455_000, nanos: count * unit }))
      const exact = instants.map(({ ms, nanos }) => ({ ms: ms + Math.floor(nanos / 1_000_000), nanos }))
      await writeRows(
        suite.db(),
        { table, columns },
        [...exact, null].map((instant, i) => [i, instant]),
      )
      const ts = suite.db().instantExpression('ts')
      const read = (where: string, at: number) =>
        suite.db().read(
          {
            text: `SELECT * FROM ${suite.db().quoteTable(table.id)} WHERE ${ts} ${where} ? ORDER BY ${ts}, id`,
            parameters: [exact[at]!],
          },
          { schemaName: 't', instants: ['ts'] },
        )
      const all = await read('>=', 0)
      expect(all.instants).toEqual([[...exact].sort((a, b) => a.nanos - b.nanos)])
      expect(all.rows.map((row) => row[1])).toEqual(all.instants[0]?.map((instant) => instant?.ms))
      expect(ids([await read('=', 2)])).toEqual([2])
      expect(ids([await read('>', 1)])).toEqual([2, 3])
    })

    it('refuses to tell instants of what is no timestamp', async () => {
      const { name } = await filled(suite, 1)
      const reading = suite
        .db()
        .read(
          { text: `SELECT id AS n, id * 1.5 AS x FROM ${name}`, parameters: [] },
          { schemaName: null, instants: ['nope'] },
        )
      await expect(reading).rejects.toMatchObject({ code: 'not-a-timestamp' })
    })

    it('reads wall clocks in a zone and writes them back the same', async () => {
      const berlin = await suite.open({ types: { timeZone: 'Europe/Berlin' } })
      const columns = [key('id', primitive('int32')), column('ts', timestamp({ optional: true }))]
      const table = await suite.table(columns)
      const values = [1_709_212_455_123, 1_720_000_000_000, 1_711_846_800_000, 1_729_994_400_000]
      await writeRows(
        berlin,
        { table, columns },
        values.map((value, i) => [i, value]),
      )
      const text = `SELECT * FROM ${berlin.quoteTable(table.id)} ORDER BY id`
      expect((await berlin.read({ text, parameters: [] }, { schemaName: 't' })).rows.map((row) => row[1])).toEqual(
        values,
      )
      const inUtc = (await suite.rows(table)).rows.map((row) => row[1])
      expect(inUtc[0]).toBe(1_709_212_455_123 + 3_600_000)
      expect(inUtc[1]).toBe(1_720_000_000_000 + 7_200_000)
    })

    it('tells the time of its clock, to the millisecond', async () => {
      const { ms, nanos } = await suite.db().now()
      expect(Math.abs(ms - Date.now())).toBeLessThan(60_000)
      expect(nanos).toBe((ms % 1000) * 1_000_000)
    })

    it('lists tables and views in the same order each time', async () => {
      const { table, name } = await filled(suite, 0)
      const view = `view_of_${table.id.table}`
      await suite.house().query(`CREATE VIEW ${suite.db().quoteName(view)} AS SELECT * FROM ${name}`)
      const list = async (types: readonly string[]) =>
        (await suite.db().tables({ types, catalog: null, schemaPattern: null })).map((id) => id.table)
      const onlyTables = await list(['TABLE'])
      expect(onlyTables).toContain(table.id.table)
      expect(onlyTables).not.toContain(view)
      expect(await list(['VIEW'])).toContain(view)
      expect(await list(['TABLE'])).toEqual(onlyTables)
      const described = await suite.db().describe({ catalog: null, schema: null, table: view })
      expect(described?.kind).toBe('view')
    })

    it('knows no table that is not there', async () => {
      expect(await suite.db().describe({ catalog: null, schema: null, table: 'not_there' })).toBeNull()
    })
  })
}
