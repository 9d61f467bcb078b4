// A stopped Java cluster is taken over where it stood, and given back: the same connectors, states and offsets, and no
// record doubled or missing.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeWith, freePort, javaWorker, server, waitFor } from '@rowbridge/testkit'
import { expect, test } from 'vitest'
import {
  callerOf,
  clusterOn,
  linesOf,
  numbered,
  sinkConfig,
  sourceConfig,
  statesOf,
  untilStates,
  type Call,
} from '../cluster/cluster.js'

const NAMES = ['paused', 'snk', 'src', 'stopped']

describeWith(['kafka'], 'a Java cluster', () => {
  test('is taken over where it stood, and given back', async () => {
    const broker = await server('kafka')
    await using cluster = clusterOn(broker.bootstrap)
    const url = `http://127.0.0.1:${await freePort()}`
    const call = callerOf(url)
    const [source, sink, topic] = [join(cluster.folder, 'in'), join(cluster.folder, 'out'), `${cluster.name}-lines`]
    const write = (from: number, to: number) => appendFileSync(source, `${numbered(from, to).join('\n')}\n`)
    const arrived = (count: number) =>
      waitFor(`${count} lines`, () => linesOf(sink).length >= count, { timeoutMs: 60_000 })
    const startJava = () => javaWorker({ mode: 'distributed', url, props: cluster.props(url) })

    let told: unknown
    {
      await using _java = await startJava()
      write(0, 100)
      await call('PUT', '/connectors/src/config', sourceConfig(source, topic))
      await call('PUT', '/connectors/snk/config', sinkConfig(sink, topic))
      await call('PUT', '/connectors/paused/config', sourceConfig(join(cluster.folder, 'p'), `${topic}-p`))
      await untilStates(call, 'paused', 'RUNNING: RUNNING')
      await call('PUT', '/connectors/paused/pause')
      await create(call, 'stopped', sourceConfig(join(cluster.folder, 's'), `${topic}-s`), 'STOPPED')
      await arrived(100)
      await untilStates(call, 'paused', 'PAUSED: PAUSED')
      await untilStates(call, 'stopped', 'STOPPED:')
      told = await tellingsOf(call)
    }
    write(100, 200)
    const ours = await cluster.start({ url })
    expect(await tellingsOf(call)).toEqual(told)
    await untilStates(call, 'src', 'RUNNING: RUNNING')
    await untilStates(call, 'snk', 'RUNNING: RUNNING')
    await untilStates(call, 'paused', 'PAUSED: PAUSED')
    await untilStates(call, 'stopped', 'STOPPED:')
    await arrived(200)
    await call('PUT', '/connectors/stopped/resume')
    await untilStates(call, 'stopped', 'RUNNING: RUNNING')
    await call('PUT', '/connectors/paused/stop')
    await untilStates(call, 'paused', 'STOPPED:')
    await create(call, 'later', sourceConfig(join(cluster.folder, 'l'), `${topic}-l`), 'PAUSED')
    await untilStates(call, 'later', 'PAUSED:')
    const toldByUs = await tellingsOf(call)
    await ours.stop()

    write(200, 300)
    await using _javaAgain = await startJava()
    await arrived(300)
    await waitFor('the offset of the last line', async () => {
      const { body } = await call('GET', '/connectors/src/offsets')
      const offset = { position: Buffer.byteLength(`${numbered(0, 300).join('\n')}\n`) }
      expect(body).toEqual({ offsets: [{ partition: { filename: source }, offset }] })
      return true
    })
    await untilStates(call, 'stopped', 'RUNNING: RUNNING')
    await untilStates(call, 'later', 'PAUSED:')
    expect(await statesOf(call, 'paused')).toBe('STOPPED:')
    expect(await configsOf(call)).toEqual(toldByUs.configs)
    expect(linesOf(sink)).toEqual(numbered(0, 300))
  }, 240_000)
})

async function create(call: Call, name: string, config: object, state: string): Promise<void> {
  expect(await call('POST', '/connectors', { name, config, initial_state: state })).toMatchObject({ status: 201 })
}

/** Configs and tasks of all connectors, and the offsets of a source at rest. */
async function tellingsOf(call: Call) {
  const infos = await Promise.all(NAMES.map((name) => call('GET', `/connectors/${name}`)))
  const tasks = await Promise.all(NAMES.map((name) => call('GET', `/connectors/${name}/tasks`)))
  return { infos, tasks, configs: await configsOf(call) }
}

async function configsOf(call: Call): Promise<unknown> {
  const { body } = await call('GET', '/connectors')
  const names = (body as string[]).toSorted()
  return Promise.all(names.map(async (name) => (await call('GET', `/connectors/${name}/config`)).body))
}
