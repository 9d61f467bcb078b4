// A worker of Apache Kafka's own Connect, for tests that hand work over between it and ours.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.js'
import { fetchConnect } from './kafka-jars.js'
import { temporaryFolder } from './local-programs.js'
import { SupervisedServer } from './supervision.js'

export interface JavaWorkerOptions {
  readonly mode: 'standalone' | 'distributed'
  /** Properties of the worker; where it listens is added. */
  readonly props: Readonly<Record<string, string>>
  /** Connectors that a standalone worker makes at its start. */
  readonly connectors?: readonly Readonly<Record<string, string>>[]
  /** Where it listens; on a free port without it. */
  readonly url?: string
}

export interface JavaWorker extends AsyncDisposable {
  /** Its REST API. */
  readonly url: string
}

const VERSION = '3.9.2'
const JVM = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
/** It hands its work back to its cluster before it ends. */
const GRACE_MS = 30_000
const MAIN = { standalone: 'ConnectStandalone', distributed: 'ConnectDistributed' }

/** Resolves when it answers and has made its connectors; disposing it stops it as a service manager would. */
export async function javaWorker({ mode, props, connectors = [], ...options }: JavaWorkerOptions): Promise<JavaWorker> {
  const { java, classPath } = await fetchConnect(VERSION)
  const folder = temporaryFolder('java-worker')
  const url = options.url ?? `http://127.0.0.1:${await freePort()}`
  const file = (name: string, content: Readonly<Record<string, string>>) => {
    const lines = Object.entries(content).map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\')}\n`)
    writeFileSync(join(folder, name), lines.join(''))
    return join(folder, name)
  }
  const worker = file('worker.properties', { ...props, listeners: url })
  const files = connectors.map((connector, i) => file(`connector-${i}.properties`, connector))
  const plan = {
    command: java,
    args: [...JVM, '-cp', classPath, `org.apache.kafka.connect.cli.${MAIN[mode]}`, worker, ...files],
    folder,
    logFile: join(folder, 'worker.log'),
    stopSignal: 'SIGTERM' as const,
    graceMs: GRACE_MS,
  }
  const process = await SupervisedServer.start(plan, async () => {
    const answer = await fetch(`${url}/health`)
    if (!answer.ok) throw new Error(`The worker says ${answer.status}`)
  })
  return { url, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() }
}
