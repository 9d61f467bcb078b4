// A source whose database freezes, drops, cuts, restarts or is locked: it notices, says so, and goes on where it was.
import type { Props } from '@rowbridge/api'
import { describeWith, Proxy, waitFor, type DatabaseServer, type TestDatabase } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { startSource, type Source, type Told } from '../jdbc/drive.js'
import { lockTable, openSession } from '../jdbc/locked.js'
import type { Place } from '../jdbc/place.js'

const KINDS = ['mariadb', 'mysql', 'postgresql'] as const
type Kind = (typeof KINDS)[number]
const kindOfServer = (kind: Kind) => (kind === 'postgresql' ? 'postgresql' : 'mariadb')

const BY_ID: Props = {
  mode: 'incrementing',
  'incrementing.column.name': 'id',
  'table.whitelist': 't',
  'poll.linger.ms': '50',
  'batch.max.rows': '100',
  'connection.check.ms': '300',
}
/** Much longer than a stop takes, and much shorter than what it would wait for. */
const STOP_MS = 20_000
/** Much longer than noticing takes. */
const WAIT = { timeoutMs: 45_000 }

async function fill(db: TestDatabase, from: number, to: number): Promise<void> {
  const rows = Array.from({ length: to - from + 1 }, (_, i) => `(${from + i}, 'row ${from + i}')`)
  await db.query(`INSERT INTO t VALUES ${rows.join(', ')}`)
}

/** A table with the ids 1 to 500, behind a proxy. */
async function behindProxy(kind: Kind, servers: Readonly<Record<'mariadb' | 'postgresql', DatabaseServer>>) {
  const db = await servers[kindOfServer(kind)].database()
  await db.query('CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, note VARCHAR(100))')
  await fill(db, 1, 500)
  const proxy = await Proxy.before(db)
  const url = proxy.urlOf(db.jdbcUrl).replace('jdbc:mariadb:', `jdbc:${kind}:`)
  return {
    db,
    proxy,
    place: placeOf(kind, url, db),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await db[Symbol.asyncDispose]()
    },
  }
}

