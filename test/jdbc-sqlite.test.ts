import { sqlitePlace } from './jdbc/place.js'
import { sinkSuite } from './jdbc/sink-suite.js'
import { sourceSuite } from './jdbc/source-suite.js'

sourceSuite('the JDBC source on SQLite', sqlitePlace)
sinkSuite('the JDBC sink on SQLite', sqlitePlace)
