// The files of examples/mariadb-to-postgresql, as they are but for hosts and names, on real servers.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeWith, uniqueName, waitFor } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { ROOT, Workplace } from './command.js'

const FOLDER = join(ROOT, 'examples/mariadb-to-postgresql')
const FILES = ['worker.properties', 'source.properties', 'sink.json'] as const

describeWith(['mariadb', 'postgresql', 'kafka'], 'the example from MariaDB to PostgreSQL', (servers) => {
  it('carries its orders', async () => {
    await using shop = await servers.mariadb.database()
    await using copy = await servers.postgresql.database()
    await using place = await Workplace.open()
    const statements = readFileSync(join(FOLDER, 'orders.sql'), 'utf8')
      .replaceAll(/^--.*$/gm, '')
      .split(';')
    for (const statement of statements
      .map((text) => text.trim())
      .filter((text) => /^(CREATE TABLE|INSERT)/.test(text))) {
      await shop.query(statement)
    }
    const prefix = uniqueName('CONNECT')
    const renamed = (text: string) =>
      text
        .replace('mariadb:3306/shop', `${shop.host}:${shop.port}/${shop.name}`)
        .replace('postgresql:5432/shop', `${copy.host}:${copy.port}/${copy.name}`)
        .replace('kafka:9092', servers.kafka.bootstrap)
        .replace('http://:8083', place.url)
        .replace('data/offsets', place.path('offsets'))
        .replaceAll('CONNECT_', `${prefix}_`)
        .replace(/"?connection\.password"?(=|: ")rowbridge/, (found) =>
          found.replace('rowbridge', found.includes(':') ? copy.password : shop.password),
        )
    const files: string[] = []
    for (const name of FILES) files.push(await place.file(name, renamed(readFileSync(join(FOLDER, name), 'utf8'))))
    await place.worker(...files)

    const rows = () => copy.query('SELECT "ID", "CUSTOMER", "PRICE", "QUANTITY" FROM "SYNC_ORDER_TABLE" ORDER BY "ID"')
    await waitFor('three orders', async () => (await rows()).length === 3)
    expect(
      (await rows()).map((row) => [Number(row['ID']), row['CUSTOMER'], Number(row['PRICE']), row['QUANTITY']]),
    ).toEqual([
      [1, 'Ann', 3.5, 2],
      [2, 'Ben', 2.8, 1],
      [3, 'Cem', 1.95, 4],
    ])
  })
})
