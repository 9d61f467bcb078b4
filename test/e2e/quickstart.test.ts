// `npm run quickstart -- --once` from the built tree.
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePorts } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { ROOT, start } from './command.js'

const SCRIPT = join(ROOT, 'examples/orders/dist/quickstart.js')

it('the quickstart shows orders on their way and ends with exit code 0', async () => {
  const [port, restPort] = await freePorts(2)
  const { code, stdout, stderr } = await start(SCRIPT, ['--once', '--port', `${port}`, '--rest-port', `${restPort}`])
    .ended
  expect(stderr).toBe('')
  expect(stdout.match(/SYNC_ORDER_TABLE +row in the second database +\d+ ms/g)).toHaveLength(3)
  expect(stdout).toContain('All orders have arrived.')
  expect(code).toBe(0)
})

it.each(['--port', '--rest-port'])('the quickstart names the port of %s when it is taken', async (option) => {
  const [taken, free] = await freePorts(2)
  const other = createServer().listen(taken)
  await once(other, 'listening')
  const further = option === '--port' ? '--rest-port' : '--port'
  const { code, stderr } = await start(SCRIPT, ['--once', option, `${taken}`, further, `${free}`]).ended
  other.close()
  expect(stderr).toContain(`Port ${taken}`)
  expect(stderr).toContain(`Choose one with ${option}.`)
  expect(code).toBe(1)
})
