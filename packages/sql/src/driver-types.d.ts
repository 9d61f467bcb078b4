// The parts that are used of drivers which come without types.
declare module 'better-sqlite3' {
  namespace Database {
    interface ColumnDefinition {
      readonly name: string
      readonly column: string | null
      readonly table: string | null
      readonly database: string | null
      readonly type: string | null
    }
    interface Statement {
      raw(on: boolean): this
      safeIntegers(on: boolean): this
      all(...parameters: unknown[]): unknown[]
      iterate(...parameters: unknown[]): IterableIterator<unknown>
      run(...parameters: unknown[]): unknown
      columns(): ColumnDefinition[]
    }
    interface Database {
      prepare(text: string): Statement
      exec(text: string): this
      pragma(text: string, options?: { simple?: boolean }): unknown
      function(
        name: string,
        options: { deterministic?: boolean; safeIntegers?: boolean },
        work: (value: unknown, further: unknown) => unknown,
      ): this
      close(): void
    }
  }
  const Database: new (path: string, options?: { timeout?: number; readonly?: boolean }) => Database.Database
  export default Database
}

declare module 'pg' {
  export interface FieldDef {
    readonly name: string
    readonly tableID: number
    readonly columnID: number
    readonly dataTypeID: number
    readonly dataTypeModifier: number
  }
  export interface QueryResult {
    rows: unknown[][]
    readonly fields: readonly FieldDef[]
    readonly rowCount: number | null
  }
  export interface QueryConfig {
    readonly text: string
    readonly values?: readonly unknown[]
    readonly rowMode?: 'array'
    readonly name?: string
    readonly types?: { getTypeParser(oid: number): (text: string) => unknown }
  }
  export class Client {
    constructor(config: Readonly<Record<string, unknown>>)
    readonly processID: number
    connect(): Promise<void>
    query(config: QueryConfig, done: (error: Error | null, result: QueryResult) => void): void
    query(text: string): Promise<QueryResult>
    query<T extends object>(submittable: T): T
    on(event: 'error', listener: (error: Error) => void): this
    end(): Promise<void>
    readonly connection: { readonly stream: { destroy(): void } }
  }
  const pg: { Client: typeof Client }
  export default pg
}

declare module 'pg-cursor' {
  import type { FieldDef } from 'pg'
  export default class Cursor {
    constructor(text: string, values: readonly unknown[], config: Readonly<Record<string, unknown>>)
    read(
      rows: number,
      done: (error: Error | null, rows: unknown[][], result: { readonly fields: readonly FieldDef[] }) => void,
    ): void
    close(): Promise<void>
  }
}
