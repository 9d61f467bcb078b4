// Writes what it is given in one transaction per put, tries again what may pass, and names the record where one does not fit.
import {
  ConnectError,
  DataError,
  describeError,
  RetriableError,
  StateError,
  type Props,
  type SinkBatch,
  type SinkTask,
  type SinkTaskContext,
} from '@rowbridge/api'
import type { Database } from '@rowbridge/sql'
import { connectOptionsOf, databaseOptionsOf } from '../connect.js'
import { warnNotSupported } from '../not-supported.js'
import { Session } from '../session.js'
import { wait } from '../wait.js'
import { sinkConfig, type SinkConfig } from './config.js'
import { Records } from './location.js'
import { SINK_NOT_SUPPORTED } from './not-supported.js'
import { checkRecords } from './record-check.js'
import type { TableWriter } from './table-writer.js'
import { Tables } from './tables.js'

/** What is known of tables may be older than this before an error of a value is blamed on the value. */
const FRESH_MS = 1000

interface Started {
  readonly config: SinkConfig
  readonly context: SinkTaskContext
  readonly session: Session
  readonly stop: AbortController
  readonly signal: AbortSignal
}

export class JdbcSinkTask implements SinkTask {
  #started: Started | null = null
  #tables: Tables | null = null

  start(props: Props, context: SinkTaskContext): Promise<void> {
    const config = sinkConfig.parse(props)
    if (context.task === 0) warnNotSupported(SINK_NOT_SUPPORTED, props, context.log)
    const stop = new AbortController()
    const signal = AbortSignal.any([context.signal, stop.signal])
    const how = connectOptionsOf(config, context.log, signal)
    this.#started = { config, context, session: new Session(databaseOptionsOf(config, props), how), stop, signal }
    return Promise.resolve()
  }

  async put(batches: readonly SinkBatch[]): Promise<void> {
    const { config, context, session, signal } = this.#running()
    const filled = batches.filter((batch) => batch.length > 0)
    if (filled.length === 0) return
    this.#check(filled)
    for (let failures = 0; ;) {
      try {
        await this.#putOnce(filled)
        return
      } catch (error) {
        if (!(error instanceof RetriableError)) throw error
        failures += 1
        if (signal.aborted) throw error
        if (failures > config['max.retries']) throw exhausted(error, failures)
        const pause = config['retry.backoff.ms']
        context.log.warn(
          `Writing failed, trying again in ${pause} ms (${failures} of ${config['max.retries']}): ${describeError(error)}`,
        )
        await session.check()
        await wait(pause, signal)
      }
    }
  }

  async stop(): Promise<void> {
    const started = this.#started
    this.#started = null
    this.#tables = null
    started?.stop.abort()
    await started?.session.close()
  }

  #check(batches: readonly SinkBatch[]): void {
    const { config, context } = this.#running()
    const options = {
      connector: context.connector,
      pkMode: config['pk.mode'],
      isDeleteEnabled: config['delete.enabled'],
    }
    for (const batch of batches) checkRecords(batch, options)
  }

  /** Writes; where the tables may have changed since they were looked at, looks again and writes once more. */
  async #putOnce(batches: readonly SinkBatch[]): Promise<void> {
    const tables = await this.#currentTables()
    const wasFresh = tables.isYoungerThan(FRESH_MS)
    try {
      await this.#write(batches, tables)
    } catch (error) {
      this.#tables = null
      // A bad record is met again for each piece of its put; what else fails, fails the task, and is worth another look.
      const mayBeStale = error instanceof StateError || (error instanceof DataError && !wasFresh)
      if (!mayBeStale) throw error
      this.#running().context.log.debug(`Looking at the tables again after: ${describeError(error)}`)
      await this.#write(batches, await this.#currentTables())
    }
  }

  async #write(batches: readonly SinkBatch[], tables: Tables): Promise<void> {
    const { context } = this.#running()
    const records = new Records(batches)
    const writers = await prepare(records, tables)
    for (const [i, batch] of batches.entries()) await tables.known(batch.topic).add(batch, records.starts[i] ?? 0)
    const rows = await tables.database.transaction(async () => {
      let sum = 0
      for (const writer of writers) sum += await writer.flush(records)
      return sum
    })
    context.metrics.add('sink-record-folded-total', records.length - rows)
  }

  async #currentTables(): Promise<Tables> {
    const { config, context, session } = this.#running()
    const database: Database = await session.database()
    if (this.#tables === null || this.#tables.database !== database) {
      this.#tables = new Tables({ database, config, log: context.log })
    }
    return this.#tables
  }

  #running(): Started {
    if (this.#started !== null) return this.#started
    throw new StateError('not-started', 'The task is not started.')
  }
}

/** Makes and alters tables as the records need it: before the transaction, as some databases commit with each such statement. */
async function prepare(records: Records, tables: Tables): Promise<ReadonlySet<TableWriter>> {
  const writers = new Set<TableWriter>()
  for (const batch of records.batches) writers.add(await tables.writer(batch.topic))
  for (const writer of writers) writer.discard()
  const each = async (
    work: (writer: TableWriter, batch: SinkBatch) => Promise<void>,
    isWanted: (batch: SinkBatch) => boolean,
  ) => {
    for (const [b, batch] of records.batches.entries()) {
      if (!isWanted(batch)) continue
      try {
        await work(tables.known(batch.topic), batch)
      } catch (error) {
        throw error instanceof DataError ? records.located(error, records.starts[b] ?? 0) : error
      }
    }
  }
  await each((writer, batch) => writer.prepare(batch), hasValues)
  await each((writer, batch) => writer.prepareDeletes(batch), hasTombstones)
  return writers
}

const hasValues = (batch: SinkBatch): boolean => batch.value.values.some((value) => value !== null)
const hasTombstones = (batch: SinkBatch): boolean => batch.value.values.includes(null)

function exhausted(error: RetriableError, attempts: number): ConnectError {
  return new ConnectError('retries-exhausted', `Writing failed ${attempts} times: ${error.message}`, {
    cause: error,
    hint: error.hint ?? 'max.retries and retry.backoff.ms say how long to try.',
  })
}
