// A worker of a cluster in a process of its own, for tests that kill and freeze it: `node worker-child.js <props as JSON> <trace file>`.
// Says `ready` when it has joined; ends at SIGTERM.
import { appendFileSync, writeSync } from 'node:fs'
import type { Props } from '@rowbridge/api'
import { stringConverter } from '@rowbridge/converters'
import { restServer } from '@rowbridge/rest'
import { startDistributed } from '@rowbridge/runtime'
import { waitFor } from '@rowbridge/testkit'
import { fileConnectors } from './file-connectors.js'

const props = JSON.parse(process.argv[2] ?? '{}') as Props
const traceFile = process.argv[3] ?? ''
const say = (line: string) => void writeSync(1, `${new Date().toISOString()} ${line}\n`)
const log = { debug: () => undefined, info: say, warn: say, error: say }

const plugins = [
  ...fileConnectors((task, run) => appendFileSync(traceFile, `${Date.now()} ${process.pid} ${task} ${run}\n`)),
  stringConverter,
]
const worker = await startDistributed({ props, plugins, log })
const rest = await restServer({ herder: worker.herder, props, log, isReady: () => worker.isReady() })
process.once('SIGTERM', () => void stop())
await waitFor('the cluster', () => worker.isReady())
say('ready')

async function stop(): Promise<void> {
  await rest.close()
  await worker.stop()
  process.exit(0)
}
