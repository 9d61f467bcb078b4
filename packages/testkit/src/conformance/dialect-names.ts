// Names with quotes, dots, blanks, wildcards and reserved words are names like any other.
import { primitive } from '@rowbridge/api'
import { describe, expect, it } from 'vitest'
import { column, described, key, writeRows, type DialectSuite } from './dialect-suite.js'

const NAMES = [
  'select',
  'with space',
  ' edge ',
  'a.b',
  "it's",
  'quo"te',
  'back`tick',
  'ünï 😀',
  'under_score',
  'per%cent',
  'x as y',
  'q?',
  'arr[1]',
  '*',
  'MixedCase',
]

export function nameConformance(suite: DialectSuite): void {
  describe('names', () => {
    it.each(NAMES)('makes, describes, reads and writes a table and a column named %j', async (name) => {
      const tableName = `n ${name}`
      const id = suite.db().parseTable(suite.db().quoteName(tableName))
      expect(id.table).toBe(tableName)
      const columns = [key('id', primitive('int32')), column(name, primitive('string', { optional: true }))]
      const isRefused = suite.house().facts.refusedNames.includes(name)
      const made = await suite
        .db()
        .createTable(id, columns)
        .catch((error: Error) => error.name)
      expect(made).toBe(isRefused ? 'StateError' : true)
      if (isRefused) return
      const table = described(await suite.db().describe(id))
      expect(table.columns.map((each) => each.name)).toEqual(['id', name])
      await writeRows(suite.db(), { table, columns, mode: 'upsert' }, [[1, 'x']])
      await writeRows(suite.db(), { table, columns, mode: 'upsert' }, [[1, 'y']])
      const page = await suite.rows(table)
      expect(page.rows).toEqual([[1, 'y']])
      expect(page.schema.fields[1]?.name).toBe(name)
      await suite.db().addColumns(id, [column(`${name} 2`, primitive('int32', { optional: true }))])
      const listed = await suite.db().tables({ types: ['TABLE'], catalog: null, schemaPattern: null })
      expect(listed.map((each) => each.table)).toContain(tableName)
      expect(described(await suite.db().describe(id)).columns).toHaveLength(3)
    })

    it('makes no table or column under a name that the database cuts', async () => {
      const long = `long_${'x'.repeat(80)}`
      const table = suite.db().parseTable('long_columns')
      const columns = [key('id', primitive('int32')), column(long, primitive('string', { optional: true }))]
      const made = await suite
        .db()
        .createTable(table, columns)
        .catch((error: Error) => error.name)
      const found = (await suite.db().describe(table))?.columns.map((each) => each.name)
      expect([made, found]).toEqual(made === true ? [true, ['id', long]] : ['StateError', undefined])
      const tables = await suite.db().tables({ types: ['TABLE'], catalog: null, schemaPattern: null })
      const wide = await suite
        .db()
        .createTable(suite.db().parseTable(long), [key('id', primitive('int32'))])
        .catch((error: Error) => error.name)
      const after = await suite.db().tables({ types: ['TABLE'], catalog: null, schemaPattern: null })
      expect([wide, after.length - tables.length]).toEqual(wide === true ? [true, 1] : ['StateError', 0])
    })

    it('does not take a wildcard in a name for one', async () => {
      await suite.db().createTable({ catalog: null, schema: null, table: 'wild_x' }, [key('id', primitive('int32'))])
      expect(await suite.db().describe({ catalog: null, schema: null, table: 'wild__' })).toBeNull()
      expect(await suite.db().describe({ catalog: null, schema: null, table: 'wild%' })).toBeNull()
    })

    it.each(['', 's.', '.t', 'a.b.c.d'])('refuses the name %j', (name) => {
      expect(() => suite.db().parseTable(name)).toThrow(expect.objectContaining({ name: 'ConfigError' }))
    })

    it('leaves names as they are where quoting is off', async () => {
      const bare = await suite.open({ quoteIdentifiers: 'never' })
      expect(bare.quoteName('plain')).toBe('plain')
      expect(bare.quoteTable({ catalog: null, schema: 's', table: 't' })).toBe('s.t')
    })
  })
}
