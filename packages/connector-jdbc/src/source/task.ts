// Reads its tables in turn, the one that waited longest first, and hands their rows on with the offsets to go on from.
import {
  ConfigError,
  ConnectError,
  RetriableError,
  StateError,
  type Props,
  type SourceBatch,
  type SourceTask,
  type SourceTaskContext,
} from '@rowbridge/api'
import type { Database, TypeOptions } from '@rowbridge/sql'
import { calendarOf, connectOptionsOf, databaseOptionsOf } from '../connect.js'
import { Session } from '../session.js'
import { zoneOf } from '../time-zone.js'
import { settles, wait } from '../wait.js'
import { sourceConfig, type SourceConfig } from './config.js'
import { granularityOf } from './granularity.js'
import { SourceLag } from './lag.js'
import { LoadTime } from './load-share.js'
import { warnUnindexed } from './index-check.js'
import { modeOf } from './modes/modes.js'
import { Opening } from './opening.js'
import type { RowSource, SourceOptions } from './row-source.js'
import { FILTER_KEYS, queryOf } from './rules.js'
import { batchToKeep, startsOf, type Start } from './start-positions.js'
import { TableReader } from './table-reader.js'
import { safetyOf, tellSafety } from './safety-of-task.js'
import { Troubles } from './troubles.js'
import { Turns } from './turns.js'
import { warnUnread } from './unread-check.js'

const LEAST_PAGE = 100
/** Rows behind which counting stops: it must not hold up the reading. */
const MOST_COUNTED = 1_000_000
/** A database that hangs must not hold up a stop: for the read that is on, and again for closing what it holds open. */
const LONGEST_STOP_MS = 800
/** What is wrong with one table alone. */
const OF_ONE_TABLE: readonly string[] = ['unknown-table', 'permission-denied']

/** What a read came to; null: nothing is there now. */
type Outcome = readonly SourceBatch[] | null | Failure

class Failure {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

interface Started {
  readonly config: SourceConfig
  readonly context: SourceTaskContext
  readonly session: Session
  readonly stop: AbortController
  readonly signal: AbortSignal
  readonly turns: Turns<TableReader>
  readonly opening: Opening
  readonly troubles: Troubles
  readonly loadTime: LoadTime
  readonly lag: SourceLag<TableReader>
  /** Whether each table is read to its present end, and no further. */
  readonly isOnce: boolean
}

export function typeOptionsOf(config: SourceConfig): TypeOptions {
  const mapping = config['numeric.mapping'] ?? (config['numeric.precision.mapping'] ? 'precision_only' : 'none')
  return { numericMapping: mapping }
}

export function isRunOnce(props: Props): boolean {
  return props['run.once']?.trim().toLowerCase() === 'true'
}

export class JdbcSourceTask implements SourceTask {
  #started: Started | null = null
  /** What is read ahead. */
  #ahead: Promise<Outcome> | null = null
  /** Positions to be kept before any row comes. */
  #toKeep: SourceBatch[] = []

  async start(props: Props, context: SourceTaskContext): Promise<void> {
    const config = sourceConfig.parse(props)
    const stop = new AbortController()
    const signal = AbortSignal.any([context.signal, stop.signal])
    const how = connectOptionsOf(config, context.log, signal)
    const session = new Session(databaseOptionsOf(config, props, typeOptionsOf(config)), how)
    const turns = new Turns<TableReader>(Math.max(config['poll.interval.ms'], 0))
    const parts = {
      turns,
      opening: new Opening(config['table.poll.interval.ms']),
      troubles: new Troubles(context),
      loadTime: new LoadTime(),
      lag: new SourceLag<TableReader>(context.metrics),
      // A task that waits for its tables has not come to their end.
      isOnce: isRunOnce(props) && props['tables.fetched'] !== 'false',
    }
    this.#started = { config, context, session, stop, signal, ...parts }
    if (props['tables.fetched'] === 'false') return
    if (queryOf(config) === '' && (props['tables'] ?? '').trim() === '') throw noTables(config)
    try {
      await this.#add(await parts.opening.all(props['tables'] ?? '', await this.#sourceOptions()))
    } catch (error) {
      signal.throwIfAborted()
      throw error
    }
  }

