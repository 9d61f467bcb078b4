// Every type of every server, table to topic to table.
import { describeWith } from '@rowbridge/testkit'
import { MARIADB_TYPES, MYSQL_TYPES } from '../jdbc/matrix-mysql.js'
import { POSTGRESQL_MADE, POSTGRESQL_TYPES } from '../jdbc/matrix-postgresql.js'
import { serverPlace, type Place } from '../jdbc/place.js'
import { typeMatrix, type Matrix } from '../jdbc/type-matrix.js'

async function mysqlMatrix(place: Place): Promise<Matrix> {
  const [row] = await place.query('select version() as version')
  const isMariadb = String(row?.['version']).includes('MariaDB')
  return {
    cases: isMariadb ? [...MYSQL_TYPES, ...MARIADB_TYPES] : MYSQL_TYPES,
    shown: 'cast(v as char)',
    // Zero dates are refused unless the mode of the statement allows them.
    insert: (table, rows) =>
      isMariadb
        ? `set statement sql_mode = '' for insert into ${table} values ${rows}`
        : `insert /*+ set_var(sql_mode = 'NO_ENGINE_SUBSTITUTION') */ into ${table} values ${rows}`,
  }
}

const postgresqlMatrix = (): Promise<Matrix> =>
  Promise.resolve({
    cases: POSTGRESQL_TYPES,
    made: POSTGRESQL_MADE,
    shown: 'v::text',
    insert: (table, rows) => `insert into ${table} values ${rows}`,
  })

describeWith(['mariadb'], 'types of MariaDB and MySQL', ({ mariadb }) => {
  const count = MYSQL_TYPES.length + MARIADB_TYPES.length
  typeMatrix('with the mariadb dialect', () => serverPlace(mariadb), mysqlMatrix, count)
  const asMysql = async (): Promise<Place> => {
    const place = await serverPlace(mariadb)
    const url = place.props['connection.url'] ?? ''
    return { ...place, props: { ...place.props, 'connection.url': url.replace('jdbc:mariadb:', 'jdbc:mysql:') } }
  }
  typeMatrix('with the mysql dialect', asMysql, mysqlMatrix, count)
})

describeWith(['postgresql'], 'types of PostgreSQL', ({ postgresql }) => {
  typeMatrix('with the postgresql dialect', () => serverPlace(postgresql), postgresqlMatrix, POSTGRESQL_TYPES.length)
})