function placeOf(kind: Kind, url: string, db: TestDatabase): Place {
  const props = { 'connection.url': url, 'connection.user': db.user, 'connection.password': db.password }
  const isMariadb = kindOfServer(kind) === 'mariadb'
  const words = { autoId: '', timestamp: '', quote: (name: string) => name, fullName: (table: string) => table }
  return {
    kind: isMariadb ? 'mariadb' : 'postgresql',
    props,
    query: (sql) => db.query(sql),
    ...words,
    endConnections: null,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

/** Polls until the condition holds; what came is added to `told`. */
async function pollUntil(what: string, source: Source, condition: () => boolean): Promise<void> {
  await waitFor(
    what,
    async () => {
      await source.poll()
      return condition()
    },
    { ...WAIT, everyMs: 1 },
  )
}

const idsOf = (source: Source, fromBatch = 0): number[] =>
  source.batches.slice(fromBatch).flatMap((batch) => batch.value.values.map((row) => Number((row as unknown[])[0])))
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)
const ids = (told: readonly Told[]): number[] => told.map(({ value }) => Number(value['id']))

describeWith(['mariadb', 'postgresql'], 'a source', (servers) => {
  it.each(KINDS)('whose %s connection goes dead opens another one and goes on', async (kind) => {
    await using behind = await behindProxy(kind, servers)
    await using source = await startSource(behind.place, BY_ID)
    await source.take(500)
    behind.proxy.freeze('open')
    await fill(behind.db, 501, 700)
    await pollUntil('the new rows', source, () => idsOf(source).length >= 700)
    expect(idsOf(source)).toEqual(upTo(700))
    expect(source.troubles).toEqual([expect.stringContaining('No answer'), null])
  })

  it.each(KINDS)('whose %s server freezes says so, and goes on when it answers', async (kind) => {
    await using behind = await behindProxy(kind, servers)
    await using source = await startSource(behind.place, BY_ID)
    await source.take(500)
    behind.proxy.freeze()
    await fill(behind.db, 501, 700)
    await pollUntil('the trouble', source, () => source.metrics.get('source-database-available') === 0)
    expect(source.troubles).toEqual([expect.stringContaining('Reading')])
    behind.proxy.thaw()
    await pollUntil('the new rows', source, () => idsOf(source).length >= 700)
    expect(idsOf(source)).toEqual(upTo(700))
    expect(source.troubles.at(-1)).toBeNull()
    expect(source.metrics.get('source-database-available')).toBe(1)
  })

  it.each(KINDS)('whose %s server is away tells it once, however often it tries', async (kind) => {
    await using behind = await behindProxy(kind, servers)
    await using source = await startSource(behind.place, BY_ID)
    await source.take(500)
    behind.proxy.refuse(true)
    behind.proxy.drop()
    await pollUntil('five tries', source, () => (source.metrics.get('total-retries') ?? 0) >= 5)
    behind.proxy.refuse(false)
    await fill(behind.db, 501, 600)
    await pollUntil('the new rows', source, () => idsOf(source).length >= 600)
    expect(idsOf(source)).toEqual(upTo(600))
    expect(source.journal.warnings.length).toBeLessThanOrEqual(2)
  })

  it.each(KINDS)('whose %s answer is cut in the middle reads the page again', async (kind) => {
    await using behind = await behindProxy(kind, servers)
    await using source = await startSource(behind.place, BY_ID)
    const first = await source.take(25)
    behind.proxy.cutAfter(700)
    const rest = await source.take(475)
    expect(ids([...first, ...rest])).toEqual(upTo(500))
  })

  it.each(KINDS)('reads a whole table in bulk again when %s drops it midway', async (kind) => {
    await using behind = await behindProxy(kind, servers)
    await using source = await startSource(behind.place, { ...BY_ID, mode: 'bulk' })
    await source.take(500)
    behind.proxy.cutAfter(3000)
    await pollUntil('a connection that breaks', source, () => source.troubles.length > 0)
    const before = source.batches.length
    await pollUntil('a whole run', source, () => idsOf(source, before).length >= 500)
    expect(new Set(idsOf(source, before))).toEqual(new Set(upTo(500)))
  })

  it.each(KINDS)('leaves a statement in peace that takes %s long', async (kind) => {
    await using behind = await behindProxy(kind, servers)
    const wait = kind === 'postgresql' ? 'SELECT 1 AS id, pg_sleep(2)::text AS s' : 'SELECT 1 AS id, SLEEP(2) AS s'
    const props = { ...BY_ID, mode: 'bulk', query: wait, 'table.whitelist': '', 'topic.prefix': 'q' }
    await using source = await startSource(behind.place, { ...props, 'poll.interval.ms': '600000' })
    expect(ids(await source.take(1))).toEqual([1])
    expect(source.troubles).toEqual([])
    expect(behind.proxy.accepted).toBeGreaterThan(2)
  })

  it.each(KINDS)('stops a %s statement that takes longer than query.timeout.ms, and tries again', async (kind) => {
    await using behind = await behindProxy(kind, servers)
    await using source = await startSource(behind.place, { ...BY_ID, 'query.timeout.ms': '3000' })
    await source.take(500)
    {
      await using _lock = await lockTable(kindOfServer(kind), behind.db, 't')
      await pollUntil('a statement that is stopped', source, () => source.troubles.length > 0)
    }
    expect(source.troubles[0]).toContain('no answer within 3000 ms')
    await fill(behind.db, 501, 510)
    await pollUntil('the new rows', source, () => idsOf(source).length >= 510)
    expect(idsOf(source)).toEqual(upTo(510))
  })

  it.each(KINDS)('waits for a %s table that is locked', async (kind) => {
    await using behind = await behindProxy(kind, servers)
    await using source = await startSource(behind.place, BY_ID)
    await source.take(500)
    const before = behind.proxy.accepted
    {
      await using _lock = await lockTable(kindOfServer(kind), behind.db, 't')
      await pollUntil('two checks', source, () => behind.proxy.accepted >= before + 2)
    }
    await fill(behind.db, 501, 510)
    await pollUntil('the new rows', source, () => idsOf(source).length >= 510)
    expect(source.troubles).toEqual([])
  })

  it.each(KINDS)('fails with the cause when %s stays away longer than it may', async (kind) => {
    await using behind = await behindProxy(kind, servers)
    await using source = await startSource(behind.place, { ...BY_ID, 'query.retry.attempts': '3' })
    await source.take(500)
    behind.proxy.refuse(true)
    behind.proxy.drop()
    const polled = () =>
      source.task.poll().then(
        () => null,
        (error: unknown) => error,
      )
    expect(await waitFor('a failure', polled, WAIT)).toMatchObject({ code: 'query-retries-exhausted' })
  })

  it.each(KINDS)('stops at once while a statement of %s takes long', async (kind) => {
    await using behind = await behindProxy(kind, servers)
    const wait = kind === 'postgresql' ? 'SELECT 1 AS id, pg_sleep(60)::text AS s' : 'SELECT 1 AS id, SLEEP(60) AS s'
    const props = { ...BY_ID, mode: 'bulk', query: wait, 'table.whitelist': '', 'topic.prefix': 'q' }
    const source = await startSource(behind.place, props)
    const before = behind.proxy.accepted
    await pollUntil('a check of the statement', source, () => behind.proxy.accepted > before)
    const start = performance.now()
    await source[Symbol.asyncDispose]()
    expect(performance.now() - start).toBeLessThan(STOP_MS)
  })

  it.each(KINDS)('stops at once while %s hangs', async (kind) => {
    await using behind = await behindProxy(kind, servers)
    const source = await startSource(behind.place, BY_ID)
    await source.take(500)
    behind.proxy.freeze()
    await source.poll()
    await waitFor('a read that hangs', () => behind.proxy.held > 0)
    const start = performance.now()
    await source[Symbol.asyncDispose]()
    expect(performance.now() - start).toBeLessThan(STOP_MS)
  })
})

describeWith(['privateMariadb', 'privatePostgresql', 'mariadb', 'postgresql'], 'a source of a server', (servers) => {
  const privateOf = (kind: Kind) => (kind === 'postgresql' ? servers.privatePostgresql : servers.privateMariadb)

  it.each(KINDS)('that is %s and restarted goes on where it was', async (kind) => {
    const mortal = privateOf(kind)
    await using behind = await behindProxy(kind, {
      mariadb: servers.privateMariadb,
      postgresql: servers.privatePostgresql,
    })
    await using source = await startSource(behind.place, BY_ID)
    await source.take(500)
    await mortal.kill()
    await pollUntil('the trouble', source, () => source.troubles.length > 0)
    await mortal.restart()
    await fill(behind.db, 501, 600)
    await pollUntil('the new rows', source, () => idsOf(source).length >= 600)
    expect(idsOf(source)).toEqual(upTo(600))
    expect(source.troubles.at(-1)).toBeNull()
  })

  it.each(KINDS)('that is %s and fails over to another goes on there', async (kind) => {
    await using behind = await behindProxy(kind, servers)
    const other = privateOf(kind)
    await using heir = await heirOf(kind, behind.db, other)
    await using source = await startSource(behind.place, BY_ID)
    await source.take(500)
    behind.proxy.lead(other)
    behind.proxy.drop()
    await fill(heir, 1, 700)
    await pollUntil('the new rows', source, () => idsOf(source).length >= 700)
    expect(idsOf(source)).toEqual(upTo(700))
  })
})

describeWith(['privateMariadb', 'privatePostgresql'], 'a source of two tables', (servers) => {
  it.each(KINDS)('of which one may no longer be read goes on with the other, by %s', async (kind) => {
    const own = { mariadb: servers.privateMariadb, postgresql: servers.privatePostgresql }
    await using behind = await behindProxy(kind, own)
    const { db, place } = behind
    const name = `reader_${kind}`
    const isMariadb = kindOfServer(kind) === 'mariadb'
    await db.query('CREATE TABLE u (id BIGINT NOT NULL PRIMARY KEY)')
    await db.query(isMariadb ? `CREATE USER ${name}` : `CREATE USER ${name} LOGIN`)
    for (const table of ['t', 'u']) await db.query(`GRANT SELECT ON ${table} TO ${name}`)
    const props = { ...BY_ID, 'table.whitelist': 't,u', 'connection.user': name }
    await using source = await startSource(place, props)
    await source.take(500)
    await db.query(`REVOKE SELECT ON u FROM ${name}`)
    await pollUntil('the table that is left out', source, () => source.troubles.length > 0)
    expect(source.troubles).toEqual([expect.stringMatching(/\bu: .*(denied|permission)/is)])
    await fill(db, 501, 510)
    await pollUntil('the rows of the other', source, () => idsOf(source).length >= 510)
    expect(idsOf(source)).toEqual(upTo(510))
  })
})

/** A database of the same name, with the same table, on another server. */
async function heirOf(kind: Kind, db: TestDatabase, other: DatabaseServer): Promise<TestDatabase> {
  const any = await other.database()
  await any.query(`CREATE DATABASE ${db.name}`)
  const query = async (sql: string) => {
    await using session = await openSession(kindOfServer(kind), { ...any, name: db.name })
    await session.query(sql)
    return []
  }
  await query('CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, note VARCHAR(100))')
  return { ...any, query, [Symbol.asyncDispose]: () => any[Symbol.asyncDispose]() }
}