  async poll(): Promise<readonly SourceBatch[]> {
    const { config, signal, turns, lag } = this.#running()
    lag.tell(turns.all)
    if (this.#toKeep.length > 0) return this.#toKeep.splice(0)
    const deadline = Date.now() + Math.max(config['poll.linger.ms'], 10)
    while (!signal.aborted && !this.isAtEnd()) {
      this.#ahead ??= this.#readAhead()
      if (!(await settles(this.#ahead, deadline - Date.now(), signal))) return []
      const outcome = await this.#ahead
      this.#ahead = null
      if (outcome instanceof Failure) throw outcome.error
      if (outcome !== null) {
        if (!signal.aborted) this.#ahead = this.#readAhead()
        return outcome
      }
      if (Date.now() >= deadline || this.isAtEnd()) return []
      await wait(Math.min(deadline, turns.nextTurn()) - Date.now(), signal)
    }
    return []
  }

  isAtEnd(): boolean {
    const started = this.#started
    return started?.isOnce === true && started.turns.isOver && this.#ahead === null && this.#toKeep.length === 0
  }

  async stop(): Promise<void> {
    const started = this.#started
    this.#started = null
    if (started === null) return
    started.stop.abort()
    if (this.#ahead !== null) await settles(this.#ahead, LONGEST_STOP_MS)
    const abandoned = started.turns.all.map((reader) => reader.abandon().catch(() => undefined))
    await settles(Promise.all(abandoned), LONGEST_STOP_MS)
    await started.session.close()
  }

  /** Never rejects, as nobody may be waiting for it. */
  async #readAhead(): Promise<Outcome> {
    try {
      return await this.#read()
    } catch (error) {
      return new Failure(error)
    }
  }

  /** Reads from the tables whose turn it is until one has rows; null when none has. */
  async #read(): Promise<readonly SourceBatch[] | null> {
    const { session, turns, signal, lag } = this.#running()
    for (;;) {
      const reader = signal.aborted ? null : turns.take()
      if (reader === null) return null
      try {
        const database = await session.database()
        await this.#addLate(reader)
        lag.reads(reader)
        const batches = await reader.next(database)
        this.#worked(reader, batches === null)
        if (batches !== null && lag.wantsCount(reader)) await this.#countLeft(reader, database)
        if (batches !== null) return batches
      } catch (error) {
        if (signal.aborted) return null
        await this.#recover(error, reader)
      }
    }
  }

  /** A figure is not worth a failure; the next read tells what is wrong with the database. */
  async #countLeft(reader: TableReader, database: Database): Promise<void> {
    const { lag, signal, context } = this.#running()
    if (reader.holdsConnection) return
    try {
      lag.counted(reader, await reader.rowsLeft(database, MOST_COUNTED))
    } catch (error) {
      if (!signal.aborted) context.log.debug(`The rows left in ${reader.source.name} could not be counted`, { error })
    }
  }

  #worked(reader: TableReader, isRunOver: boolean): void {
    const { context, turns, troubles, isOnce, lag } = this.#running()
    if (isRunOver) lag.ended(reader)
    const { safety } = reader
    troubles.worked(reader.source.name)
    if (reader.holdsConnection) turns.keep(reader)
    else if (isRunOver && isOnce && (safety?.pauseMs ?? null) === null) turns.remove(reader)
    else if (isRunOver) turns.endRun(reader, safety?.pauseMs)
    this.#tellShare()
    tellSafety(context.metrics, turns.all)
  }

  /** Waits out what may pass; the reader goes on from where it was. */
  async #recover(error: unknown, reader: TableReader): Promise<void> {
    const { config, session, signal, troubles } = this.#running()
    if (!(error instanceof RetriableError)) return this.#setAside(error, reader)
    const pause = troubles.failed(reader.source.name, error)
    const attempts = config['query.retry.attempts']
    if (attempts > 0 && troubles.tries >= attempts) {
      const message = `Reading ${reader.source.name} failed ${troubles.tries} times.`
      throw new ConnectError('query-retries-exhausted', message, {
        cause: error,
        hint: 'query.retry.attempts says how often to try.',
      })
    }
    await session.check()
    await wait(pause, signal)
  }

