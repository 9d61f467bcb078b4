// SQLite is a dialect like any other.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dialectConformance } from '@rowbridge/testkit'
import Database from 'better-sqlite3'

dialectConformance('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rowbridge-sqlite-'))
  const path = join(folder, 'conformance.db')
  return {
    dialect: 'sqlite',
    options: { url: `jdbc:sqlite:${path}`, user: null, password: null },
    query: (sql) => {
      const db = new Database(path)
      db.exec(sql)
      db.close()
      return Promise.resolve()
    },
    facts: {
      hasNumericBooleans: false,
      keepsSpecialFloats: false,
      keepsNegativeZero: false,
      keepsNul: true,
      refusedNames: [],
      instantDigits: 9,
      words: {
        short: '',
        small: '',
        decimal: 'DECIMAL(10,2)',
        seconds: '',
        day: 'DATE',
        instants: 'TIMESTAMP',
        label: 'TEXT',
        whole: 'INTEGER',
      },
    },
    close: () => rm(folder, { recursive: true }),
  }
})
