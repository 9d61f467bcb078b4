// The house as a table: which package may import which, and the few exceptions with their reasons.

/** Package folder → folders it may import. Project references equal these. */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  api: [],
  kafka: ['api'],
  sql: ['api'],
  converters: ['api'],
  transforms: ['api'],
  'connector-file': ['api'],
  'connector-jdbc': ['api', 'sql'],
  runtime: ['api', 'kafka'],
  rest: ['api', 'runtime'],
  cli: ['api', 'kafka', 'sql', 'converters', 'transforms', 'connector-file', 'connector-jdbc', 'runtime', 'rest'],
  testkit: ['api', 'kafka', 'sql', 'runtime'],
}

/** Database drivers: imported in the dialects only, and where tests talk to servers past our code. */
export const DRIVERS = [
  'pg',
  'pg-cursor',
  'mysql2',
  'mariadb',
  'better-sqlite3',
  'better-sqlite3-node22',
  'oracledb',
  'tedious',
  'mssql',
]

/** Folders of files that may import drivers. */
export const DRIVER_FOLDERS = ['packages/sql/src/dialects/', 'packages/testkit/src/']

/** Names of databases, as they would betray knowledge of one. */
export const DATABASE_NAMES = /mysql|mariadb|postgres|sqlite/i

/** Where the name of a database may stand in code. */
export const DATABASE_NAME_FOLDERS: Readonly<Record<string, string>> = {
  'packages/sql/src/dialects/': 'a dialect is the one place that knows its database',
  'packages/connector-jdbc/src/connection-keys.ts':
    'lists the values of dialect.name as configurations in use spell them',
  'packages/testkit/src/': 'asks for servers by name',
}

/** Properties whose text is written for people: an example there decides nothing. */
export const TEXT_FOR_PEOPLE = ['doc', 'hint', 'description', 'summary', 'example']

export const FORBIDDEN_FILES = ['utils', 'util', 'common', 'helpers', 'helper', 'shared', 'misc', 'constants']
export const FORBIDDEN_NAMES = /^(?:Abstract|Base)[A-Z]|(?:Base|Impl|Manager|Helper|Util|Utils)$/

export const MOST_LINES = 500
export const USUAL_LINES = 300
/** Share of files that keep to the usual length. */
export const USUAL_SHARE = 0.9
