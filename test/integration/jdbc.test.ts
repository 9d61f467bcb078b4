import { describeWith } from '@rowbridge/testkit'
import { serverPlace } from '../jdbc/place.js'
import { sinkSuite } from '../jdbc/sink-suite.js'
import { sourceSuite } from '../jdbc/source-suite.js'

describeWith(['postgresql'], 'with PostgreSQL', ({ postgresql }) => {
  sourceSuite('the JDBC source', () => serverPlace(postgresql))
  sinkSuite('the JDBC sink', () => serverPlace(postgresql))
})

describeWith(['mariadb'], 'with MariaDB', ({ mariadb }) => {
  sourceSuite('the JDBC source', () => serverPlace(mariadb))
  sinkSuite('the JDBC sink', () => serverPlace(mariadb))
})
