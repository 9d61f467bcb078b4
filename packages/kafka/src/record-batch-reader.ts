// Reads record batches of Kafka's format 2 in place: keys and values become columns on the fetched (or decompressed) buffer.
// What is torn or damaged is an error that says where, never a shorter answer.
import { StateError, type ByteColumn } from '@rowbridge/api'
import { CODECS, decompress, type Codec } from './compression.js'
import { crc32c } from './crc32c.js'
import type { RecordHeader } from './port.js'
import { AT } from './record-batch.js'

export interface BatchHeader {
  /** Bytes of the whole batch. */
  readonly size: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly count: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly codec: Codec
  /** The timestamps are the broker's, which is the batch's `maxTimestamp` for each record. */
  readonly isLogAppendTime: boolean
  /** A transaction marker: its offset counts, its record is not data. */
  readonly isControl: boolean
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly baseSequence: number
}

export interface Records {
  readonly length: number
  readonly offsets: number[]
  readonly timestamps: number[]
  readonly keys: ByteColumn
  readonly values: ByteColumn
  readonly headers: (readonly RecordHeader[])[] | null
}

/** The header of the batch that starts at `at`, or null when less than the whole batch is there. `where` is for errors. */
export function readBatchHeader(bytes: Buffer, at: number, where: string): BatchHeader | null {
  if (bytes.length - at < AT.magic + 1) return null
  const size = bytes.readInt32BE(at + AT.length) + AT.leaderEpoch
  const magic = bytes.readInt8(at + AT.magic)
  const baseOffset = Number(bytes.readBigInt64BE(at + AT.baseOffset))
  if (magic === 0 || magic === 1) throw oldFormat(magic, where, baseOffset)
  if (magic !== 2 || size < AT.records || baseOffset < 0) {
    throw corrupt(where, `no record batch begins here (format ${magic}, ${size} bytes, offset ${baseOffset})`)
  }
  if (bytes.length - at < size) return null
  const attributes = bytes.readInt16BE(at + AT.attributes)
  const codec = CODECS[attributes & 7]
  if (codec === undefined) throw corrupt(`${where}@${baseOffset}`, `unknown compression ${attributes & 7}`)
  return {
    size,
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(at + AT.lastOffsetDelta),
    count: bytes.readInt32BE(at + AT.count),
    baseTimestamp: Number(bytes.readBigInt64BE(at + AT.baseTimestamp)),
    maxTimestamp: Number(bytes.readBigInt64BE(at + AT.maxTimestamp)),
    codec,
    isLogAppendTime: (attributes & 8) !== 0,
    isControl: (attributes & 32) !== 0,
    producerId: bytes.readBigInt64BE(at + AT.producerId),
    producerEpoch: bytes.readInt16BE(at + AT.producerEpoch),
    baseSequence: bytes.readInt32BE(at + AT.baseSequence),
  }
}

export interface ReadOptions {
  /** Records before this offset are left out. */
  readonly from: number
  readonly where: string
  /** False: the caller has checked the sum already. */
  readonly checksum?: boolean
}

/** The records of the batch at `at`, whose header is known. Of a control batch: none. */
export function readRecords(bytes: Buffer, at: number, header: BatchHeader, options: ReadOptions): Records {
  const where = `${options.where}@${header.baseOffset}`
  if (options.checksum !== false && !isIntact(bytes, at, header)) {
    throw corrupt(where, `the checksum of a record batch of ${header.size} bytes does not match`)
  }
  const records = new RecordColumns()
  if (header.isControl) return records.finish(bytes)
  const plain = plainRecords(bytes.subarray(at, at + header.size), header.codec, where)
  const walk = new RecordWalk(plain, header, where)
  for (let n = 0; n < header.count; n++) walk.next(records, options.from)
  return records.finish(plain)
}

/** Whether the checksum matches. */
function isIntact(bytes: Buffer, at: number, header: BatchHeader): boolean {
  return crc32c(bytes.subarray(at + AT.attributes, at + header.size)) === bytes.readUInt32BE(at + AT.crc)
}

function plainRecords(batch: Buffer, codec: Codec, where: string): Buffer {
  try {
    return decompress(codec, batch.subarray(AT.records))
  } catch (cause) {
    if (cause instanceof StateError) throw new StateError(cause.code, `${where}: ${cause.message}`, hintOf(cause))
    throw corrupt(where, `the ${codec} data of a record batch cannot be read`, cause)
  }
}

