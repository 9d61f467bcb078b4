// Exactly once, with the databases as they are.
import { describe } from 'vitest'
import { describeWith } from '@rowbridge/testkit'
import { serverPlace, sqlitePlace } from '../jdbc/place.js'
import { onceSuite } from '../jdbc/sink-once.js'

describe('exactly once with SQLite', () => {
  onceSuite(sqlitePlace)
})

describeWith(['mariadb'], 'exactly once with MariaDB', ({ mariadb }) => onceSuite(() => serverPlace(mariadb)))

describeWith(['postgresql'], 'exactly once with PostgreSQL', ({ postgresql }) =>
  onceSuite(() => serverPlace(postgresql)),
)
