// The statements of the source, as others may read them: one file per dialect. `vitest -u` writes them anew.
import type { Props } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { startSource } from './drive.js'
import type { OpenPlace } from './place.js'
import { at, withTable } from './source-tables.js'

const TABLE: Props = { 'table.whitelist': 't', 'commit.safe': 'false' }
const QUERY: Props = { query: 'SELECT id, at FROM t', 'topic.prefix': 'q', 'commit.safe': 'false' }
const ID: Props = { mode: 'incrementing', 'incrementing.column.name': 'id' }
const TIME: Props = { mode: 'timestamp', 'timestamp.column.name': 'at' }
const TWO_TIMES: Props = { ...TIME, 'timestamp.column.name': 'changed,at' }
const BOTH: Props = { ...ID, ...TIME, mode: 'timestamp+incrementing' }
const BULK: Props = { mode: 'bulk' }
const SUFFIX: Props = { 'query.suffix': '/* last */' }

const CASES: readonly (readonly [what: string, props: Props])[] = [
  ['bulk', { ...BULK, ...TABLE }],
  ['bulk with a suffix', { ...BULK, ...TABLE, ...SUFFIX }],
  ['incrementing', { ...ID, ...TABLE }],
  ['incrementing with a suffix', { ...ID, ...TABLE, ...SUFFIX }],
  ['timestamp', { ...TIME, ...TABLE }],
  ['timestamp of two columns', { ...TWO_TIMES, ...TABLE }],
  ['timestamp+incrementing', { ...BOTH, ...TABLE }],
  ['incrementing without quotes', { ...ID, ...TABLE, 'quote.sql.identifiers': 'never' }],
  ['a query in bulk', { ...BULK, ...QUERY }],
  ['a query, incrementing', { ...ID, ...QUERY }],
  ['a query, timestamp', { ...TIME, ...QUERY }],
  ['a query, timestamp+incrementing', { ...BOTH, ...QUERY }],
  ['a query with a condition, incrementing', { ...ID, ...QUERY, query: 'SELECT id FROM t WHERE id > 0' }],
  ['columns left out', { ...ID, ...TABLE, 'columns.exclude.list': 'name' }],
  ['columns masked', { ...ID, ...TABLE, 'columns.mask.hash': 'name', 'columns.mask.with': "changed:it's" }],
]

export function statementsSuite(open: OpenPlace): void {
  test('statements are phrased as they were', async () => {
    await using place = await withTable(open, [at(0)])
    await place.query(`ALTER TABLE t ADD COLUMN changed ${place.timestamp} NULL`)
    const notes: string[] = []
    for (const [what, props] of CASES) {
      await using source = await startSource(place, props)
      await source.take(1)
      notes.push(`-- ${what}`, ...source.journal.details.map((detail) => `${detail.replace(/^.*? is read by: /, '')};`))
    }
    const database = place.fullName('t').split('.')[0] ?? ''
    const text = `${notes.join('\n')}\n`.replaceAll(place.kind === 'mariadb' ? database : '\0', 'db')
    await expect(text).toMatchFileSnapshot(new URL(`../golden/source-${place.kind}.sql`, import.meta.url).pathname)
  })

  test('a statement that holds a secret is told nowhere', async () => {
    await using place = await withTable(open, [at(0)])
    const salted = { ...ID, ...TABLE, 'columns.mask.hash': 'name', 'columns.mask.hash.salt': 'pepper' }
    await using hashed = await startSource(place, salted)
    await using masked = await startSource(place, { ...BULK, 'query.masked': 'SELECT id FROM t', 'topic.prefix': 'q' })
    await hashed.take(1)
    await masked.take(1)
    expect([...hashed.journal.details, ...masked.journal.details]).toEqual([])
  })
}
