// Records cross between our clients and kafkajs in both directions, and both share one group.
import { openKafka } from '@rowbridge/kafka'
import { describeWith, kafkaTool, uniqueName, waitFor } from '@rowbridge/testkit'
import { CompressionTypes, Kafka as Kafkajs, logLevel } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import { keeping, readTexts, silent, textBatch } from './kafka-records.js'

describeWith(['kafka'], 'beside another client', ({ kafka: { bootstrap } }) => {
  const ours = async () => {
    const kafka = await openKafka({ 'bootstrap.servers': bootstrap }, { clientId: 'ours', log: silent, access: 'own' })
    onTestFinished(() => kafka.close())
    return kafka
  }
  const theirs = new Kafkajs({ brokers: bootstrap.split(','), clientId: 'theirs', logLevel: logLevel.NOTHING })
  const topicOf = async (partitions: number) => {
    const topic = uniqueName('interop')
    await (await ours()).admin('ours').createTopic({ topic, partitions, replicationFactor: 1 })
    return topic
  }

  it.each(['none', 'gzip'])('kafkajs reads what we send compressed by %s', async (type) => {
    const topic = await topicOf(1)
    const producer = (await ours()).producer({ clientId: 'ours', props: { 'compression.type': type } })
    onTestFinished(() => producer.close())
    await producer.send({
      ...textBatch(topic, 0, ['a', 'ü', '']),
      headers: [[{ key: 'h', value: Buffer.from('1') }], [], []],
      timestamps: [1_700_000_000_000, 1_700_000_000_500, null],
    })
    const consumer = theirs.consumer({ groupId: topic })
    onTestFinished(() => consumer.disconnect())
    const read: [string | undefined, string | undefined, string][] = []
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      eachMessage: ({ message }) => {
        read.push([message.value?.toString(), message.headers?.['h']?.toString(), message.timestamp])
        return Promise.resolve()
      },
    })
    await waitFor('three messages', () =>
      Promise.resolve(read.length === 3 || Promise.reject(new Error(`${read.length}`))),
    )
    expect(read.map(([value]) => value)).toEqual(['a', 'ü', ''])
    expect(read[0]).toEqual(['a', '1', '1700000000000'])
    expect(read[1]?.[2]).toBe('1700000000500')
  })

  it.each(['none', 'gzip', 'lz4'])(
    "Kafka's own consumer reads what we send compressed by %s and checks it",
    async (type) => {
      const topic = await topicOf(1)
      const producer = (await ours()).producer({ clientId: 'ours', props: { 'compression.type': type } })
      onTestFinished(() => producer.close())
      const texts = Array.from({ length: 2_000 }, (_, i) => `row ${i} ${'ü'.repeat(i % 50)}`)
      await producer.send(textBatch(topic, 0, texts.slice(0, 1_500)))
      await producer.send(textBatch(topic, 0, texts.slice(1_500)))
      const options = `--bootstrap-server ${bootstrap} --topic ${topic} --from-beginning --max-messages 2000 --timeout-ms 30000`
      const checked = ['--consumer-property', 'check.crcs=true']
      const read = await kafkaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
        ...options.split(' '),
        ...checked,
      ])
      expect(read.split('\n').filter((line) => line !== '')).toEqual(texts)
    },
  )

  it.each([
    ['none', CompressionTypes.None],
    ['gzip', CompressionTypes.GZIP],
  ])('we read what kafkajs sends compressed by %s', async (_name, compression) => {
    const topic = await topicOf(1)
    const producer = theirs.producer()
    await producer.connect()
    onTestFinished(() => producer.disconnect())
    const messages = Array.from({ length: 100 }, (_, i) => ({ key: `k${i}`, value: `v${i}`, headers: { n: `${i}` } }))
    await producer.send({ topic, compression, messages })
    const consumer = (await ours()).consumer({ clientId: 'ours', groupId: null, topics: [topic], start: 'earliest' })
    onTestFinished(() => consumer.close())
    await consumer.start()
    expect((await readTexts(consumer, 100)).get(0)).toEqual(messages.map(({ value }) => value))
  })

  it('passes over transaction markers, and over aborted records when only committed ones are wanted', async () => {
    const topic = await topicOf(1)
    const producer = theirs.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true })
    await producer.connect()
    onTestFinished(() => producer.disconnect())
    for (const [value, end] of [
      ['one', 'commit'],
      ['dropped', 'abort'],
      ['two', 'commit'],
    ] as const) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ value }] })
      await transaction[end]()
    }
    const read = async (level: string, count: number) => {
      const options = { clientId: 'ours', groupId: null, topics: [topic], start: 'earliest' } as const
      const consumer = (await ours()).consumer({ ...options, props: { 'isolation.level': level } })
      onTestFinished(() => consumer.close())
      await consumer.start()
      return (await readTexts(consumer, count)).get(0)
    }
    expect(await read('read_committed', 2)).toEqual(['one', 'two'])
    expect(await read('read_uncommitted', 3)).toEqual(['one', 'dropped', 'two'])
  })

  it('starts where the policy says when the committed offset is out of range, and warns', async () => {
    const topic = await topicOf(1)
    const { log, lines } = keeping('warn')
    const kafka = await openKafka({ 'bootstrap.servers': bootstrap }, { clientId: 'ours', log, access: 'own' })
    onTestFinished(() => kafka.close())
    const producer = kafka.producer({ clientId: 'ours' })
    await producer.send(textBatch(topic, 0, ['a', 'b']))
    await producer.close()
    await kafka.admin('ours').alterCommitted(topic, [{ topic, partition: 0, offset: 99 }])
    const consumer = kafka.consumer({ clientId: 'ours', groupId: topic, topics: [topic], start: 'earliest' })
    onTestFinished(() => consumer.close())
    await consumer.start()
    expect((await readTexts(consumer, 2)).get(0)).toEqual(['a', 'b'])
    expect(lines).toEqual([expect.stringContaining(`${topic}-0@99: the offset is out of range`)])
  })
})
