// Apache Kafka for tests: knowing that a broker can be used, and starting one in a folder of its own, broker and controller in one process.
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { Kafka, logLevel } from 'kafkajs'
import { startContainer } from './container.js'
import { freePorts } from './free-port.js'
import { fetchKafka } from './kafka-jars.js'
import { runProgram, temporaryFolder } from './local-programs.js'
import { addressAt, type ServerSupport, type Started } from './support.js'
import { SupervisedServer } from './supervision.js'
import type { ServerAddress, ServerOptions } from './server.js'

/** The newest of each line that was tried. */
const VERSIONS = { '3.9': '3.9.2', '4': '4.3.1' } as const

export const kafka: ServerSupport<'kafka'> = {
  variable: 'ROWBRIDGE_TEST_KAFKA',
  usual: addressAt('kafka', { host: '127.0.0.1', port: 9092 }),
  probe,
  fetch: start,
  container: (options) =>
    startContainer({
      image: `apache/kafka:${versionOf(options)}`,
      port: 9092,
      environment: (host, port) =>
        environmentOf({
          ...singleBroker(),
          listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
          'advertised.listeners': `PLAINTEXT://${host}:${port}`,
          'controller.quorum.voters': '1@localhost:9093',
        }),
      address: (host, port) => addressAt('kafka', { host, port }),
      probe,
    }),
  serve: (address) => ({ ...address, bootstrap: address.url }),
}

/** Runs one of Apache Kafka's own tools, `org.apache.kafka.tools.consumer.ConsoleConsumer` for example; what it prints. */
export async function kafkaTool(mainClass: string, args: readonly string[]): Promise<string> {
  const { java, classPath } = await fetchKafka(VERSIONS['3.9'])
  return runProgram(java, [
    '-Xmx256m',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
    '-cp',
    classPath,
    mainClass,
    ...args,
  ])
}

function versionOf(options: ServerOptions): string {
  return VERSIONS[options.version ?? '3.9']
}

/** Metadata answers, and the group coordinator, which a new cluster lacks for its first seconds. */
async function probe(address: ServerAddress): Promise<void> {
  const client = new Kafka({
    brokers: address.url.split(','),
    clientId: 'rowbridge-test-probe',
    connectionTimeout: 2000,
    requestTimeout: 5000,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  })
  const admin = client.admin()
  try {
    await admin.connect()
    await admin.describeCluster()
    await admin.fetchOffsets({ groupId: 'rowbridge-test-probe' })
  } finally {
    await admin.disconnect()
  }
}

const START_ATTEMPTS = 3

/** A port that was free may be taken by the time the broker wants it; then others are chosen. */
async function start(options: ServerOptions): Promise<Started> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options)
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error
    }
  }
}

async function startOnce(options: ServerOptions): Promise<Started> {
  const version = versionOf(options)
  const { java, classPath } = await fetchKafka(version)
  const [port = 0, controllerPort = 0] = await freePorts(2)
  const folder = temporaryFolder('kafka')
  const file = `${folder}/server.properties`
  const further = Object.entries(options.listeners ?? {})
  const open = [['PLAINTEXT', port] as const, ...further].map(([protocol, at]) => `${protocol}://127.0.0.1:${at}`)
  const protocols = ['CONTROLLER:PLAINTEXT', 'PLAINTEXT:PLAINTEXT', ...further.map(([name]) => `${name}:${name}`)]
  const properties = {
    ...singleBroker(),
    listeners: [...open, `CONTROLLER://127.0.0.1:${controllerPort}`].join(','),
    'advertised.listeners': open.join(','),
    'listener.security.protocol.map': protocols.join(','),
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'log.dirs': `${folder}/data`,
    ...(options.isPrivate === true ? QUICK_RETURN : {}),
    ...options.settings,
  }
  mkdirSync(`${folder}/data`)
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  const clusterId = randomBytes(16).toString('base64url')
  await runProgram(java, [...jvm(classPath), 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file])
  const address = addressAt('kafka', { host: '127.0.0.1', port }, `version ${version}`)
  const plan = {
    command: java,
    args: [...jvm(classPath), 'kafka.Kafka', file],
    folder,
    logFile: `${folder}/server.log`,
    stopSignal: 'SIGKILL' as const,
  }
  return { address, process: await SupervisedServer.start(plan, () => probe(address)) }
}

/** A killed broker is not let in again before its old session has ended. */
const QUICK_RETURN = { 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' }

function jvm(classPath: string): string[] {
  const log = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'
  return ['-Xms64m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', log, '-cp', classPath]
}

/** Settings of a cluster of one, without the waits that only a real cluster needs. */
function singleBroker(): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'log.cleaner.dedupe.buffer.size': '4194304',
  }
}

/** The image's form of the settings. */
function environmentOf(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [`KAFKA_${key.toUpperCase().replaceAll('.', '_')}`, value]),
  )
}
