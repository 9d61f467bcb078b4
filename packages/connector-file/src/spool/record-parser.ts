// What finds the records in the bytes of a file.

/** One record; `end` is the byte behind it, lines count from 1 and records from 0. */
export interface Found<T> {
  readonly data: T
  readonly line: number
  readonly index: number
  readonly end: number
}

export interface RecordParser<T> {
  /** Records whose ends have come, in order; whoever uses them takes them out. */
  readonly found: Found<T>[]
  /** Throws LineError; what was found before that line is in `found`. */
  write(chunk: Buffer): Promise<void>
  /** No more will come. */
  end(): Promise<void>
}

/** A line cannot be read; whoever knows the file tells its name. */
export class LineError extends Error {
  readonly line: number
  readonly hint: string

  constructor(line: number, problem: string, hint: string) {
    super(problem)
    this.name = 'LineError'
    this.line = line
    this.hint = hint
  }
}

/** A record larger than this is taken for a mistake, such as a quote that is never closed. */
export const MOST_RECORD_BYTES = 32 * 1024 * 1024
