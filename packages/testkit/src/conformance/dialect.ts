// What a dialect is: every database passes these tests. A stranger's dialect can run them too.
import type { Database } from '@rowbridge/sql'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'
import { failureConformance } from './dialect-failures.js'
import { nameConformance } from './dialect-names.js'
import { readingConformance } from './dialect-reading.js'
import { described, type DialectHouse, type DialectSuite } from './dialect-suite.js'
import { typeConformance } from './dialect-types.js'
import { writingConformance } from './dialect-writing.js'

/** Defines the tests; `open` is called once before them. */
export function dialectConformance(name: string, openHouse: () => Promise<DialectHouse>): void {
  describe(name, { timeout: 60_000 }, () => {
    let house: DialectHouse | null = null
    let database: Database | null = null
    beforeAll(async () => {
      const { openDatabase } = await import('@rowbridge/sql')
      house = await openHouse()
      database = await openDatabase(house.options)
    }, 120_000)
    afterAll(async () => {
      await database?.close()
      await house?.close()
    })
    const suite = suiteOf(
      () => opened(house),
      () => opened(database),
    )
    typeConformance(suite)
    readingConformance(suite)
    writingConformance(suite)
    nameConformance(suite)
    failureConformance(suite)
  })
}

function opened<T>(value: T | null): T {
  if (value === null) throw new Error('The database is not open yet')
  return value
}

let tables = 0

function suiteOf(house: () => DialectHouse, db: () => Database): DialectSuite {
  return {
    house,
    db,
    open: async (options = {}) => {
      const { openDatabase } = await import('@rowbridge/sql')
      const connection = await openDatabase({ ...house().options, ...options })
      onTestFinished(() => connection.close())
      return connection
    },
    table: async (columns) => {
      const id = { catalog: null, schema: null, table: `conformance_${++tables}` }
      await db().createTable(id, columns)
      return described(await db().describe(id))
    },
    rows: (table) => {
      const order = table.primaryKey.map((name) => db().quoteName(name)).join(', ')
      const text = `SELECT * FROM ${db().quoteTable(table.id)}${order === '' ? '' : ` ORDER BY ${order}`}`
      return db().read({ text, parameters: [] }, { schemaName: table.id.table })
    },
  }
}
