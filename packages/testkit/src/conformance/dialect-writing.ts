// The four modes, in bulk, in transactions.
import { decimal, primitive, type Schema } from '@rowbridge/api'
import type { ColumnSpec } from '@rowbridge/sql'
import { describe, expect, it } from 'vitest'
import { column, key, writeRows, type DialectSuite } from './dialect-suite.js'

const optional = (type: 'string' | 'int64'): Schema => primitive(type, { optional: true })
const COLUMNS: readonly ColumnSpec[] = [
  key('a', primitive('int32')),
  key('b', primitive('string')),
  column('v', optional('string')),
  column('n', optional('int64')),
]

/** Keys first, as a writer wants them. */
function many(count: number, text: string): unknown[][] {
  return Array.from({ length: count }, (_, i) => [
    i,
    `key ${i % 7}`,
    `${text} ${i}`,
    i % 5 === 0 ? null : BigInt(i) * 10n ** 15n,
  ])
}

function plain(rows: readonly (readonly unknown[])[]): unknown[][] {
  return rows.map((row) =>
    row.map((value) => (typeof value === 'bigint' && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value)),
  )
}

export function writingConformance(suite: DialectSuite): void {
  describe('writing', () => {
    it.each([1, 2, 999, 3001, 7000])('inserts and upserts %i rows', async (count) => {
      const table = await suite.table(COLUMNS)
      await writeRows(suite.db(), { table, columns: COLUMNS }, many(count, 'first'))
      expect((await suite.rows(table)).rows).toEqual(plain(many(count, 'first')))
      const more = many(count + 5, 'second')
      await writeRows(suite.db(), { table, columns: COLUMNS, mode: 'upsert' }, more)
      await writeRows(suite.db(), { table, columns: COLUMNS, mode: 'upsert' }, more.slice(0, 3))
      expect((await suite.rows(table)).rows).toEqual(plain(more))
    })

    it('updates rows that are there and makes none', async () => {
      const table = await suite.table(COLUMNS)
      await writeRows(suite.db(), { table, columns: COLUMNS }, many(10, 'first'))
      const changed = [...many(5, 'changed'), [99, 'x', 'new', 1], [4, 'key 4', 'last', null]]
      await writeRows(suite.db(), { table, columns: COLUMNS, mode: 'update' }, changed)
      const { rows } = await suite.rows(table)
      expect(rows.map((row) => row[2])).toEqual([
        'changed 0',
        'changed 1',
        'changed 2',
        'changed 3',
        'last',
        ...[5, 6, 7, 8, 9].map((i) => `first ${i}`),
      ])
    })

    it('deletes by key, and is content with rows that are not there', async () => {
      const table = await suite.table(COLUMNS)
      await writeRows(suite.db(), { table, columns: COLUMNS }, many(3000, 'first'))
      const gone = [...many(2900, 'ignored'), [9999, 'no', null, null], [2950, 'other key', null, null]]
      await writeRows(suite.db(), { table, columns: COLUMNS, mode: 'delete' }, gone)
      expect((await suite.rows(table)).rows.map((row) => row[0])).toEqual(
        many(3000, '')
          .slice(2900)
          .map((row) => row[0]),
      )
    })

    it.each([
      ['integers beyond 2^53', primitive('int64'), [9007199254740992n, 9007199254740993n, 9007199254740994n]],
      ['long decimals', decimal(2), ['12345678901234567890.01', '12345678901234567890.02', '12345678901234567890.03']],
      ['texts', primitive('string'), ['a', 'A', 'ä']],
    ])('tells keys apart that are close: %s', async (_what, schema, values) => {
      const columns = [key('k', schema)]
      const table = await suite.table(columns)
      await writeRows(
        suite.db(),
        { table, columns },
        values.map((value) => [value]),
      )
      await writeRows(suite.db(), { table, columns, mode: 'delete' }, [[values[1]]])
      expect((await suite.rows(table)).rows).toHaveLength(2)
    })

    it('upserts and updates rows that are nothing but a key', async () => {
      const columns = [key('k', primitive('int32'))]
      const table = await suite.table(columns)
      await writeRows(suite.db(), { table, columns, mode: 'upsert' }, [[1], [2]])
      await writeRows(suite.db(), { table, columns, mode: 'upsert' }, [[2], [3]])
      await writeRows(suite.db(), { table, columns, mode: 'update' }, [[2]])
      expect((await suite.rows(table)).rows).toEqual([[1], [2], [3]])
    })

    it('leaves alone the columns that a record has not', async () => {
      const table = await suite.table(COLUMNS)
      await writeRows(suite.db(), { table, columns: COLUMNS }, [[1, 'x', 'stays', 1]])
      const some = COLUMNS.filter(({ name }) => name !== 'v')
      await writeRows(suite.db(), { table, columns: some, mode: 'upsert' }, [[1, 'x', 2]])
      expect((await suite.rows(table)).rows).toEqual([[1, 'x', 'stays', 2]])
    })

    it('undoes all of a transaction that fails', async () => {
      const table = await suite.table(COLUMNS)
      const spec = COLUMNS.map(({ name, schema, isPrimaryKey }) => ({ name, schema, isKey: isPrimaryKey }))
      const writer = suite.db().writer({ mode: 'insert', table, columns: spec })
      const failing = suite.db().transaction(async () => {
        await writer.write(many(10, 'gone'))
        throw new Error('stop')
      })
      await expect(failing).rejects.toThrow('stop')
      expect((await suite.rows(table)).rows).toEqual([])
    })

    it('shows others nothing before it is committed', async () => {
      const other = await suite.open()
      const table = await suite.table(COLUMNS)
      const spec = COLUMNS.map(({ name, schema, isPrimaryKey }) => ({ name, schema, isKey: isPrimaryKey }))
      const text = `SELECT a FROM ${other.quoteTable(table.id)}`
      const seen = await suite.db().transaction(async () => {
        await suite.db().writer({ mode: 'insert', table, columns: spec }).write(many(1, 'x'))
        return (await other.read({ text, parameters: [] }, { schemaName: null })).rows.length
      })
      expect(seen).toBe(0)
      expect((await other.read({ text, parameters: [] }, { schemaName: null })).rows).toHaveLength(1)
    })

    it('writes what fits a column of another type', async () => {
      const { words } = suite.house().facts
      await suite
        .house()
        .query(
          `CREATE TABLE others_made (id ${words.whole}, label ${words.label}, amount ${words.decimal}, day ${words.day})`,
        )
      const table = (await suite.db().describe({ catalog: null, schema: null, table: 'others_made' }))!
      const columns = [
        column('id', primitive('string')),
        column('label', primitive('int64')),
        column('amount', primitive('int32')),
        column('day', primitive('string')),
      ]
      await writeRows(suite.db(), { table, columns }, [['12', 9007199254740993n, 5, '2024-02-29']])
      const { rows } = await suite
        .db()
        .read({ text: 'SELECT id, label, amount, day FROM others_made', parameters: [] }, { schemaName: null })
      expect(rows).toEqual([[12, '9007199254740993', '5.00', 19_782]])
    })

    it('says that someone else made the table first', async () => {
      const id = { catalog: null, schema: null, table: 'made_twice' }
      const other = await suite.open()
      const made = await Promise.all([suite.db().createTable(id, COLUMNS), other.createTable(id, COLUMNS)])
      expect(made.filter(Boolean)).toHaveLength(1)
    })
  })
}
