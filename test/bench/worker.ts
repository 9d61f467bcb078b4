// A worker as the command starts it, with a stopwatch on its log: the clock may be asked what was acked and fetched.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '@rowbridge/api'
import { jdbcSink, jdbcSource } from '@rowbridge/connector-jdbc'
import { jsonConverter, stringConverter } from '@rowbridge/converters'
import { openKafka, type Consumer, type Kafka, type Producer } from '@rowbridge/kafka'
import { startStandalone, type OpenKafka, type Worker } from '@rowbridge/runtime'

const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter'

export const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
}

export interface Watch {
  /** Called with the number of records of each acked batch. */
  readonly acked?: (topic: string, records: number) => void
  /** Called when a poll returned records. */
  readonly fetched?: () => void
}

export interface BenchWorker extends AsyncDisposable {
  readonly worker: Worker
}

export async function startWorker(servers: string, watch: Watch): Promise<BenchWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-bench-'))
  const worker = await startStandalone({
    props: {
      'bootstrap.servers': servers,
      'key.converter': JSON_CONVERTER,
      'value.converter': JSON_CONVERTER,
      'offset.storage.file.filename': join(folder, 'offsets'),
    },
    plugins: [jdbcSource, jdbcSink, jsonConverter, stringConverter],
    log: quiet,
    openKafka: watched(watch),
  })
  return {
    worker,
    async [Symbol.asyncDispose]() {
      await worker.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function watched(watch: Watch): OpenKafka {
  return async (props, options) => {
    const kafka: Kafka = await openKafka(props, options)
    return {
      producer: (wanted) => watchedProducer(kafka.producer(wanted), watch),
      consumer: (wanted) => watchedConsumer(kafka.consumer(wanted), watch),
      admin: (clientId) => kafka.admin(clientId),
      member: (wanted) => kafka.member(wanted),
      close: () => kafka.close(),
    }
  }
}

function watchedProducer(producer: Producer, { acked }: Watch): Producer {
  return {
    send: async (batch) => {
      await producer.send(batch)
      acked?.(batch.topic, batch.length)
    },
    close: (timeoutMs) => producer.close(timeoutMs),
  }
}

function watchedConsumer(consumer: Consumer, { fetched }: Watch): Consumer {
  return {
    start: () => consumer.start(),
    poll: async (timeoutMs) => {
      const batches = await consumer.poll(timeoutMs)
      if (batches.length > 0) fetched?.()
      return batches
    },
    commit: (offsets) => consumer.commit(offsets),
    seek: (position) => consumer.seek(position),
    pause: (partitions) => consumer.pause(partitions),
    resume: (partitions) => consumer.resume(partitions),
    assignment: () => consumer.assignment(),
    positions: () => consumer.positions(),
    wakeUp: () => consumer.wakeUp(),
    close: () => consumer.close(),
  }
}

/** Rejects with the trace of the first task or connector that failed. */
export async function failed(worker: Worker, name: string): Promise<void> {
  const status = await worker.herder.status(name)
  const trace = [status.connector, ...status.tasks].find((part) => part.state === 'FAILED')?.trace
  if (trace !== undefined) throw new Error(trace)
}
