// The compressions a record batch can carry. lz4 and gzip both ways; zstd where this Node has it; snappy is read only.
import * as zlib from 'node:zlib'
import { ConfigError, StateError } from '@rowbridge/api'
import lz4 from 'lz4-napi'
import { snappyDecompress } from './snappy.js'

/** In the order of their numbers in a batch's attributes. */
export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type Codec = (typeof CODECS)[number]

/** Past level 1 gzip costs more than twice the time for 7 % less. */
const GZIP_LEVEL = 1

type Zstd = (bytes: Uint8Array) => Buffer
const { zstdCompressSync, zstdDecompressSync } = zlib as unknown as {
  readonly zstdCompressSync?: Zstd
  readonly zstdDecompressSync?: Zstd
}

/** The codec a producer's `compression.type` names; one that cannot be written here is a ConfigError. */
export function codecOf(name: string): Codec {
  const codec = CODECS.find((candidate) => candidate === name.toLowerCase())
  const writable = CODECS.filter((candidate) => candidate !== 'snappy' && (candidate !== 'zstd' || zstdCompressSync))
  if (codec !== undefined && writable.includes(codec)) return codec
  const message = `compression.type: ${name} cannot be written${codec === 'zstd' ? ` by Node ${process.versions.node}` : ''}`
  throw new ConfigError('unknown-compression', [{ key: 'compression.type', message }], {
    hint: `Use one of: ${writable.join(', ')}.`,
  })
}

export function compress(codec: Codec, bytes: Buffer): Buffer {
  switch (codec) {
    case 'none':
      return bytes
    case 'gzip':
      return zlib.gzipSync(bytes, { level: GZIP_LEVEL })
    case 'lz4':
      return lz4.compressFrameSync(bytes)
    case 'zstd':
      return zstdOr(zstdCompressSync)(bytes)
    case 'snappy':
      throw new StateError('unknown-compression', 'snappy can be read but not written', { hint: 'Use lz4.' })
  }
}

export function decompress(codec: Codec, bytes: Buffer): Buffer {
  switch (codec) {
    case 'none':
      return bytes
    case 'gzip':
      return zlib.gunzipSync(bytes)
    case 'lz4':
      return lz4.decompressFrameSync(bytes)
    case 'zstd':
      return zstdOr(zstdDecompressSync)(bytes)
    case 'snappy':
      return snappyDecompress(bytes)
  }
}

function zstdOr(zstd: Zstd | undefined): Zstd {
  if (zstd !== undefined) return zstd
  throw new StateError('unknown-compression', `Node ${process.versions.node} has no zstd`, {
    hint: 'Run on Node 22.15 or newer, or let the producers and the topic use lz4.',
  })
}

/** The codec of a number in a batch's attributes. */
export function codecAt(number: number): Codec {
  const codec = CODECS[number]
  if (codec === undefined) throw new StateError('unknown-compression', `There is no compression ${number}`)
  return codec
}
