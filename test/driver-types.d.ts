// The parts that tests use of a driver which comes without types.
declare module 'better-sqlite3' {
  export interface Statement {
    readonly reader: boolean
    all(...parameters: unknown[]): unknown[]
    get(...parameters: unknown[]): unknown
    run(...parameters: unknown[]): unknown
    pluck(): this
    raw(on: boolean): this
  }
  export default class Database {
    constructor(file: string, options?: { timeout?: number; fileMustExist?: boolean })
    prepare(text: string): Statement
    exec(text: string): this
    pragma(text: string): unknown
    transaction(work: () => void): () => void
    close(): void
  }
}
