// Reads the files of a folder one after another. A file leaves the folder only when all its records are in the topic, so that
// whatever happens nothing of it is missing.
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  ConnectError,
  DataError,
  StateError,
  type Props,
  type SourceBatch,
  type SourceTask,
  type SourceTaskContext,
} from '@rowbridge/api'
import { stat } from 'node:fs/promises'
import { compileBatch, type BatchOf } from './batch.js'
import { deleteFile, folderOfDay, moveFile } from './clean-up.js'
import type { SpoolConfig } from './config.js'
import { Folder, type InputFile } from './folder.js'
import type { Format } from './format.js'
import { LineError, type Found } from './record-parser.js'
import { SpoolFile } from './spool-file.js'
import { storedPlaceOf } from './stored-place.js'

/** What differs between kinds of files. */
export interface SpoolKind<T> {
  parse(props: Props): SpoolConfig
  format(props: Props): Format<T>
  offsetOf(found: Found<T>): number
}

interface Started<T> {
  readonly config: SpoolConfig
  readonly format: Format<T>
  readonly folder: Folder
  readonly context: SourceTaskContext
  readonly isRunOnce: boolean
}

interface Reading<T> {
  readonly input: InputFile
  readonly file: SpoolFile<T>
  batchOf: BatchOf | null
  /** Byte up to which batches were given. */
  given: number
  /** Set once no more is read of it. */
  end: { readonly error: LineError | null } | null
}

export class SpoolDirTask<T> implements SourceTask {
  readonly #kind: SpoolKind<T>
  #started: Started<T> | null = null
  #reading: Reading<T> | null = null
  /** Batches that the log does not hold yet. */
  readonly #open = new Set<SourceBatch>()
  #isAtEnd = false
  #acked: (() => void) | null = null

  constructor(kind: SpoolKind<T>) {
    this.#kind = kind
  }

  start(props: Props, context: SourceTaskContext): Promise<void> {
    const config = this.#kind.parse(props)
    const isRunOnce = props['run.once']?.trim().toLowerCase() === 'true'
    this.#started = { config, format: this.#kind.format(props), folder: new Folder(config), context, isRunOnce }
    return Promise.resolve()
  }

  async poll(): Promise<readonly SourceBatch[]> {
    const { config, folder, isRunOnce } = this.#running()
    this.#reading ??= await this.#nextFile()
    if (this.#reading === null) {
      this.#isAtEnd = isRunOnce && !folder.isExpecting
      if (!this.#isAtEnd) await this.#wait(config['empty.poll.wait.ms'])
      return []
    }
    const reading = this.#reading
    const batch = reading.end === null ? await this.#read(reading) : null
    if (batch !== null) {
      this.#open.add(batch)
      return [batch]
    }
    if (reading.end === null || this.#open.size > 0) await this.#wait(config['empty.poll.wait.ms'])
    else await this.#finish(reading)
    return []
  }

  isAtEnd(): boolean {
    return this.#isAtEnd
  }

  commit(batch: SourceBatch): Promise<void> {
    this.#open.delete(batch)
    this.#acked?.()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    const reading = this.#reading
    this.#reading = null
    this.#started = null
    await reading?.file.close()
  }

  #running(): Started<T> {
    if (this.#started !== null) return this.#started
    throw new StateError('not-started', 'The task is not started.')
  }

  async #nextFile(): Promise<Reading<T> | null> {
    const { folder, context } = this.#running()
    const input = await folder.next()
    if (input === null) return null
    const [stored] = await context.offsets.read([{ fileName: input.name }])
    try {
      const place = storedPlaceOf(stored ?? null, input.stats, (found) => this.#kind.offsetOf(found))
      if (place.isOther)
        context.log.info(`${input.path} is not the file of this name that was read before; it is read whole.`)
      const file = await this.#opened(input, place.isDone)
      return { input, file, batchOf: null, given: 0, end: place.isAll ? { error: null } : null }
    } catch (error) {
      // Taken away between the look and now.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw new ConnectError('file-not-readable', `${input.path} cannot be read: ${(error as Error).message}`, {
        cause: error,
        hint: 'Give the user of the worker the right to read it.',
      })
    }
  }

  #opened(input: InputFile, done: (found: Found<T>) => boolean): Promise<SpoolFile<T>> {
    const { format, folder } = this.#running()
    const isWhole = (stats: InputFile['stats']) => folder.isQuiet(input.name, stats)
    return SpoolFile.open({ path: input.path, format, offsetOf: (found) => this.#kind.offsetOf(found), done, isWhole })
  }

  /** Null when nothing is to be given now; `end` then tells whether it ever will. */
  async #read(reading: Reading<T>): Promise<SourceBatch | null> {
    const { config } = this.#running()
    try {
      const portion = await reading.file.next(config['batch.size'])
      if (portion === 'waiting') return null
      if (portion === 'end') {
        reading.end = { error: null }
        return null
      }
      reading.given = portion.place.position
      reading.batchOf ??= compileBatch(config, reading.input, reading.file.rows)
      return reading.batchOf(portion)
    } catch (error) {
      if (!(error instanceof LineError)) throw error
      reading.end = { error }
      return null
    }
  }

  /** All batches of the file are in the log. */
  async #finish(reading: Reading<T>): Promise<void> {
    const { config, context } = this.#running()
    const { input, file, end } = reading
    await file.close()
    this.#reading = null
    const error = end?.error ?? null
    if (error === null) return this.#finishWhole(reading)
    const to = await moveFile(input.path, config['error.path'])
    const problem = new DataError(
      'unreadable-line',
      `${input.path}:${error.line}: ${error.message}. The file is now ${to}`,
      {
        cause: error,
        hint: `${error.hint} Then move the file back; the records before that line are in the topic and come again.`,
      },
    )
    if (config['halt.on.error']) throw problem
    context.log.error(`${problem.message}. ${problem.hint ?? ''}`, { error: problem })
  }

  async #finishWhole({ input, file, given }: Reading<T>): Promise<void> {
    const { config, folder, context } = this.#running()
    const stats = await stat(input.path).catch(() => null)
    if (stats !== null && stats.size > file.stats.size && given > 0) {
      context.log.warn(`${input.path} grew after it was read to its end; what came is read now.`)
      const grown = await this.#opened(input, ({ end }) => end <= given)
      this.#reading = { input, file: grown, batchOf: null, given, end: null }
      return
    }
    if (stats === null) return context.log.warn(`${input.path} was read, and somebody else took it away.`)
    const policy = config['cleanup.policy']
    if (policy === 'NONE') return folder.leave(input.name, stats)
    if (policy === 'DELETE') return deleteFile(input.path)
    const target = policy === 'MOVE' ? config['finished.path'] : folderOfDay(config['finished.path'], input.stats.mtime)
    const to = await moveFile(input.path, join(target))
    context.log.info(`${input.path} was read and is now ${to}`)
  }

  /** Until the time is over, the task is to stop, or the log has a batch more. */
  async #wait(ms: number): Promise<void> {
    const over = new AbortController()
    this.#acked = () => over.abort()
    const signal = AbortSignal.any([this.#running().context.signal, over.signal])
    await pause(ms, undefined, { signal }).catch(() => undefined)
    this.#acked = null
  }
}
