// PostgreSQL for tests: logging in, starting one from the installed programs or an image, and fresh databases.
import { Client } from 'pg'
import { startContainer } from './container.js'
import { databaseMaker } from './database.js'
import { freePort } from './free-port.js'
import { findProgram, runProgram, temporaryFolder, unprivileged, versionedFolders } from './local-programs.js'
import { addressAt, type ServerSupport } from './support.js'
import { SupervisedServer } from './supervision.js'
import type { ServerAddress } from './server.js'

export const postgresql: ServerSupport<'postgresql'> = {
  variable: 'ROWBRIDGE_TEST_POSTGRESQL_URL',
  usual: addressAt('postgresql', { host: '127.0.0.1', port: 5432, user: 'postgres' }),
  probe,
  install,
  container: () =>
    startContainer({
      image: 'postgres:17',
      port: 5432,
      environment: { POSTGRES_HOST_AUTH_METHOD: 'trust' },
      address: (host, port) => addressAt('postgresql', { host, port, user: 'postgres' }),
      probe,
    }),
  serve: (address) => ({
    ...address,
    database: databaseMaker({
      address,
      query: (name, sql, parameters) => query(address, name ?? 'postgres', sql, parameters),
      create: (name) => `create database ${name}`,
      drop: (name) => `drop database if exists ${name} with (force)`,
    }),
  }),
}

async function probe(address: ServerAddress): Promise<void> {
  await query(address, 'postgres', 'select 1')
}

async function query(
  { host, port, user, password }: ServerAddress,
  database: string,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new Client({ host, port, user, password, database, connectionTimeoutMillis: 3000 })
  // A connection that breaks outside a query must not end the process; the query itself rejects.
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<Record<string, unknown>>(sql, [...parameters])
    return rows
  } finally {
    await client.end()
  }
}

function installed(name: string): string | null {
  return findProgram(
    [name],
    [
      ...versionedFolders('/usr/lib/postgresql', 'bin'),
      ...versionedFolders('/opt/homebrew/opt', 'bin').filter((folder) => folder.includes('postgresql')),
      '/usr/pgsql/bin',
    ],
  )
}

async function install() {
  const programs = { create: installed('initdb'), server: installed('postgres') }
  if (programs.create === null || programs.server === null) throw new Error('initdb or postgres not found')
  const identity = unprivileged(['postgres', 'nobody'])
  const folder = temporaryFolder('postgresql', identity)
  const data = `${folder}/data`
  const port = await freePort()
  const initial = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  await runProgram(programs.create, initial, identity)
  const address = addressAt('postgresql', { host: '127.0.0.1', port, user: 'postgres' })
  // Not on the disk at once, yet safe with the system: a killed server loses no commit.
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    fsync: 'off',
    full_page_writes: 'off',
  }
  const plan = {
    command: programs.server,
    args: [
      '-D',
      data,
      '-p',
      `${port}`,
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    folder,
    logFile: `${folder}/server.log`,
    stopSignal: 'SIGINT' as const,
    ...(identity === undefined ? {} : { identity }),
  }
  return { address, process: await SupervisedServer.start(plan, () => probe(address)) }
}
