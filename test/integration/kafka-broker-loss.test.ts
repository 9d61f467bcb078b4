// A broker that is killed and comes back: nothing that was acked is lost, nothing is doubled, nothing crashes.
import { openKafka } from '@rowbridge/kafka'
import { describeWith, server, uniqueName } from '@rowbridge/testkit'
import { StateError } from '@rowbridge/api'
import { expect, it } from 'vitest'
import { keeping, readTexts, silent, textBatch } from './kafka-records.js'

const [BATCHES, BATCH] = [600, 20]

describeWith(['privateKafka'], 'a killed broker', ({ privateKafka }) => {
  it.each(['3.9', '4'] as const)(
    'of Kafka %s: nothing is lost or doubled, the order stays',
    { timeout: 120_000 },
    async (line) => {
      await using other = line === '4' ? await server('kafka', { isPrivate: true, version: '4' }) : null
      const broker = other ?? privateKafka
      const { log, lines } = keeping('warn')
      const kafka = await openKafka({ 'bootstrap.servers': broker.bootstrap }, { clientId: 'loss', log, access: 'own' })
      const topic = uniqueName('loss')
      await kafka.admin('loss').createTopic({ topic, partitions: 2, replicationFactor: 1 })
      const producer = kafka.producer({ clientId: 'loss' })
      const consumer = kafka.consumer({ clientId: 'loss', groupId: topic, topics: [topic], start: 'earliest' })
      await consumer.start()
      const reading = readTexts(consumer, BATCHES * BATCH, 100_000)
      const sends: Promise<void>[] = []
      let outage = Promise.resolve()
      for (let n = 0; n < BATCHES; n++) {
        const values = Array.from({ length: BATCH }, (_, i) => `${n >> 1}.${i}`)
        sends.push(producer.send(textBatch(topic, n % 2, values)))
        if (n === 200) outage = broker.kill().then(() => broker.restart())
        if (n % 8 === 0) await sends[n - 6]
      }
      await Promise.all(sends)
      await outage
      const expected = Array.from({ length: BATCHES / 2 }, (_, n) =>
        Array.from({ length: BATCH }, (_v, i) => `${n}.${i}`),
      ).flat()
      const read = await reading
      expect(read.get(0)).toEqual(expected)
      expect(read.get(1)).toEqual(expected)
      expect(await consumer.poll(500)).toEqual([])
      expect(lines.some((line) => line.includes('trying again'))).toBe(true)
      await consumer.commit([{ topic, partition: 0, offset: expected.length }])
      await consumer.close()
      await producer.close()
      await kafka.close()
    },
  )
})

describeWith(['privateKafka'], 'a broker that creates no topics', () => {
  it('is waited for as long as allowed; then the error says what to do', async () => {
    const settings = { 'auto.create.topics.enable': 'false' }
    await using broker = await server('kafka', { isPrivate: true, settings })
    const kafka = await openKafka(
      { 'bootstrap.servers': broker.bootstrap, 'max.block.ms': '1500' },
      { clientId: 'c', log: silent, access: 'own' },
    )
    const producer = kafka.producer({ clientId: 'c' })
    const error = await producer.send(textBatch('missing', null, ['a'])).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StateError)
    expect(error).toMatchObject({ code: 'unknown-topic', hint: expect.stringContaining('Create it') })
    const late = producer.send(textBatch('late', null, ['a']))
    await kafka.admin('c').createTopic({ topic: 'late', partitions: 1, replicationFactor: 1 })
    await late
    await producer.close()
    await kafka.close()
  })
})
