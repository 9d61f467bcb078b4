// A user who may read some columns reads those, where columns.include.list names no others.
import { describeWith, type DatabaseServer } from '@rowbridge/testkit'
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { startSource } from '../jdbc/drive.js'
import { serverPlace } from '../jdbc/place.js'

async function readAs(server: DatabaseServer, kind: 'mariadb' | 'postgresql'): Promise<unknown> {
  await using place = await serverPlace(server)
  const user = `some_${randomUUID().slice(0, 8)}`
  await place.query('create table t (id int primary key, shown int, secret int)')
  await place.query('insert into t values (1, 2, 3)')
  await place.query(
    kind === 'mariadb' ? `create user ${user}@'%' identified by 'x'` : `create role ${user} login password 'x'`,
  )
  try {
    await place.query(`grant select (id, shown) on t to ${user}${kind === 'mariadb' ? "@'%'" : ''}`)
    const props = { ...place.props, 'connection.user': user, 'connection.password': 'x' }
    const wanted = { mode: 'incrementing', 'incrementing.column.name': 'id', 'table.whitelist': 't' }
    await using source = await startSource({ ...place, props }, { ...wanted, 'columns.include.list': 'id,shown' })
    return (await source.take(1))[0]?.value
  } finally {
    if (kind === 'postgresql') await place.query(`drop owned by ${user}`)
    await place.query(kind === 'mariadb' ? `drop user ${user}@'%'` : `drop role ${user}`)
  }
}

describeWith(['mariadb', 'postgresql'], 'a user who may read some columns', ({ mariadb, postgresql }) => {
  it('reads those of MariaDB', async () => {
    expect(await readAs(mariadb, 'mariadb')).toEqual({ id: 1, shown: 2 })
  })
  it('reads those of PostgreSQL', async () => {
    expect(await readAs(postgresql, 'postgresql')).toEqual({ id: 1, shown: 2 })
  })
})
