// A worker of Apache Kafka's own Connect with its file connectors, for tests that hand a cluster from one worker to the other.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fetchConnect } from './kafka-jars.js'
import { temporaryFolder } from './local-programs.js'
import { SupervisedServer } from './supervision.js'

const VERSION = '3.9.2'

/** Starts a distributed worker and waits until it answers; it ends, by SIGTERM, when it is disposed of. */
export async function javaWorker(
  props: Readonly<Record<string, string>>,
  isReady: () => Promise<unknown>,
): Promise<AsyncDisposable> {
  const { java, classPath } = await fetchConnect(VERSION)
  const folder = temporaryFolder('java-worker')
  const file = join(folder, 'worker.properties')
  writeFileSync(
    file,
    Object.entries(props)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  const log = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'
  const jvm = ['-Xms64m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', log, '-cp', classPath]
  const plan = {
    command: java,
    args: [...jvm, 'org.apache.kafka.connect.cli.ConnectDistributed', file],
    folder,
    logFile: join(folder, 'worker.log'),
    stopSignal: 'SIGTERM' as const,
    graceMs: 30_000,
  }
  return await SupervisedServer.start(plan, isReady)
}
