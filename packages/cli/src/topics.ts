// What the topics commands share: opening the log they are to look at; and the list of topics.
import { ConnectError, type Log, type Props } from '@rowbridge/api'
import { openKafka, type Kafka } from '@rowbridge/kafka'
import { LogLevels, parseProperties } from '@rowbridge/runtime'
import { createLog } from './log.js'
import { readInput } from './read-input.js'
import { StatusLine } from './status-line.js'

export interface ClusterOptions {
  readonly bootstrapServer?: string
  /** A worker's or a client's properties file. */
  readonly config?: string
}

export const CLIENT_ID = 'rowbridge-topics'

export async function listTopics(options: ClusterOptions & { readonly json?: boolean }): Promise<number> {
  return withLog(options, async (kafka) => {
    const admin = kafka.admin(CLIENT_ID)
    const topics = (await admin.topics()).toSorted((a, b) => (a.topic < b.topic ? -1 : 1))
    const width = Math.max(0, ...topics.map(({ topic }) => topic.length))
    for (const { topic, partitions, isInternal } of topics) {
      const plural = partitions === 1 ? 'partition' : 'partitions'
      const text = `${topic.padEnd(width)}  ${partitions} ${plural}${isInternal ? ', internal' : ''}`
      await printLine(options.json === true ? JSON.stringify({ topic, partitions, internal: isInternal }) : text)
    }
    await admin.close()
    return 0
  })
}

/** Opens the log beside a worker that may own it, and closes it at the end. */
export async function withLog(options: ClusterOptions, work: (kafka: Kafka) => Promise<number>): Promise<number> {
  const kafka = await openKafka(await clusterProps(options), { clientId: CLIENT_ID, log: quietLog(), access: 'visit' })
  try {
    return await work(kafka)
  } finally {
    await kafka.close()
  }
}

async function clusterProps({ bootstrapServer, config }: ClusterOptions): Promise<Props> {
  const fromFile = config === undefined ? {} : parseProperties(await readInput(config), config).props
  const servers = bootstrapServer ?? fromFile['bootstrap.servers']
  if (servers === undefined) {
    throw new ConnectError('no-log-named', 'Which log is meant?', {
      hint: 'Say --bootstrap-server host:port, --bootstrap-server embedded:<folder>, or --config worker.properties.',
    })
  }
  return { ...fromFile, 'bootstrap.servers': servers }
}

/** Problems of the connection go to standard error; standard output is for records. */
function quietLog(): Log {
  const out = new StatusLine(process.stderr)
  return createLog({ format: 'pretty', levels: new LogLevels('WARN'), colors: process.stderr.isTTY, out })
}

/** Prints one line; waits where the reader is slower. */
export async function printLine(text: string): Promise<void> {
  if (process.stdout.write(`${text}\n`)) return
  await new Promise((resolve) => process.stdout.once('drain', resolve))
}
