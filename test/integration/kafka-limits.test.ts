// What does not fit and what is not there: large batches are split, large records and unknown topics are named.
import { DataError, StateError } from '@rowbridge/api'
import { openKafka } from '@rowbridge/kafka'
import { describeWith, uniqueName } from '@rowbridge/testkit'
import { randomBytes } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { readTexts, silent, textBatch } from './kafka-records.js'

const random = (bytes: number) => randomBytes(bytes / 2).toString('hex')

describeWith(['kafka'], 'limits of a broker', ({ kafka: { bootstrap } }) => {
  async function opened(config: Record<string, string> = {}) {
    const kafka = await openKafka(
      { 'bootstrap.servers': bootstrap },
      { clientId: 'limits', log: silent, access: 'own' },
    )
    onTestFinished(() => kafka.close())
    const topic = uniqueName('limits')
    await kafka.admin('limits').createTopic({ topic, partitions: 1, replicationFactor: 1, config })
    return { kafka, topic }
  }

  it('a batch larger than the topic takes arrives in order, in parts', async () => {
    const { kafka, topic } = await opened({ 'max.message.bytes': '20000' })
    const producer = kafka.producer({ clientId: 'limits' })
    const batches = [0, 1, 2].map(() => Array.from({ length: 60 }, () => random(2000)))
    await Promise.all(batches.map((values) => producer.send(textBatch(topic, 0, values))))
    await producer.close()
    const consumer = kafka.consumer({ clientId: 'limits', groupId: null, topics: [topic], start: 'earliest' })
    onTestFinished(() => consumer.close())
    await consumer.start()
    expect((await readTexts(consumer, 180)).get(0)).toEqual(batches.flat())
  })

  it('a batch larger than a request is split, and read whole', async () => {
    const { kafka, topic } = await opened()
    const producer = kafka.producer({ clientId: 'limits' })
    const values = Array.from({ length: 500 }, () => random(10_000))
    await producer.send(textBatch(topic, 0, values))
    await producer.close()
    const consumer = kafka.consumer({ clientId: 'limits', groupId: null, topics: [topic], start: 'earliest' })
    onTestFinished(() => consumer.close())
    await consumer.start()
    expect((await readTexts(consumer, 500)).get(0)).toEqual(values)
  })

  it.each([
    ['than a request', {}, 2_000_000],
    ['than the topic takes', { 'max.message.bytes': '20000' }, 40_000],
  ])('one record larger %s is a data error that names it', async (_name, config, size) => {
    const { kafka, topic } = await opened(config)
    const producer = kafka.producer({ clientId: 'limits' })
    onTestFinished(() => producer.close())
    const error = await producer.send(textBatch(topic, 0, ['a', random(size), 'b'])).then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(DataError)
    expect(error).toMatchObject({ index: 1, code: 'record-too-large' })
    expect(String(error)).toMatch(new RegExp(`${topic}-0.* a record of \\d+ bytes is too large`))
    await producer.send(textBatch(topic, 0, ['after']))
  })

  it('a name that no topic can have is refused at once', async () => {
    const { kafka } = await opened()
    const producer = kafka.producer({ clientId: 'limits' })
    onTestFinished(() => producer.close())
    await expect(producer.send(textBatch('not a topic!', null, ['a']))).rejects.toThrow(StateError)
  })
})
