// Rows of all ordinary types go MariaDB → Kafka → PostgreSQL → Kafka → MariaDB and come back equal, value by value.
import { uniqueName, describeWith, waitFor, type TestDatabase } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { startWorker } from './worker-process.js'

const ROWS = Number(process.env['ROWBRIDGE_EQUALITY_ROWS'] ?? 200_000)

const COLUMNS = {
  tiny: 'tinyint',
  small: 'smallint',
  medium: 'mediumint',
  plain: 'int',
  big: 'bigint',
  unsigned_int: 'int unsigned',
  price: 'decimal(20,6)',
  whole: 'decimal(30,0)',
  ratio: 'double',
  is_on: 'tinyint(1)',
  name: 'varchar(80)',
  body: 'text',
  raw: 'varbinary(64)',
  day: 'date',
  clock: 'time',
  moment: 'datetime(3)',
} as const

/** Values of a row computed by the database from its number n, edge values in the first rows. */
const VALUES = `
  (n * 37) % 255 - 127, (n * 4099) % 65535 - 32767, (n * 65537) % 16777215 - 8388607, cast((n * 1048583) % 4294967295 as signed) - 2147483647,
  cast(n as signed) * 46116860184273 - 4611686018427387904, (n * 2654435761) % 4294967296,
  cast(n as decimal(20,6)) * 12345.678901 - 999999999.999999, cast(n as decimal(30,0)) * 99999999999999999999 - 7,
  n / 7 - 12345.678, n % 2, concat('näme 😀 ', n), if(n % 11 = 0, null, repeat(concat('tëxt "', n, '"\\n\\t'), 3)), unhex(md5(n)),
  date_add('0999-12-31', interval n % 3000000 day), sec_to_time(n % 86400), date_add('1900-01-01 00:00:00.001', interval n * 7919 second)`

describeWith(['mariadb', 'postgresql', 'kafka'], 'a table that travels there and back', (servers) => {
  it(`${ROWS} rows come back equal`, async () => {
    await using start = await servers.mariadb.database()
    await using middle = await servers.postgresql.database()
    await using end = await servers.mariadb.database()
    await fill(start)
    const first = uniqueName('there')
    const second = uniqueName('back')
    await using worker = await startWorker({ 'bootstrap.servers': servers.kafka.bootstrap })
    const source = (db: TestDatabase, prefix: string, table: string) => ({
      'connector.class': 'JdbcSource',
      ...login(db),
      mode: 'incrementing',
      'incrementing.column.name': 'id',
      'table.whitelist': table,
      'topic.prefix': prefix,
      'poll.interval.ms': '200',
    })
    const sink = (db: TestDatabase, topic: string, table: string) => ({
      'connector.class': 'JdbcSink',
      ...login(db),
      topics: topic,
      'table.name.format': table,
      'insert.mode': 'upsert',
      'pk.mode': 'record_value',
      'pk.fields': 'id',
      'auto.create': 'true',
    })
    await worker.create('there-source', source(start, first, 'every'))
    await worker.create('there-sink', sink(middle, `${first}every`, 'every'))
    await waitFor('the table in the middle', async () => (await count(middle)) > 0, { timeoutMs: 60_000 })
    await worker.create('back-source', source(middle, second, 'every'))
    await worker.create('back-sink', sink(end, `${second}every`, 'every'))
    await waitFor('every row at the end', async () => (await count(end)) === ROWS, { timeoutMs: 180_000, everyMs: 500 })
    expect(await digests(end)).toEqual(await digests(start))
  })
})

function login(db: TestDatabase) {
  return { 'connection.url': db.jdbcUrl, 'connection.user': db.user, 'connection.password': db.password }
}

async function count(db: TestDatabase): Promise<number> {
  return Number((await db.query('select count(*) as n from every'))[0]?.['n'])
}

async function fill(db: TestDatabase): Promise<void> {
  const columns = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`)
  await db.query(`create table every(id bigint not null primary key, ${columns.join(', ')}) character set utf8mb4`)
  await db.query(
    `insert into every select n, ${VALUES} from (select cast(seq as signed) as n from seq_1_to_${ROWS}) numbers`,
  )
  const names = Object.keys(COLUMNS).filter((_, i) => i > 0)
  await db.query(`update every set ${names.map((name) => `${name} = null`).join(', ')} where id = 3`)
  await db.query(
    `update every set tiny = -128, small = -32768, plain = -2147483648, big = -9223372036854775808, unsigned_int = 0, ratio = 0, price = 0, name = '', body = '', raw = '', day = '0001-01-01', clock = '00:00:00', moment = '0001-01-01 00:00:00' where id = 1`,
  )
  await db.query(
    `update every set tiny = 127, small = 32767, plain = 2147483647, big = 9223372036854775807, unsigned_int = 4294967295, ratio = 1.7976931348623157e308, price = 99999999999999.999999, whole = -999999999999999999999999999999, day = '9999-12-31', clock = '23:59:59', moment = '9999-12-31 23:59:59.999' where id = 2`,
  )
}

/** One digest per column and thousand rows, so that a difference names its column and place. */
async function digests(db: TestDatabase): Promise<Record<string, unknown>[]> {
  const parts = Object.keys(COLUMNS).map(
    (name) => `md5(group_concat(coalesce(${asText(name)}, 'NULL') order by id separator ';')) as ${name}`,
  )
  return db.query(
    `select floor(id / 1000) as block, count(*) as n, ${parts.join(', ')} from every group by floor(id / 1000) order by block`,
  )
}

function asText(name: string): string {
  if (name === 'raw') return `hex(${name})`
  if (name === 'price' || name === 'whole') return `cast(cast(${name} as decimal(38,6)) as char)`
  if (name === 'clock') return `cast(cast(${name} as time(3)) as char)`
  return `cast(${name} as char)`
}
