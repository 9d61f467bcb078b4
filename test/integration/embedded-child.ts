// A process of its own for tests of the embedded log: `node embedded-child.js <role> <folder> [topic]`.
// Tells what happened in lines on standard output, written at once; lives until it is killed or its input ends.
import { writeSync } from 'node:fs'
import { byteColumn, ConnectError } from '@rowbridge/api'
import { openKafka, type Kafka } from '@rowbridge/kafka'

const [role = '', folder = '', topic = 't'] = process.argv.slice(2)
const say = (line: string) => void writeSync(1, `${line}\n`)
const log = { debug: () => undefined, info: () => undefined, warn: say, error: say }
const open = (access: 'own' | 'visit') =>
  openKafka(
    { 'bootstrap.servers': `embedded:${folder}`, 'log.segment.bytes': '100000' },
    { clientId: role, log, access },
  )

/** Appends numbers in order, several sends open, and tells each that was acknowledged. */
async function append(kafka: Kafka): Promise<void> {
  const [offsets] = await kafka.admin(role).offsets(topic)
  const producer = kafka.producer({ clientId: role })
  let next = offsets?.latest ?? 0
  const send = async () => {
    const numbers = Array.from({ length: 1 + (next % 7) }, () => next++)
    const last = numbers.at(-1)
    const values = byteColumn(numbers.map((number) => Buffer.from(`${number} `.padEnd(20 + (number % 500), 'x'))))
    await producer.send({
      topic,
      partition: 0,
      length: numbers.length,
      keys: null,
      values,
      timestamps: null,
      headers: null,
    })
    say(`acked ${last}`)
  }
  const lane = async () => {
    for (;;) await send()
  }
  await Promise.all([lane(), lane(), lane()])
}

/** Reads as a member of the group `shared`, and tells its partitions. */
async function consume(kafka: Kafka): Promise<void> {
  const consumer = kafka.consumer({
    clientId: role,
    groupId: 'shared',
    topics: [topic],
    start: 'earliest',
    assigned: (partitions) => Promise.resolve(say(`assigned ${partitions.length}`)),
  })
  await consumer.start()
  for (;;) await consumer.poll(1000)
}

const roles: Readonly<Record<string, () => Promise<void>>> = {
  own: async () => {
    await open('own')
    say('open')
  },
  append: async () => append(await open('own')),
  'append-beside': async () => append(await open('visit')),
  consume: async () => consume(await open('visit')),
}

process.stdin.resume().on('end', () => process.exit(0))
try {
  await roles[role]?.()
} catch (error) {
  say(`failed ${error instanceof ConnectError ? `${error.code} ${error.message}` : String(error)}`)
  process.exit(1)
}
