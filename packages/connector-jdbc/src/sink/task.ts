// Writes what it is given in one transaction per put, tries again what may pass, and names the record where one does not fit.
import {
  ConnectError,
  DataError,
  describeError,
  retold,
  RetriableError,
  StateError,
  type Props,
  type SinkBatch,
  type SinkTask,
  type SinkTaskContext,
} from '@rowbridge/api'
import { zoneOf, type Database, type Zone } from '@rowbridge/sql'
import { connectOptionsOf, databaseOptionsOf } from '../connect.js'
import { warnNotSupported } from '../not-supported.js'
import { Session } from '../session.js'
import { zoneOf as namedZone } from '../time-zone.js'
import { wait } from '../wait.js'
import { Destinations } from './destinations.js'
import { flushAll } from './flush.js'
import { Records } from './location.js'
import { SINK_NOT_SUPPORTED } from './not-supported.js'
import { inOwnWords } from './other-sinks.js'
import { checkRecords, withoutTombstones } from './record-check.js'
import type { TableWriter } from './table-writer.js'
import { Tables } from './tables.js'
import { trimmed, trimmedLog } from './trim.js'

/** What is known of tables may be older than this before an error of a value is blamed on the value. */
const FRESH_MS = 1000

interface Started {
  readonly destinations: Destinations
  readonly dateZone: Zone | null
  readonly context: SinkTaskContext
  readonly session: Session
  readonly stop: AbortController
  readonly signal: AbortSignal
}

export class JdbcSinkTask implements SinkTask {
  #started: Started | null = null
  #tables: Tables | null = null

  start(props: Props, given: SinkTaskContext): Promise<void> {
    const destinations = new Destinations(props)
    const { config } = destinations
    const context = config['trim.sensitive.log'] ? { ...given, log: trimmedLog(given.log) } : given
    if (context.task === 0) warnNotSupported(SINK_NOT_SUPPORTED, props, context.log)
    const stop = new AbortController()
    const signal = AbortSignal.any([context.signal, stop.signal])
    const how = connectOptionsOf(config, context.log, signal)
    const session = new Session(databaseOptionsOf(config, inOwnWords(props)), how)
    this.#started = { destinations, dateZone: dateZoneOf(props), context, session, stop, signal }
    return Promise.resolve()
  }

  async put(batches: readonly SinkBatch[]): Promise<void> {
    const isTrimmed = this.#running().destinations.config['trim.sensitive.log']
    try {
      await this.#putAll(batches)
    } catch (error) {
      throw isTrimmed ? trimmed(error) : error
    }
  }

  async #putAll(batches: readonly SinkBatch[]): Promise<void> {
    const { destinations, context, session, signal } = this.#running()
    const { config } = destinations
    const filled = this.#checked(batches)
    if (filled.length === 0) return
    const isWhole = filled.every((batch) => batches.includes(batch))
    for (let failures = 0; ;) {
      try {
        await this.#putOnce(filled)
        return
      } catch (error) {
        if (!(error instanceof RetriableError)) throw isWhole ? error : withoutIndex(error)
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

  /** The records that are to be written; throws for the first that cannot be. */
  #checked(batches: readonly SinkBatch[]): readonly SinkBatch[] {
    const { destinations, context } = this.#running()
    return batches.flatMap((batch) => {
      if (batch.length === 0) return []
      const { config } = destinations.of(batch.topic)
      const isDeleteEnabled = config['delete.enabled']
      const kept = !isDeleteEnabled && config.tombstones === 'ignore' ? withoutTombstones(batch) : batch
      checkRecords(kept, { connector: context.connector, pkMode: config['pk.mode'], isDeleteEnabled })
      return kept.length === 0 ? [] : [kept]
    })
  }

  /** Writes; where the tables may have changed since they were looked at, looks again and writes once more. */
  async #putOnce(batches: readonly SinkBatch[]): Promise<void> {
    const tables = await this.#currentTables()
    const wasFresh = tables.isYoungerThan(FRESH_MS)
    try {
      await this.#write(batches, tables)
    } catch (error) {
      // A bad record is met again for each piece of its put; what else fails, fails the task, and is worth another look.
      if (error instanceof DataError && wasFresh) throw error
      this.#tables = null
      const mayBeStale = error instanceof StateError || error instanceof DataError
      if (!mayBeStale) throw error
      this.#running().context.log.debug(`Looking at the tables again after: ${describeError(error)}`)
      await this.#write(batches, await this.#currentTables())
    }
  }

  /** The one place where rows are written: all of the put in one transaction. */
  async #write(batches: readonly SinkBatch[], tables: Tables): Promise<void> {
    const { context } = this.#running()
    const { records, writers } = await prepare(batches, tables)
    for (const [i, batch] of records.batches.entries())
      await tables.known(batch.topic).add(batch, records.starts[i] ?? 0)
    const { rows, unmatched } = await tables.database.transaction(() => flushAll(writers, records))
    context.metrics.add('sink-record-folded-total', records.length - rows)
    if (unmatched > 0) context.metrics.add('sink-record-unmatched-total', unmatched)
  }

  async #currentTables(): Promise<Tables> {
    const { destinations, dateZone, context, session } = this.#running()
    const database: Database = await session.database()
    if (this.#tables === null || this.#tables.database !== database) {
      this.#tables = new Tables({ database, destinations, dateZone, log: context.log })
    }
    return this.#tables
  }

  #running(): Started {
    if (this.#started !== null) return this.#started
    throw new StateError('not-started', 'The task is not started.')
  }
}

interface Prepared {
  readonly records: Records
  /** Those that others point to first. */
  readonly writers: readonly TableWriter[]
}

/** Makes and alters tables as the records need it: before the transaction, as some databases commit with each such statement. */
async function prepare(batches: readonly SinkBatch[], tables: Tables): Promise<Prepared> {
  const writers = new Set<TableWriter>()
  for (const batch of batches) writers.add(await tables.writer(batch.topic))
  for (const writer of writers) writer.discard()
  const records = new Records(batches.map((batch) => tables.known(batch.topic).shaped(batch)))
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
  return { records, writers: await tables.foreignKeys.ordered([...writers]) }
}

/** Only where it is asked for in so many words: it moves days. */
function dateZoneOf(props: Props): Zone | null {
  const { config } = new Destinations(props)
  const isAsked = props['date.timezone'] !== undefined && config['date.timezone'] === 'DB_TIMEZONE'
  return isAsked ? zoneOf(namedZone(config['db.timezone'])) : null
}

/** Where records were left out, the place in what is left is not the place in what was given. */
function withoutIndex(error: unknown): unknown {
  return error instanceof DataError ? retold(error, { index: null }) : error
}

const hasValues = (batch: SinkBatch): boolean => batch.value.values.some((value) => value !== null)
const hasTombstones = (batch: SinkBatch): boolean => batch.value.values.includes(null)

function exhausted(error: RetriableError, attempts: number): ConnectError {
  return new ConnectError('retries-exhausted', `Writing failed ${attempts} times: ${error.message}`, {
    cause: error,
    hint: error.hint ?? 'max.retries and retry.backoff.ms say how long to try.',
  })
}
