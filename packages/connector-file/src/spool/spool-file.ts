// One file while it is read: its records in portions, each with the place behind it, and the first line that cannot be read.
import { open, type FileHandle } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import type { Format, Row, Rows } from './format.js'
import { LineError, type Found, type RecordParser } from './record-parser.js'

const CHUNK = 65_536

/** Where reading stands: the line (of JSON files the record) and the byte, and which file it is by its last change and length. */
export interface Place {
  readonly offset: number
  readonly position: number
  readonly changed: number
  readonly length: number
}

export interface Portion {
  readonly rows: readonly Row[]
  readonly lines: readonly number[]
  readonly place: Place
}

export interface SpoolFileOptions<T> {
  readonly path: string
  readonly format: Format<T>
  /** Of a record the number that its offset tells. */
  readonly offsetOf: (found: Found<T>) => number
  /** Records up to there are in the topic. */
  readonly done: (found: Found<T>) => boolean
  /** Whether a file that has no more bytes now is whole. */
  readonly isWhole: (stats: Stats) => boolean
}

export class SpoolFile<T> {
  readonly #options: SpoolFileOptions<T>
  readonly #handle: FileHandle
  readonly #parser: RecordParser<T>
  #at = 0
  #isRead = false
  #failure: LineError | null = null
  #rows: Rows<T> | null = null
  #stats: Stats

  private constructor(options: SpoolFileOptions<T>, handle: FileHandle, stats: Stats) {
    this.#options = options
    this.#handle = handle
    this.#stats = stats
    this.#parser = options.format.parser()
  }

  static async open<T>(options: SpoolFileOptions<T>): Promise<SpoolFile<T>> {
    const handle = await open(options.path)
    return new SpoolFile(options, handle, await handle.stat())
  }

  get stats(): Stats {
    return this.#stats
  }

  /** Of the records that are given. */
  get rows(): Rows<T> | null {
    return this.#rows
  }

  /** The next records; 'waiting' while more may come, 'end' behind the last. Throws LineError. */
  async next(most: number): Promise<Portion | 'waiting' | 'end'> {
    if (this.#rows === null && !(await this.#compile())) return this.#isRead ? 'end' : 'waiting'
    // One more than is given, so that the last portion knows that it is the last.
    await this.#fill(most + 1)
    const found = this.#parser.found.splice(0, most)
    const [rows, lines] = this.#convert(found)
    const last = found[rows.length - 1]
    if (last !== undefined) {
      const isLast = this.#isRead && this.#failure === null && this.#parser.found.length === 0
      return { rows, lines, place: this.#placeOf(last, isLast) }
    }
    if (this.#failure !== null) throw this.#failure
    return this.#isRead ? 'end' : 'waiting'
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  /** False while there is no record to tell the fields. */
  async #compile(): Promise<boolean> {
    const { format } = this.#options
    const survey = format.survey()
    if (survey !== null && !(await this.#surveyed(survey))) return false
    await this.#fill(1, false)
    const [first] = this.#parser.found
    if (first === undefined) {
      if (this.#failure !== null) throw this.#failure
      return false
    }
    this.#rows = format.compile(first, survey?.schema ?? null)
    if (format.hasHeader) this.#parser.found.shift()
    this.#drop()
    return true
  }

  /** Reads the whole file once; false while it is not whole. A line that cannot be read is told when its turn comes. */
  async #surveyed(survey: { add(found: Found<T>): void }): Promise<boolean> {
    this.#stats = await this.#handle.stat()
    if (!this.#options.isWhole(this.#stats)) return false
    const parser = this.#options.format.parser()
    const look = () => {
      for (const found of parser.found.splice(0)) survey.add(found)
    }
    try {
      for (let at = 0; ;) {
        const chunk = await this.#chunk(at)
        if (chunk === null) break
        at += chunk.length
        await parser.write(chunk)
        look()
      }
      await parser.end()
    } catch (error) {
      if (!(error instanceof LineError)) throw error
    }
    look()
    return true
  }

  async #fill(wanted: number, isDropping = true): Promise<void> {
    while (!this.#isRead && this.#failure === null && this.#parser.found.length < wanted) {
      const chunk = await this.#chunk(this.#at)
      this.#stats = await this.#handle.stat()
      if (chunk === null && !this.#isWhole()) return
      await this.#parse(chunk)
      if (isDropping) this.#drop()
    }
  }

  async #parse(chunk: Buffer | null): Promise<void> {
    try {
      if (chunk === null) await this.#parser.end()
      else await this.#parser.write(chunk)
    } catch (error) {
      if (!(error instanceof LineError)) throw error
      this.#failure = error
    }
    if (chunk === null) this.#isRead = true
    else this.#at += chunk.length
  }

  #isWhole(): boolean {
    if (this.#stats.size > this.#at) return false
    return this.#options.isWhole(this.#stats)
  }

  async #chunk(at: number): Promise<Buffer | null> {
    const buffer = Buffer.allocUnsafe(CHUNK)
    const { bytesRead } = await this.#handle.read(buffer, 0, CHUNK, at)
    return bytesRead === 0 ? null : buffer.subarray(0, bytesRead)
  }

  /** Leaves out what is in the topic. */
  #drop(): void {
    const { found } = this.#parser
    const kept = found.findIndex((record) => !this.#options.done(record))
    found.splice(0, kept < 0 ? found.length : kept)
  }

  /** The rows before the first that is none, which fails the next call. */
  #convert(found: readonly Found<T>[]): [Row[], number[]] {
    const rows: Row[] = []
    const lines: number[] = []
    for (const record of found) {
      try {
        rows.push((this.#rows as Rows<T>).rowOf(record))
      } catch (error) {
        if (!(error instanceof LineError)) throw error
        this.#failure = error
        this.#parser.found.length = 0
        break
      }
      lines.push(this.#options.offsetOf(record))
    }
    return [rows, lines]
  }

  #placeOf(last: Found<T>, isLast: boolean): Place {
    const { size, ctimeMs } = this.#stats
    return {
      offset: this.#options.offsetOf(last),
      position: isLast ? this.#at : last.end,
      changed: Math.trunc(ctimeMs),
      length: size,
    }
  }
}
