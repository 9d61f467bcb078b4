// MariaDB for tests: logging in, starting one from the installed programs or an image, and fresh databases.
import { createConnection, type Connection } from 'mariadb'
import { startContainer } from './container.js'
import { databaseMaker } from './database.js'
import { freePort } from './free-port.js'
import { findProgram, runProgram, temporaryFolder } from './local-programs.js'
import { addressAt, type ServerSupport } from './support.js'
import { SupervisedServer } from './supervision.js'
import type { ServerAddress } from './server.js'

const FOLDERS = ['/usr/libexec', '/opt/homebrew/opt/mariadb/bin', '/usr/local/opt/mariadb/bin']

export const mariadb: ServerSupport<'mariadb'> = {
  variable: 'ROWBRIDGE_TEST_MARIADB_URL',
  usual: addressAt('mariadb', { host: '127.0.0.1', port: 3306, user: 'root' }),
  probe,
  install,
  container: () =>
    startContainer({
      image: 'mariadb:11.4',
      port: 3306,
      environment: { MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: '1' },
      address: (host, port) => addressAt('mariadb', { host, port, user: 'root' }),
      probe,
    }),
  serve: (address) => ({
    ...address,
    database: databaseMaker({
      address,
      query: (name, sql, parameters) => withConnection(address, name, (c) => c.query(sql, parameters)),
      create: (name) => `create database ${name} character set utf8mb4`,
      drop: (name) => `drop database if exists ${name}`,
    }),
  }),
}

async function probe(address: ServerAddress): Promise<void> {
  await withConnection(address, undefined, (connection) => connection.query('select 1'))
}

async function withConnection<T>(
  { host, port, user, password }: ServerAddress,
  database: string | undefined,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await createConnection({
    host,
    port,
    user,
    password,
    connectTimeout: 3000,
    ...(database === undefined ? {} : { database }),
  })
  try {
    return await use(connection)
  } finally {
    await connection.end()
  }
}

async function install() {
  const programs = {
    create: findProgram(['mariadb-install-db', 'mysql_install_db'], FOLDERS),
    server: findProgram(['mariadbd', 'mysqld'], FOLDERS),
  }
  if (programs.create === null || programs.server === null) throw new Error('mariadbd or mariadb-install-db not found')
  const folder = temporaryFolder('mariadb')
  const port = await freePort()
  const superuser = process.getuid?.() === 0 ? ['--user=root'] : []
  // A server that starts removes what looks like a temporary table in its folder: another one's too, were it shared.
  const common = ['--no-defaults', `--datadir=${folder}/data`, `--tmpdir=${folder}`, ...superuser]
  await runProgram(programs.create, [...common, '--auth-root-authentication-method=normal', '--skip-test-db'])
  const address = addressAt('mariadb', { host: '127.0.0.1', port, user: 'root' })
  const plan = {
    command: programs.server,
    args: [
      ...common,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${folder}/s`,
      `--pid-file=${folder}/pid`,
      '--character-set-server=utf8mb4',
      '--innodb-flush-log-at-trx-commit=2',
    ],
    folder,
    logFile: `${folder}/server.log`,
    stopSignal: 'SIGTERM' as const,
  }
  return { address, process: await SupervisedServer.start(plan, () => probe(address)) }
}