function hintOf(error: StateError) {
  return error.hint === null ? { cause: error } : { cause: error, hint: error.hint }
}

/** The columns while they grow. */
class RecordColumns {
  readonly offsets: number[] = []
  readonly timestamps: number[] = []
  readonly keys = new Spans()
  readonly values = new Spans()
  headers: (readonly RecordHeader[])[] | null = null

  finish(bytes: Buffer): Records {
    const { offsets, timestamps, headers } = this
    if (headers !== null) while (headers.length < offsets.length) headers.push(NO_HEADERS)
    const [keys, values] = [this.keys.column(bytes), this.values.column(bytes)]
    return { length: offsets.length, offsets, timestamps, keys, values, headers }
  }
}

class Spans {
  readonly starts: number[] = []
  readonly ends: number[] = []

  column(bytes: Buffer): ByteColumn {
    return { length: this.starts.length, bytes, starts: Int32Array.from(this.starts), ends: Int32Array.from(this.ends) }
  }
}

const NO_HEADERS: readonly RecordHeader[] = []

/** Steps from record to record over the plain bytes of one batch. */
class RecordWalk {
  readonly #bytes: Buffer
  readonly #header: BatchHeader
  readonly #where: string
  #at = 0

  constructor(bytes: Buffer, header: BatchHeader, where: string) {
    this.#bytes = bytes
    this.#header = header
    this.#where = where
  }

  next(into: RecordColumns, from: number): void {
    const header = this.#header
    const length = this.#varint()
    const end = this.#at + length
    if (length < 1 || end > this.#bytes.length) throw this.#torn()
    this.#at++
    const time = header.baseTimestamp + this.#varint()
    const offset = header.baseOffset + this.#varint()
    if (offset < from) {
      this.#at = end
      return
    }
    into.offsets.push(offset)
    into.timestamps.push(header.isLogAppendTime ? header.maxTimestamp : time)
    this.#span(into.keys)
    this.#span(into.values)
    const headers = this.#varint()
    if (headers > 0) this.#headers(into, headers)
    if (headers < 0 || this.#at !== end) throw this.#torn()
  }

  #span(into: Spans): void {
    const length = this.#varint()
    const start = this.#at
    if (length < -1 || start + length > this.#bytes.length) throw this.#torn()
    into.starts.push(length < 0 ? -1 : start)
    if (length > 0) this.#at += length
    into.ends.push(this.#at)
  }

  #headers(into: RecordColumns, count: number): void {
    const all = (into.headers ??= [])
    while (all.length < into.offsets.length - 1) all.push(NO_HEADERS)
    const own: RecordHeader[] = []
    for (let n = 0; n < count; n++) own.push({ key: this.#piece()?.toString() ?? '', value: this.#piece() })
    all.push(own)
  }

  #piece(): Buffer | null {
    const length = this.#varint()
    const start = this.#at
    if (length < -1 || start + length > this.#bytes.length) throw this.#torn()
    if (length < 0) return null
    this.#at += length
    return this.#bytes.subarray(start, this.#at)
  }

  #varint(): number {
    const bytes = this.#bytes
    let zigzag = 0
    let scale = 1
    for (let n = 0; n < 10; n++) {
      const byte = bytes[this.#at++]
      if (byte === undefined) throw this.#torn()
      zigzag += (byte & 127) * scale
      if (byte < 128) return zigzag % 2 === 0 ? zigzag / 2 : (zigzag + 1) / -2
      scale *= 128
    }
    throw this.#torn()
  }

  #torn(): StateError {
    return corrupt(this.#where, `a record ends early at byte ${this.#at} of ${this.#bytes.length}`)
  }
}

function corrupt(where: string, message: string, cause?: unknown): StateError {
  return new StateError('corrupt-batch', `${where}: ${message}`, {
    ...(cause === undefined ? {} : { cause }),
    hint: 'The data is damaged where it is stored or on its way; read on from a later offset if it cannot be restored.',
  })
}

function oldFormat(magic: number, where: string, offset: number): StateError {
  return new StateError('old-record-format', `${where}@${offset}: records in the old message format ${magic}`, {
    hint: 'Brokers before 0.11 wrote them; copy the topic once with a current producer.',
  })
}
