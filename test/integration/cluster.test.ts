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

  test('answers at every worker, whoever leads and whoever runs what is asked for', async () => {
    await using cluster = clusterOn(bootstrap)
    const workers = [await cluster.start(), await cluster.start(), await cluster.start()]
    const [one, other, third] = workers
    if (one === undefined || other === undefined || third === undefined) throw new Error('no workers')
    for (const [i, { call }] of workers.entries()) {
      const config = sourceConfig(join(cluster.folder, `in-${i}`), `${cluster.name}-${i}`)
      const { status, body } = await call('POST', '/connectors', { name: `src ${i}`, config })
      expect([status, body]).toMatchObject([201, { name: `src ${i}`, type: 'source' }])
    }
    for (let i = 0; i < 3; i += 1) await untilStates(one.call, `src%20${i}`, 'RUNNING: RUNNING')
    const owners = await Promise.all(
      [0, 1, 2].map(async (i) => (await statusOf(one.call, `src%20${i}`))?.tasks[0]?.worker_id),
    )
    expect(new Set(owners).size).toBe(3)
    for (const { call } of workers) {
      for (let i = 0; i < 3; i += 1) {
        expect(await call('POST', `/connectors/src%20${i}/tasks/0/restart`)).toEqual({ status: 204, body: null })
        expect((await call('POST', `/connectors/src%20${i}/restart`)).status).toBe(204)
      }
    }
    await other.call('PUT', '/connectors/src%200/pause')
    await untilStates(third.call, 'src%200', 'PAUSED: PAUSED')
    await third.call('PUT', '/connectors/src%200/resume')
    await untilStates(other.call, 'src%200', 'RUNNING: RUNNING')
    expect((await third.call('PUT', '/connectors/src%200/stop')).status).toBe(204)
    await untilStates(other.call, 'src%200', 'STOPPED:')
    await one.call('PUT', '/connectors/src%200/resume')
    await untilStates(other.call, 'src%200', 'RUNNING: RUNNING')
    const restarted = await other.call('POST', '/connectors/src%200/restart?includeTasks=true')
    expect(restarted).toMatchObject({
      status: 202,
      body: { connector: { state: 'RESTARTING' }, tasks: [{ state: 'RESTARTING' }] },
    })
    await untilStates(third.call, 'src%200', 'RUNNING: RUNNING')
    expect(await other.call('DELETE', '/connectors/nobody')).toMatchObject({ status: 404 })
    expect(await third.call('DELETE', '/connectors/nobody')).toMatchObject({ status: 404 })
  })

  test('takes the tasks of a connector from its own workers alone', async () => {
    await using cluster = clusterOn(bootstrap)
    const { call, url } = await cluster.start()
    await call('PUT', '/connectors/src/config', sourceConfig(join(cluster.folder, 'in'), `${cluster.name}-t`))
    await untilStates(call, 'src', 'RUNNING: RUNNING')
    const post = async (headers: Readonly<Record<string, string>>) => {
      const signed = { 'content-type': 'application/json', ...headers }
      const response = await fetch(`${url}/connectors/src/tasks`, { method: 'POST', headers: signed, body: '[]' })
      return [response.status, ((await response.json()) as { readonly message: string }).message]
    }
    const algorithm = { 'X-Connect-Request-Signature-Algorithm': 'HmacSHA256' }
    expect(await post({})).toEqual([400, 'Internal request missing required signature'])
    expect(await post({ ...algorithm, 'X-Connect-Authorization': 'AAAA' })).toEqual([
      403,
      'Internal request contained invalid signature.',
    ])
    expect(
      (
        await post({ ...algorithm, 'X-Connect-Authorization': 'AAAA', 'X-Connect-Request-Signature-Algorithm': 'X' })
      )[0],
    ).toBe(400)
    await untilStates(call, 'src', 'RUNNING: RUNNING')
  })

  test('of fifty connectors goes on with all of them while one more is added', async () => {
    await using cluster = clusterOn(bootstrap)
    const polls = new Map<string, { readonly run: string; readonly count: number }>()
    const trace = (task: string, run: string) => void polls.set(task, { run, count: (polls.get(task)?.count ?? 0) + 1 })
    const [one, other] = [await cluster.start({ trace }), await cluster.start({ trace })]
    const names = Array.from({ length: 50 }, (_, i) => `src-${i}`)
    const add = (name: string) =>
      one.call('PUT', `/connectors/${name}/config`, sourceConfig(join(cluster.folder, name), `${cluster.name}-t`))
    for (const name of names) await add(name)
    for (const name of names) await untilStates(other.call, name, 'RUNNING: RUNNING')
    const before = new Map(polls)
    await add('late')
    await untilStates(other.call, 'late', 'RUNNING: RUNNING')
    const then = new Map(polls)
    const count = (all: typeof polls, name: string) => all.get(`${name}-0`)?.count ?? 0
    await waitFor('everyone polled again', () => names.every((name) => count(polls, name) > count(then, name)))
    const runs = (all: typeof polls) => names.map((name) => all.get(`${name}-0`)?.run)
    expect(runs(polls)).toEqual(runs(before))
  }, 180_000)

  test('moves the work of a worker that left to the others, and back to it when it returns', async () => {
    await using cluster = clusterOn(bootstrap)
    const [one, other] = [await cluster.start(), await cluster.start()]
    const names = Array.from({ length: 4 }, (_, i) => `src-${i}`)
    const workersOf = async () =>
      Promise.all(names.map(async (name) => (await statusOf(one.call, name))?.tasks[0]?.worker_id ?? ''))
    const here = (url: string) => url.replace('http://', '')
    for (const name of names) {
      await one.call('PUT', `/connectors/${name}/config`, sourceConfig(join(cluster.folder, name), `${cluster.name}-t`))
    }
    for (const name of names) await untilStates(one.call, name, 'RUNNING: RUNNING')
    expect(new Set(await workersOf()).size).toBe(2)
    await other.stop()
    await waitFor('one worker runs everything', async () => (await workersOf()).every((id) => id === here(one.url)))
    for (const name of names) await untilStates(one.call, name, 'RUNNING: RUNNING')
    await cluster.start({ url: other.url })
    await waitFor('both run something again', async () => new Set(await workersOf()).size === 2)
    for (const name of names) await untilStates(one.call, name, 'RUNNING: RUNNING')
  })
})
