// Bad records of a sink, with the databases as they are.
import { describe } from 'vitest'
import { describeWith } from '@rowbridge/testkit'
import { serverPlace, sqlitePlace } from '../jdbc/place.js'
import { badRecordSuite } from '../jdbc/sink-bad-records.js'

describe('bad records with SQLite', () => {
  badRecordSuite(sqlitePlace)
})

describeWith(['mariadb'], 'bad records with MariaDB', ({ mariadb }) => badRecordSuite(() => serverPlace(mariadb)))

describeWith(['postgresql'], 'bad records with PostgreSQL', ({ postgresql }) =>
  badRecordSuite(() => serverPlace(postgresql)),
)
