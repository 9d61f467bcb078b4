// Workers of a cluster over Kafka: they share connectors, pass requests on, and move work without disturbing the rest.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeWith, server, waitFor } from '@rowbridge/testkit'
import { beforeAll, expect, test } from 'vitest'
import { clusterOn, linesOf, numbered, sinkConfig, sourceConfig, statusOf, untilStates } from '../cluster/cluster.js'

let bootstrap = ''

describeWith(['kafka'], 'a cluster', () => {
  beforeAll(async () => {
    const broker = await server('kafka')
    bootstrap = broker.bootstrap
  })

  test('of one worker runs connectors, and goes on where it was when it is started again', async () => {
    await using cluster = clusterOn(bootstrap)
    const [source, sink, topic] = [join(cluster.folder, 'in'), join(cluster.folder, 'out'), `${cluster.name}-lines`]
    appendFileSync(
      source,
      numbered(0, 100)
        .map((line) => `${line}\n`)
        .join(''),
    )
    const first = await cluster.start()
    expect((await first.call('POST', '/connectors', { name: 'src', config: sourceConfig(source, topic) })).status).toBe(
      201,
    )
    await first.call('PUT', '/connectors/snk/config', sinkConfig(sink, topic))
    await waitFor('the lines arrive', () => linesOf(sink).length >= 100)
    await untilStates(first.call, 'src', 'RUNNING: RUNNING')
    await first.stop()
    appendFileSync(
      source,
      numbered(100, 200)
        .map((line) => `${line}\n`)
        .join(''),
    )

    const second = await cluster.start()
    await waitFor('the further lines arrive', () => linesOf(sink).length >= 200)
    expect(linesOf(sink)).toEqual(numbered(0, 200))
    expect((await second.call('DELETE', '/connectors/src')).status).toBe(204)
    await waitFor('its status is gone', async () => (await statusOf(second.call, 'src')) === null)
  })
})
