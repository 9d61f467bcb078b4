// The list of tables while the database is slow or away: what was found is kept, what was not found yet is no empty list.
import { describeWith, Proxy, waitFor, type DatabaseServer } from '@rowbridge/testkit'
import { expect, test } from 'vitest'
import { startConnector, startTask } from '../jdbc/drive.js'
import { serverPlace, type Place } from '../jdbc/place.js'
import { BY_ID, withTable } from '../jdbc/source-tables.js'

const QUICK = { ...BY_ID, 'table.poll.interval.ms': '20' }
/** Long against what is waited for: the listing cannot be done before. */
const SLOW_MS = 300

interface Behind extends AsyncDisposable {
  readonly place: Place
  readonly proxy: Proxy
}

async function behindProxy(server: DatabaseServer): Promise<Behind> {
  const place = await withTable(() => serverPlace(server))
  const proxy = await Proxy.before(server)
  const url = proxy.urlOf(place.props['connection.url'] ?? '')
  return {
    place: { ...place, props: { ...place.props, 'connection.url': url } },
    proxy,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await place[Symbol.asyncDispose]()
    },
  }
}

function listingSuite(server: DatabaseServer): void {
  test('fact 47: tables that cannot be listed for now are those that were found last', async () => {
    await using place = await withTable(() => serverPlace(server))
    await using started = await startConnector(place, QUICK)
    const before = await started.connector.taskConfigs(1)
    expect(before).toMatchObject([{ tables: expect.stringContaining('t') as string, 'tables.fetched': 'true' }])
    await waitFor('a listing that fails', async () => {
      await place.endConnections?.()
      return started.journal.warnings.some((line) => line.includes('cannot be listed'))
    })
    expect(await started.connector.taskConfigs(1)).toEqual(before)
    await waitFor('a listing that works', () => started.journal.infos.some((line) => line.includes('listed again')))
    expect(await started.connector.taskConfigs(1)).toEqual(before)
    expect(started.asked).toEqual({ reconfigurations: 0, errors: [] })
  })

  test('fact 47: tables that are not listed in time are unknown, which is not none, and told when they are known', async () => {
    await using behind = await behindProxy(server)
    behind.proxy.delay(SLOW_MS)
    const props = { ...QUICK, 'table.monitoring.startup.polling.limit.ms': '1' }
    await using started = await startConnector(behind.place, props)
    expect(await started.connector.taskConfigs(1)).toMatchObject([{ tables: '', 'tables.fetched': 'false' }])
    behind.proxy.delay(0)
    await waitFor('the tables', () => started.asked.reconfigurations === 1)
    expect(await started.connector.taskConfigs(1)).toMatchObject([{ 'tables.fetched': 'true' }])
    await using none = await startConnector(behind.place, { ...QUICK, 'table.whitelist': 'nope' })
    expect(await none.connector.taskConfigs(1)).toMatchObject([{ tables: '', 'tables.fetched': 'true' }])
  })

  test.each(['false', 'true'])('tables whose first listing fails are found later, with run.once=%s', async (once) => {
    await using behind = await behindProxy(server)
    behind.proxy.delay(SLOW_MS)
    await using started = await startConnector(behind.place, { ...QUICK, 'run.once': once })
    behind.proxy.drop()
    behind.proxy.delay(0)
    const [config = {}] = await started.connector.taskConfigs(1)
    expect(config).toMatchObject({ tables: '', 'tables.fetched': 'false' })
    await using waiting = await startTask(config, new Map())
    expect([await waiting.poll(), waiting.task.isAtEnd?.()]).toEqual([false, false])
    await waitFor('the tables', () => started.asked.reconfigurations === 1)
    expect(await started.connector.taskConfigs(1)).toMatchObject([{ 'tables.fetched': 'true' }])
    expect(started.asked.errors).toEqual([])
  })
}

describeWith(['mariadb'], 'tables of MariaDB', ({ mariadb }) => listingSuite(mariadb))
describeWith(['postgresql'], 'tables of PostgreSQL', ({ postgresql }) => listingSuite(postgresql))
