// Reads its tables in turn, the one that waited longest first, and hands their rows on with the offsets to go on from.
import {
  ConfigError,
  ConnectError,
  describeError,
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
import { splitNames } from './grouping.js'
import { granularityOf } from './granularity.js'
import { modeOf } from './modes/modes.js'
import { instantOf, positionOf, START, type Position } from './offset.js'
import { querySource, tableSource, type RowSource } from './row-source.js'
import { FILTER_KEYS, queryOf } from './rules.js'
import { TableReader } from './table-reader.js'
import { safetyOf, tellSafety } from './safety-of-task.js'
import { Turns } from './turns.js'

const LEAST_PAGE = 100
const LONGEST_PAUSE_MS = 10_000
/** A database that hangs must not hold up a stop: for the read that is on, and again for closing what it holds open. */
const LONGEST_STOP_MS = 800

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
}

export function typeOptionsOf(config: SourceConfig): TypeOptions {
  const mapping = config['numeric.mapping'] ?? (config['numeric.precision.mapping'] ? 'precision_only' : 'none')
  return { numericMapping: mapping }
}

export class JdbcSourceTask implements SourceTask {
  #started: Started | null = null
  /** What is read ahead. */
  #ahead: Promise<Outcome> | null = null
  #failures = 0

  async start(props: Props, context: SourceTaskContext): Promise<void> {
    const config = sourceConfig.parse(props)
    const stop = new AbortController()
    const signal = AbortSignal.any([context.signal, stop.signal])
    const how = connectOptionsOf(config, context.log, signal)
    const session = new Session(databaseOptionsOf(config, props, typeOptionsOf(config)), how)
    const turns = new Turns<TableReader>(Math.max(config['poll.interval.ms'], 0))
    this.#started = { config, context, session, stop, signal, turns }
    if (props['tables.fetched'] === 'false') return
    const sources = await this.#sources(props)
    const positions = await this.#positions(sources)
    sources.forEach((source, i) => turns.add(this.#reader(source, positions[i] ?? null)))
  }

  async poll(): Promise<readonly SourceBatch[]> {
    const { config, signal, turns } = this.#running()
    const deadline = Date.now() + Math.max(config['poll.linger.ms'], 10)
    while (!signal.aborted) {
      this.#ahead ??= this.#readAhead()
      if (!(await settles(this.#ahead, deadline - Date.now(), signal))) return []
      const outcome = await this.#ahead
      this.#ahead = null
      if (outcome instanceof Failure) throw outcome.error
      if (outcome !== null) {
        if (!signal.aborted) this.#ahead = this.#readAhead()
        return outcome
      }
      if (Date.now() >= deadline) return []
      await wait(Math.min(deadline, turns.nextTurn()) - Date.now(), signal)
    }
    return []
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
    const { context, session, turns, signal } = this.#running()
    for (;;) {
      const reader = signal.aborted ? null : turns.take()
      if (reader === null) return null
      try {
        const batches = await reader.next(await session.database())
        this.#failures = 0
        if (reader.holdsConnection) turns.keep(reader)
        else if (batches === null) turns.endRun(reader, reader.safety?.pauseMs)
        this.#tellShare()
        tellSafety(context.metrics, turns.all)
        if (batches !== null) return batches
      } catch (error) {
        if (signal.aborted) return null
        await this.#recover(error, reader)
      }
    }
  }

  /** Waits out what may pass; the reader goes on from where it was. */
  async #recover(error: unknown, reader: TableReader): Promise<void> {
    const { config, context, session, signal } = this.#running()
    if (!(error instanceof RetriableError)) throw error
    this.#failures += 1
    const attempts = config['query.retry.attempts']
    if (attempts > 0 && this.#failures >= attempts) {
      const message = `Reading ${reader.source.name} failed ${this.#failures} times.`
      throw new ConnectError('query-retries-exhausted', message, {
        cause: error,
        hint: 'query.retry.attempts says how often to try.',
      })
    }
    const pause = Math.min(100 * 2 ** Math.min(this.#failures, 10), LONGEST_PAUSE_MS)
    context.log.warn(`Reading ${reader.source.name} failed, trying again in ${pause} ms: ${describeError(error)}`)
    await session.check()
    await wait(pause, signal)
  }

  async #sources(props: Props): Promise<readonly RowSource[]> {
    const { config, context, session } = this.#running()
    const database = await session.database()
    const options = { config, mode: modeOf(config.mode), database, log: context.log }
    if (queryOf(config) !== '') return [await querySource(options)]
    const tables = splitNames(props['tables'] ?? '')
    if (tables.length === 0) throw noTables(config)
    const sources: RowSource[] = []
    for (const name of tables) sources.push(await tableSource(database.parseTable(name), options))
    return sources
  }

  /** Where each source goes on: its stored offset, else where the configuration has it begin. */
  async #positions(sources: readonly RowSource[]): Promise<readonly (Position | null)[]> {
    const { config, context, session } = this.#running()
    if (!sources.some((source) => source.cursor !== null)) return sources.map(() => null)
    const partitions = sources.flatMap((source) => source.partitions)
    const offsets = await context.offsets.read(partitions)
    const initial = await initialPosition(config['timestamp.initial'], await session.database())
    let next = 0
    return sources.map((source) => {
      const stored = offsets.slice(next, next + source.partitions.length).find((offset) => offset !== null)
      next += source.partitions.length
      return stored === undefined ? initial : positionOf(stored)
    })
  }

  #reader(source: RowSource, position: Position | null): TableReader {
    const { config, context, signal } = this.#running()
    const batchRows = Math.max(config['batch.max.rows'], 1)
    const options = {
      source,
      suffix: config['query.suffix'],
      batchRows,
      pageRows: Math.max(batchRows, LEAST_PAGE),
      delayMs: config['timestamp.delay.interval.ms'],
      granularity: granularityOf(config['timestamp.granularity'], zoneOf(config['db.timezone']), calendarOf(config)),
      log: context.log,
      signal,
      safety: safetyOf(source, config, { log: context.log, signal }),
    }
    return new TableReader(options, position)
  }

  #tellShare(): void {
    const { context, turns } = this.#running()
    let sum = 0
    for (const reader of turns.all) {
      const share = reader.share.value
      if (share === null) return
      sum += share
    }
    if (turns.all.length > 0) context.metrics.set('source-load-share', sum / turns.all.length)
  }

  #running(): Started {
    if (this.#started !== null) return this.#started
    throw new StateError('not-started', 'The task is not started.')
  }
}

async function initialPosition(initial: number | null, database: Database): Promise<Position | null> {
  if (initial === null) return null
  return { ...START, timestamp: initial === -1 ? await database.now() : instantOf(initial) }
}

function noTables(config: SourceConfig): ConfigError {
  const filters = FILTER_KEYS.filter((key) => config[key].length > 0).map((key) => `${key}=${config[key].join(',')}`)
  const message = `There is no table to read: none fits ${filters.join(' and ')}.`
  return new ConfigError('no-tables', [{ key: 'table.whitelist', message }], {
    hint: 'Look at the table filters, schema.pattern, table.types, and at what the user may see. A table made later is noticed after table.poll.interval.ms.',
  })
}
