// A compacted topic as a record log: the config, offsets and status of workers that share a Kafka, in the record formats of
// Kafka Connect. Read from its beginning at the start and followed from then on.
import {
  byteColumn,
  describeError,
  parseJson,
  stringifyJson,
  textAt,
  type Json,
  type Log,
  type Props,
} from '@rowbridge/api'
import type { Admin, Consumer, FetchedBatch, Kafka, Producer } from '@rowbridge/kafka'
import type { LogRecord, RecordLog } from './record-log.js'

export interface TopicLogOptions {
  readonly kafka: Kafka
  readonly topic: string
  /** Name of the clients, as brokers and their logs show it. */
  readonly clientId: string
  readonly log: Log
  /** Further properties of the producer. */
  readonly producer?: Props
}

const POLL_MS = 1000
/** Pause of a reader whose poll failed: whatever failed it, the log has to go on. */
const REST_MS = 500
/** Polls are short while somebody waits for the end of the topic. */
const EAGER_POLL_MS = 50

export class TopicLog implements RecordLog {
  readonly topic: string
  readonly #log: Log
  readonly #consumer: Consumer
  readonly #producer: Producer
  readonly #admin: Admin
  readonly #arrivals = new Set<() => void>()
  #tell: (key: string, value: Json | null) => void = () => undefined
  #reading: Promise<void> | null = null
  #isClosed = false
  #position = -1
  /** Looks at the end that are under way; the next one serves all who asked meanwhile. */
  #look: Promise<void> | null = null
  #nextLook: Promise<void> | null = null

  constructor({ kafka, topic, clientId, log, producer }: TopicLogOptions) {
    this.topic = topic
    this.#log = log
    this.#consumer = kafka.consumer({ clientId, groupId: null, topics: [topic], start: 'earliest' })
    const plain = { 'compression.type': 'none', 'enable.idempotence': 'false' }
    this.#producer = kafka.producer({ clientId, props: { ...plain, ...producer } })
    this.#admin = kafka.admin(clientId)
  }

  /** Offset behind the last record that was told, of a topic with one partition; -1 before the first one. */
  get position(): number {
    return this.#position
  }

  async follow(each: (key: string, value: Json | null) => void): Promise<void> {
    this.#tell = each
    await this.#consumer.start()
    this.#reading = this.#read()
    await this.readToEnd()
  }

  async append(records: readonly LogRecord[]): Promise<void> {
    if (records.length === 0) return
    await this.#producer.send({
      topic: this.topic,
      partition: null,
      length: records.length,
      keys: byteColumn(records.map(([key]) => Buffer.from(key))),
      values: byteColumn(records.map(([, value]) => (value === null ? null : Buffer.from(stringifyJson(value))))),
      timestamps: null,
      headers: null,
    })
    await this.readToEnd()
  }

  readToEnd(): Promise<void> {
    if (this.#look === null) return this.#startLook()
    this.#nextLook ??= this.#look.catch(() => undefined).then(() => this.#startLook())
    return this.#nextLook
  }

  #startLook(): Promise<void> {
    this.#nextLook = null
    const look = this.#lookToEnd().finally(() => {
      if (this.#look === look) this.#look = null
    })
    this.#look = look
    return look
  }

  async #lookToEnd(): Promise<void> {
    const ends = await this.#admin.offsets(this.topic)
    await new Promise<void>((resolve) => {
      const check = () => {
        if (!this.#isClosed && !this.#isAt(ends)) return
        this.#arrivals.delete(check)
        resolve()
      }
      this.#arrivals.add(check)
      check()
      if (this.#arrivals.has(check)) this.#consumer.wakeUp()
    })
  }

  #isAt(ends: readonly { readonly partition: number; readonly earliest: number; readonly latest: number }[]): boolean {
    const positions = new Map(this.#consumer.positions().map(({ partition, offset }) => [partition, offset]))
    return ends.every(
      ({ partition, earliest, latest }) => latest === earliest || (positions.get(partition) ?? -1) >= latest,
    )
  }

  async #read(): Promise<void> {
    while (!this.#isClosed) {
      try {
        const batches = await this.#consumer.poll(this.#arrivals.size > 0 ? EAGER_POLL_MS : POLL_MS)
        for (const batch of batches) this.#tellAll(batch)
      } catch (error) {
        if (this.#isClosed) return
        this.#log.warn(`Topic ${this.topic} could not be read; trying again: ${describeError(error)}`)
        await new Promise((resolve) => setTimeout(resolve, REST_MS))
      }
      for (const check of this.#arrivals) check()
    }
  }

  #tellAll(batch: FetchedBatch): void {
    for (let i = 0; i < batch.length; i += 1) {
      const offset = batch.offsets[i] ?? 0
      this.#position = Math.max(this.#position, offset + 1)
      const key = textAt(batch.keys, i)
      if (key === null) continue
      try {
        const text = textAt(batch.values, i)
        this.#tell(key, text === null ? null : parseJson(text))
      } catch (error) {
        const where = `${this.topic}-${batch.partition}@${offset}`
        this.#log.error(`The record ${key} at ${where} is ignored: ${describeError(error)}`)
      }
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#producer.close(5000)
    await this.#consumer.close()
    await this.#reading
    for (const check of this.#arrivals) check()
    await this.#admin.close()
  }
}
