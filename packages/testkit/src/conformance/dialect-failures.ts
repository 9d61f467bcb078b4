// What does not fit is refused, with the row and the column; what breaks says whether to try again.
import { date, decimal, mapOf, primitive, timestamp, type DataError, type Schema } from '@rowbridge/api'
import { describe, expect, it } from 'vitest'
import { column, key, writeRows, type DialectSuite } from './dialect-suite.js'

const optional = { optional: true }

interface Misfit {
  readonly what: string
  readonly target: 'short' | 'small' | 'decimal' | 'seconds' | 'day' | 'whole'
  readonly schema: Schema
  readonly value: unknown
}

const MISFITS: readonly Misfit[] = [
  { what: 'an integer that is too large', target: 'small', schema: primitive('int64'), value: 9223372036854775807n },
  { what: 'a word where an integer belongs', target: 'whole', schema: primitive('string'), value: 'twelve' },
  { what: 'a fraction where an integer belongs', target: 'whole', schema: primitive('float64'), value: 1.5 },
  { what: 'a text that is too long', target: 'short', schema: primitive('string'), value: 'four' },
  { what: 'a decimal with too many digits behind', target: 'decimal', schema: decimal(4), value: '1.2345' },
  { what: 'a decimal with too many digits in front', target: 'decimal', schema: decimal(2), value: '123456789.00' },
  {
    what: 'a timestamp with digits the column drops',
    target: 'seconds',
    schema: timestamp(),
    value: 1_709_212_455_123,
  },
  { what: 'a timestamp where only the day is kept', target: 'day', schema: timestamp(), value: 1_709_212_455_000 },
  { what: 'a text that is no date', target: 'day', schema: primitive('string'), value: '2024-02-30' },
]

let made = 0

export function failureConformance(suite: DialectSuite): void {
  describe('failures', () => {
    it.each(MISFITS)('refuses $what and says where', async ({ target, schema, value }) => {
      const name = `misfit_${++made}`
      const word = suite.house().facts.words[target]
      if (word === '') return
      await suite.house().query(`CREATE TABLE ${name} (id int not null primary key, v ${word})`)
      const table = (await suite.db().describe({ catalog: null, schema: null, table: name }))!
      const columns = [key('id', primitive('int32')), column('v', schema)]
      const error: DataError = await writeRows(suite.db(), { table, columns }, [
        [1, null],
        [2, null],
        [3, value],
      ]).then(
        () => expect.unreachable('The value was taken'),
        (reason: unknown) => reason as DataError,
      )
      expect(error).toMatchObject({ name: 'DataError', code: 'value-out-of-range', index: 2 })
      expect(error.message).toContain(`${name}.v`)
      expect((await suite.rows(table)).rows).toEqual([])
    })

    it('refuses a key that is there already, and a null where none may be', async () => {
      const columns = [key('id', primitive('int32')), column('v', primitive('string'))]
      const table = await suite.table(columns)
      await writeRows(suite.db(), { table, columns }, [[1, 'x']])
      const twice = writeRows(suite.db(), { table, columns }, [
        [2, 'y'],
        [1, 'z'],
      ])
      await expect(twice).rejects.toMatchObject({ name: 'DataError', code: 'constraint-violation' })
      const absent = writeRows(suite.db(), { table, columns }, [[3, null]])
      await expect(absent).rejects.toMatchObject({ name: 'DataError', code: 'constraint-violation' })
      expect((await suite.rows(table)).rows).toEqual([[1, 'x']])
    })

    it('refuses half of a surrogate pair', async () => {
      const columns = [key('id', primitive('int32')), column('v', primitive('string', optional))]
      const table = await suite.table(columns)
      const writing = writeRows(suite.db(), { table, columns }, [[1, 'a\ud800']])
      await expect(writing).rejects.toMatchObject({ name: 'DataError', index: 0 })
    })

    it('refuses a column type that it cannot make', async () => {
      const columns = [key('id', primitive('int32')), key('m', mapOf(primitive('string'), primitive('int32')))]
      await expect(suite.table(columns)).rejects.toMatchObject({ code: 'unsupported-type' })
    })

    it.each([
      ['a table', 'SELECT * FROM not_there', 'unknown-table'],
      ['a column', 'SELECT nope FROM there', 'unknown-column'],
    ])('names what is missing: %s', async (_what, text, code) => {
      await suite
        .db()
        .createTable({ catalog: null, schema: null, table: 'there' }, [
          key('id', primitive('int32')),
          column('day', date(optional)),
        ])
      const reading = suite.db().read({ text, parameters: [] }, { schemaName: null })
      await expect(reading).rejects.toMatchObject({ name: 'StateError', code })
    })

    it('goes on after an error', async () => {
      await expect(
        suite.db().read({ text: 'SELECT FROM WHERE', parameters: [] }, { schemaName: null }),
      ).rejects.toMatchObject({ name: 'StateError' })
      expect(await suite.db().isAlive()).toBe(true)
    })

    it('stops a statement within a second when asked to', async () => {
      const { slow } = suite.house().facts
      if (slow === undefined) return
      const db = await suite.open()
      const began = Date.now()
      const reading = db.read({ text: slow, parameters: [] }, { schemaName: null, signal: AbortSignal.timeout(100) })
      await expect(reading).rejects.toMatchObject({ code: 'aborted' })
      expect(Date.now() - began).toBeLessThan(2000)
    })

    it('calls a lost connection what can be tried again, and one that is not alive', async () => {
      const { session } = suite.house().facts
      if (session === undefined) return
      const lost = await suite.open()
      expect(await lost.isAlive()).toBe(true)
      const { rows } = await lost.read({ text: session.number, parameters: [] }, { schemaName: null })
      await suite.house().query(session.end(String(rows[0]?.[0])))
      const reading = lost.read({ text: 'SELECT 1', parameters: [] }, { schemaName: null })
      await expect(reading).rejects.toMatchObject({ name: 'RetriableError', code: 'connection-lost' })
      expect(await lost.isAlive()).toBe(false)
    })
  })
}
