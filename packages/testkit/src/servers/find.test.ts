import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { freePort } from './free-port.js'
import { findServer, ServerMissing } from './find.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('does not replace an address that was given and does not work', async () => {
  const port = await freePort()
  vi.stubEnv('ROWBRIDGE_TEST_MARIADB_URL', `mariadb://root@127.0.0.1:${port}`)
  const search = findServer('mariadb')
  await expect(search).rejects.toThrow(ServerMissing)
  await expect(search).rejects.toThrow(/No usable mariadb server was found\.\n {2}- environment: .*ECONNREFUSED/)
})

beforeEach(() => {
  vi.stubEnv('ROWBRIDGE_TEST_KAFKA', undefined)
  vi.stubEnv('ROWBRIDGE_TEST_WAYS', undefined)
})

it('says of every way why it failed', async () => {
  await expect(findServer('kafka', { ways: ['environment', 'installed'] })).rejects.toThrow(
    'No usable kafka server was found.\n  - environment: ROWBRIDGE_TEST_KAFKA is not set\n  - installed: there is no such way for this server',
  )
})