  /** A table that cannot be read does not keep the others from being read, as long as there are others. */
  #setAside(error: unknown, reader: TableReader): void {
    const { config, turns, troubles, isOnce } = this.#running()
    const isItsOwn = error instanceof StateError && OF_ONE_TABLE.includes(error.code)
    const others = turns.all.filter((other) => other !== reader && !troubles.aside.has(other.source.name))
    if (!isItsOwn || isOnce || others.length === 0) throw error
    troubles.setAside(reader.source.name, error)
    turns.rest(reader, Math.max(config['table.poll.interval.ms'], config['poll.interval.ms']))
  }

  async #add(sources: readonly RowSource[]): Promise<void> {
    const { config, context, session, turns } = this.#running()
    const options = { config, mode: modeOf(config.mode), database: await session.database(), offsets: context.offsets }
    const starts = await startsOf(sources, options)
    this.#toKeep.push(...starts.filter((start) => start.isToBeKept).map(batchToKeep))
    for (const source of sources) await warnUnindexed(options.database, source, context.log)
    for (const start of starts) await warnUnread(start, { ...options, log: context.log })
    for (const start of starts) turns.add(this.#reader(start))
  }

  /** Between the runs of a table; a result that is open has the connection for itself. */
  async #addLate(reader: TableReader): Promise<void> {
    const { opening } = this.#running()
    if (opening.missing.length === 0 || reader.holdsConnection) return
    await this.#add(await opening.late(await this.#sourceOptions()))
  }

  async #sourceOptions(): Promise<SourceOptions> {
    const { config, context, session } = this.#running()
    return { config, mode: modeOf(config.mode), database: await session.database(), log: context.log }
  }

  #reader({ source, position }: Start): TableReader {
    const { config, context, signal } = this.#running()
    const batchRows = Math.max(config['batch.max.rows'], 1)
    const mostRows = config['max.buffer.size'] < 1 ? Infinity : config['max.buffer.size']
    const options = {
      source,
      suffix: config['query.suffix'],
      batchRows,
      pageRows: Math.min(Math.max(batchRows, LEAST_PAGE), mostRows),
      mostRows,
      delayMs: config['timestamp.delay.interval.ms'],
      granularity: granularityOf(config['timestamp.granularity'], zoneOf(config['db.timezone']), calendarOf(config)),
      log: context.log,
      signal,
      safety: safetyOf(source, config, { log: context.log, signal }),
    }
    return new TableReader(options, position)
  }

  #tellShare(): void {
    const { context, turns, loadTime } = this.#running()
    let sum = 0
    for (const reader of turns.all) {
      const share = reader.share.value
      if (share === null) return
      sum += share
    }
    if (turns.all.length === 0) return
    const share = sum / turns.all.length
    context.metrics.set('source-load-share', share)
    const left = loadTime.left(share)
    if (left !== null) context.metrics.set('source-load-left-ms', left)
  }

  #running(): Started {
    if (this.#started !== null) return this.#started
    throw new StateError('not-started', 'The task is not started.')
  }
}

function noTables(config: SourceConfig): ConfigError {
  const filters = FILTER_KEYS.filter((key) => config[key].length > 0).map((key) => `${key}=${config[key].join(',')}`)
  const message = `There is no table to read: none fits ${filters.join(' and ')}.`
  return new ConfigError('no-tables', [{ key: 'table.whitelist', message }], {
    hint: 'Look at the table filters, schema.pattern, table.types, and at what the user may see. A table made later is noticed after table.poll.interval.ms.',
  })
}
