// How values become message bytes and back. Whatever is asynchronous about a schema happens before its loop.
import type { Header, SchemaAndValues } from './batch.js'
import type { ByteColumn } from './byte-column.js'
import type { Props } from './connector.js'
import type { Schema } from './schema.js'

export interface Encoder {
  /** One byte string per value. Throws DataError with the index of the first value that does not fit the schema. */
  encode(values: readonly unknown[]): ByteColumn
}

export interface Decoder {
  /**
   * The values in order, as runs of one schema each; the lengths of the runs add up to the length of the column.
   * Throws DataError with the index of the first message that cannot be read.
   */
  decode(column: ByteColumn): Promise<readonly SchemaAndValues[]>
}

export interface Converter {
  /** Compiles the loop for a schema; asks a registry at most once. */
  encoder(topic: string, schema: Schema | null): Promise<Encoder>
  decoder(topic: string): Decoder
}

/** Makes a converter from its properties, the prefix removed: `schemas.enable`, `converter.type` (key or value), … */
export type ConverterFactory = (props: Props) => Converter

/** A header as it travels. */
export interface HeaderBytes {
  readonly key: string
  readonly value: Uint8Array | null
}

/** Both give one item per header, in order, and throw DataError with the index of the first that does not fit. */
export interface HeaderConverter {
  encode(topic: string, headers: readonly Header[]): Promise<readonly HeaderBytes[]>
  decode(topic: string, headers: readonly HeaderBytes[]): Promise<readonly Header[]>
}

export type HeaderConverterFactory = (props: Props) => HeaderConverter
