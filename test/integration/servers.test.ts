// The throw-away servers themselves: what every other integration test relies on.
import { describeWith, waitFor } from '@rowbridge/testkit'
import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, it } from 'vitest'

describeWith(['mariadb', 'postgresql'], 'a database server', (servers) => {
  it.each(['mariadb', 'postgresql'] as const)('gives fresh databases on %s and drops them', async (kind) => {
    await using survivor = await servers[kind].database()
    const names = async () => {
      const rows = await survivor.query('select schema_name as name from information_schema.schemata')
      const databases = kind === 'mariadb' ? rows : await survivor.query('select datname as name from pg_database')
      return databases.map((row) => row['name'])
    }
    const dropped = await servers[kind].database()
    await dropped.query('create table t (id int)')
    expect(await names()).toContain(dropped.name)
    await dropped[Symbol.asyncDispose]()
    expect(await names()).not.toContain(dropped.name)
    expect(await names()).toContain(survivor.name)
  })
})

describeWith(['privateMariadb', 'privatePostgresql'], 'a private database server', (servers) => {
  it.each(['privateMariadb', 'privatePostgresql'] as const)('keeps the data of %s when it is killed', async (kind) => {
    await using database = await servers[kind].database()
    await database.query('create table t (id int)')
    await database.query('insert into t values (7)')
    await servers[kind].kill()
    await expect(database.query('select id from t')).rejects.toThrow(/ECONNREFUSED|connect|socket/i)
    await servers[kind].restart()
    expect(await database.query('select id from t')).toEqual([{ id: 7 }])
  })
})

describeWith(['privateKafka'], 'a private broker', ({ privateKafka }) => {
  it('refuses connections while killed and takes them again afterwards', async () => {
    await privateKafka.kill()
    await expect(reach(privateKafka)).rejects.toThrow('ECONNREFUSED')
    await privateKafka.restart()
    await expect(waitFor('the broker', () => reach(privateKafka))).resolves.toBe(true)
  })
})

describeWith(['kafka'], 'the shared broker', ({ kafka }) => {
  it('takes connections at its bootstrap address', async () => {
    expect(kafka.bootstrap).toBe(kafka.url)
    await expect(reach(kafka)).resolves.toBe(true)
  })
})

async function reach({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> {
  const socket = connect(port, host)
  await once(socket, 'connect')
  socket.destroy()
  return true
}
