// The offsets file of a standalone worker goes from a worker in Java to ours and back, and no line comes twice or is missing.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig, primitive, type Json, type Props, type SourcePlugin, type SourceTask } from '@rowbridge/api'
import { stringConverter } from '@rowbridge/converters'
import { openKafka } from '@rowbridge/kafka'
import { startStandalone } from '@rowbridge/runtime'
import { describeWith, javaWorker, uniqueName, waitFor } from '@rowbridge/testkit'
import { afterAll, expect, it } from 'vitest'
import { readTopicValues } from './topic-values.js'
import { quietLog } from './quiet-log.js'

const STRING = 'org.apache.kafka.connect.storage.StringConverter'

/** As Kafka's own file source: a record per line, and as the offset the bytes that were read. */
const fileSource: SourcePlugin = {
  type: 'source',
  className: 'org.apache.kafka.connect.file.FileStreamSourceConnector',
  taskClass: 'org.apache.kafka.connect.file.FileStreamSourceTask',
  version: '1',
  config: defineConfig({ file: { type: 'string', doc: 'File.' }, topic: { type: 'string', doc: 'Topic.' } }),
  connector: () => {
    let props: Props = {}
    return Promise.resolve({
      start: (given) => {
        props = given
        return Promise.resolve()
      },
      taskConfigs: () => Promise.resolve([props]),
      stop: () => Promise.resolve(),
    })
  },
  task: () => Promise.resolve(fileTask()),
}

function fileTask(): SourceTask {
  let [file, topic, position] = ['', '', 0]
  return {
    start: async (props, { offsets }) => {
      file = props['file'] ?? ''
      topic = props['topic'] ?? ''
      const [stored] = await offsets.read([{ filename: file }])
      position = Number((stored as { readonly position?: Json } | null)?.position ?? 0)
    },
    poll: () => {
      const lines = readFileSync(file).subarray(position).toString().split('\n').slice(0, -1)
      if (lines.length === 0) return new Promise((resolve) => setTimeout(() => resolve([]), 20))
      position += Buffer.byteLength(lines.map((line) => `${line}\n`).join(''))
      const value = { schema: primitive('string'), values: lines }
      const place = { sourcePartition: { filename: file }, sourceOffset: { position } }
      const batch = { topic, partition: null, length: lines.length, key: null, value, timestamps: null, headers: null }
      return Promise.resolve([{ ...batch, ...place }])
    },
    stop: () => Promise.resolve(),
  }
}

describeWith(['kafka'], 'an offsets file', ({ kafka }) => {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-offsets-java-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('goes from a worker in Java to ours and back', async () => {
    const topic = uniqueName('rest')
    const lines = join(folder, 'lines.txt')
    const connector = { name: 'lines', 'connector.class': 'FileStreamSource', file: lines, topic }
    const props = {
      'bootstrap.servers': kafka.bootstrap,
      'key.converter': STRING,
      'value.converter': STRING,
      'offset.storage.file.filename': join(folder, 'offsets'),
      'offset.flush.interval.ms': '500',
    }
    const offsetIs = (position: number) => JSON.stringify([{ partition: { filename: lines }, offset: { position } }])
    const runJava = async (position: number) => {
      await using java = await javaWorker({ mode: 'standalone', props, connectors: [connector] })
      await waitFor(`the worker in Java to commit ${position}`, async () => {
        const answer = (await (await fetch(`${java.url}/connectors/lines/offsets`)).json()) as { offsets: unknown }
        return JSON.stringify(answer.offsets) === offsetIs(position)
      })
    }

    writeFileSync(lines, 'one\ntwo\n')
    await runJava(8)

    appendFileSync(lines, 'three\n')
    const worker = await startStandalone({ props, plugins: [fileSource, stringConverter], log: quietLog(), openKafka })
    await worker.herder.create('lines', connector)
    await waitFor(
      'our worker to commit',
      async () => JSON.stringify(await worker.herder.offsets('lines')) === offsetIs(14),
    )
    await worker.stop()

    appendFileSync(lines, 'four\n')
    await runJava(19)

    expect(await readTopicValues(kafka.bootstrap, topic)).toEqual(['one', 'two', 'three', 'four'])
  }, 300_000)
})
