// The embedded log as a Kafka: what it hands out belongs to it and ends with it.
import { StateError, type Log, type Props } from '@rowbridge/api'
import type { Admin, Consumer, ConsumerOptions, Kafka, Producer, ProducerOptions } from '../port.js'
import { embeddedAdmin } from './admin.js'
import { EmbeddedConsumer } from './consumer.js'
import { openFolder, type OpenFolder } from './open-folder.js'
import { EmbeddedProducer } from './producer.js'

export interface EmbeddedOptions {
  readonly props: Props
  readonly log: Log
  readonly access: 'own' | 'visit'
}

export async function embeddedKafka(folder: string, options: EmbeddedOptions): Promise<Kafka> {
  return new EmbeddedKafka(await openFolder(folder, options), options)
}

class EmbeddedKafka implements Kafka {
  readonly #folder: OpenFolder
  readonly #log: Log
  readonly #props: Props
  readonly #open = new Set<Producer | Consumer>()
  #isClosed = false

  constructor(folder: OpenFolder, { log, props }: EmbeddedOptions) {
    this.#folder = folder
    this.#log = log
    this.#props = props
  }

  producer(options: ProducerOptions): Producer {
    const producer: Producer = new EmbeddedProducer(this.#broker(), this.#withDefaults(options), () =>
      this.#open.delete(producer),
    )
    this.#open.add(producer)
    return producer
  }

  consumer(options: ConsumerOptions): Consumer {
    const closed = () => this.#open.delete(consumer)
    const consumer: Consumer = new EmbeddedConsumer(this.#broker(), this.#withDefaults(options), {
      log: this.#log,
      closed,
    })
    this.#open.add(consumer)
    return consumer
  }

  admin(_clientId: string): Admin {
    return embeddedAdmin(this.#broker())
  }

  member(): never {
    throw new StateError('no-worker-groups', 'The embedded log belongs to one worker: it has no groups of workers', {
      hint: 'Set bootstrap.servers to Kafka brokers, or start the worker standalone.',
    })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    try {
      for (const client of this.#open) await client.close()
    } finally {
      await this.#folder.close()
    }
  }

  /** Properties of the log hold for its clients, unless they say otherwise. */
  #withDefaults<Options extends { readonly props?: Props }>(options: Options): Options {
    return { ...options, props: { ...this.#props, ...options.props } }
  }

  #broker() {
    if (this.#isClosed) throw new StateError('log-closed', 'The log is closed')
    return this.#folder.broker
  }
}
