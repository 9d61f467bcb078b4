// The dialects of servers. MySQL's is tried against MariaDB: both speak its protocol.
import { describeWith, dialectConformance, type DatabaseServer, type DialectFacts } from '@rowbridge/testkit'

const MARIADB: DialectFacts = {
  hasNumericBooleans: true,
  keepsSpecialFloats: false,
  keepsNegativeZero: false,
  keepsNul: true,
  refusedNames: [' edge ', 'ünï 😀'],
  instantDigits: 6,
  words: {
    short: 'VARCHAR(3)',
    small: 'TINYINT',
    decimal: 'DECIMAL(10,2)',
    seconds: 'DATETIME',
    day: 'DATE',
    instants: 'DATETIME(6)',
    label: 'VARCHAR(100)',
    whole: 'INT',
  },
  slow: 'SELECT SLEEP(20)',
  session: { number: 'SELECT CONNECTION_ID() AS id', end: (number) => `KILL ${number}` },
}

const POSTGRESQL: DialectFacts = {
  hasNumericBooleans: false,
  keepsSpecialFloats: true,
  keepsNegativeZero: true,
  keepsNul: false,
  refusedNames: [],
  instantDigits: 6,
  words: {
    short: 'VARCHAR(3)',
    small: 'SMALLINT',
    decimal: 'NUMERIC(10,2)',
    seconds: 'TIMESTAMP(0)',
    day: 'DATE',
    instants: 'TIMESTAMP',
    label: 'VARCHAR(100)',
    whole: 'INT',
  },
  slow: 'SELECT pg_sleep(20)::text AS slept',
  session: { number: 'SELECT pg_backend_pid() AS id', end: (number) => `SELECT pg_terminate_backend(${number})` },
}

function suiteFor(title: string, server: DatabaseServer, facts: DialectFacts, subprotocol: string): void {
  dialectConformance(title, async () => {
    const database = await server.database()
    return {
      dialect: subprotocol,
      options: {
        url: database.jdbcUrl.replace(/^jdbc:[a-z]+:/, `jdbc:${subprotocol}:`),
        user: database.user,
        password: database.password,
      },
      query: (sql) => database.query(sql),
      facts,
      close: async () => database[Symbol.asyncDispose](),
    }
  })
}

describeWith(['mariadb'], 'on MariaDB', ({ mariadb }) => {
  suiteFor('the mariadb dialect', mariadb, MARIADB, 'mariadb')
  suiteFor('the mysql dialect', mariadb, MARIADB, 'mysql')
})

describeWith(['postgresql'], 'on PostgreSQL', ({ postgresql }) => {
  suiteFor('the postgresql dialect', postgresql, POSTGRESQL, 'postgresql')
})
