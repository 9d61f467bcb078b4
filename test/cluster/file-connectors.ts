// Kafka's file connectors, as a Java worker has them: a source that writes each line of a file as a record, and a sink that
// appends each record to a file. Offsets are those of the Java connectors, so that either worker goes on where the other was.
import { randomUUID } from 'node:crypto'
import { appendFile, open } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { defineConfig, primitive, type Connector, type Plugin, type Props, type SourceTask } from '@rowbridge/api'

const TEXT = primitive('string')
const PAUSE_MS = 50
const NEWLINE = 0x0a

const config = defineConfig({
  file: { type: 'string', doc: 'File to read or to append to.' },
  topic: { type: 'string', default: '', doc: 'Topic of a source.' },
  'batch.size': { type: 'int', default: 2000, doc: 'Records of a poll.' },
})

function oneTask(keys: readonly string[]): Connector {
  let own: Props = {}
  return {
    start: (props) => {
      own = props
      return Promise.resolve()
    },
    taskConfigs: () => {
      const copied = Object.entries(own).filter(([key]) => keys.includes(key))
      return Promise.resolve([Object.fromEntries(copied)])
    },
    stop: () => Promise.resolve(),
  }
}

/** Told of each poll of one run of a task, so that tests see which worker runs what. */
export type Trace = (task: string, run: string) => void

export function fileConnectors(trace: Trace): readonly Plugin[] {
  return [
    {
      type: 'source',
      className: 'org.apache.kafka.connect.file.FileStreamSourceConnector',
      taskClass: 'org.apache.kafka.connect.file.FileStreamSourceTask',
      version: '3.9.2',
      config,
      connector: () => Promise.resolve(oneTask(['file', 'topic', 'batch.size'])),
      task: () => Promise.resolve(fileSource(trace)),
    },
    {
      type: 'sink',
      className: 'org.apache.kafka.connect.file.FileStreamSinkConnector',
      taskClass: 'org.apache.kafka.connect.file.FileStreamSinkTask',
      version: '3.9.2',
      config,
      connector: () => Promise.resolve(oneTask(['file'])),
      task: () => {
        let file = ''
        return Promise.resolve({
          start: (props) => {
            file = props['file'] ?? ''
            return Promise.resolve()
          },
          put: async (batches) => {
            const lines = batches.flatMap(({ value }) => value.values.map((line) => `${line as string}\n`))
            if (lines.length > 0) await appendFile(file, lines.join(''))
          },
          stop: () => Promise.resolve(),
        })
      },
    },
  ]
}

function fileSource(trace: Trace): SourceTask {
  let [props, position, name, signal]: [Props, number, string, AbortSignal] = [{}, 0, '', new AbortController().signal]
  const run = randomUUID().slice(0, 8)
  const partition = () => ({ filename: props['file'] ?? '' })
  return {
    start: async (given, context) => {
      props = given
      signal = context.signal
      name = `${context.connector}-${context.task}`
      const [stored] = await context.offsets.read([partition()])
      position = (stored as { position?: number } | null)?.position ?? 0
    },
    poll: async () => {
      trace(name, run)
      const lines = await linesFrom(props['file'] ?? '', position)
      if (lines.length === 0) {
        await pause(PAUSE_MS, undefined, { signal }).catch(() => undefined)
        return []
      }
      position += lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
      const value = { schema: TEXT, values: lines }
      const records = { topic: props['topic'] ?? '', partition: null, length: lines.length, key: null, value }
      const place = { sourcePartition: partition(), sourceOffset: { position } }
      return [{ ...records, ...place, timestamps: null, headers: null }]
    },
    stop: () => Promise.resolve(),
  }
}

/** Whole lines behind a position. */
async function linesFrom(file: string, position: number): Promise<string[]> {
  const handle = await open(file).catch(() => null)
  if (handle === null) return []
  try {
    const buffer = Buffer.alloc(65_536)
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position)
    const end = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE)
    return end < 0 ? [] : buffer.toString('utf8', 0, end).split('\n')
  } finally {
    await handle.close()
  }
}
