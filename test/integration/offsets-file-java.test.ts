// The offsets file of a standalone worker goes from a worker in Java to ours and back, and no line comes twice or is missing.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileStreamSource } from '@rowbridge/connector-file'
import { stringConverter } from '@rowbridge/converters'
import { openKafka } from '@rowbridge/kafka'
import { startStandalone } from '@rowbridge/runtime'
import { describeWith, javaWorker, uniqueName, waitFor } from '@rowbridge/testkit'
import { afterAll, expect, it } from 'vitest'
import { readTopicValues } from './topic-values.js'
import { quietLog } from './quiet-log.js'

const STRING = 'org.apache.kafka.connect.storage.StringConverter'

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
    const worker = await startStandalone({
      props,
      plugins: [fileStreamSource, stringConverter],
      log: quietLog(),
      openKafka,
    })
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
