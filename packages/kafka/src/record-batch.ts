// Writes record batches of Kafka's format 2 straight from byte columns into one buffer, ready for a Produce request or a log file.
// Offset, producer and sequence are stamped afterwards, in place.
import type { ByteColumn } from '@rowbridge/api'
import { CODECS, compress, type Codec } from './compression.js'
import { crc32c } from './crc32c.js'
import type { ProduceBatch, RecordHeader } from './port.js'

/** Where the fields of a batch stand. */
export const AT = {
  baseOffset: 0,
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  records: 61,
} as const

/** Which records of a batch: all of `from … to`, or those that `rows[from … to)` names. */
export interface RecordRange {
  readonly batch: ProduceBatch
  readonly rows: Int32Array | null
  readonly from: number
  readonly to: number
}

export interface WriteOptions {
  readonly codec: Codec
  /** Timestamp of records without one, in milliseconds. */
  readonly now: number
}

/** A whole record batch: base offset 0, no producer. */
export function writeRecordBatch(range: RecordRange, options: WriteOptions): Buffer {
  const count = range.to - range.from
  if (count < 1) throw new RangeError('A record batch holds at least one record')
  const times = timesOf(range, options.now)
  const plain = Buffer.allocUnsafe(AT.records + recordsBound(range))
  const end = writeRecords(plain, range, times)
  const whole = options.codec === 'none' ? plain.subarray(0, end) : compressed(plain.subarray(AT.records, end), options)
  whole.writeBigInt64BE(0n, AT.baseOffset)
  whole.writeInt32BE(whole.length - AT.leaderEpoch, AT.length)
  whole.writeInt32BE(-1, AT.leaderEpoch)
  whole.writeInt8(2, AT.magic)
  whole.writeInt16BE(CODECS.indexOf(options.codec), AT.attributes)
  whole.writeInt32BE(count - 1, AT.lastOffsetDelta)
  whole.writeBigInt64BE(BigInt(times.base), AT.baseTimestamp)
  whole.writeBigInt64BE(BigInt(times.max), AT.maxTimestamp)
  whole.writeInt32BE(count, AT.count)
  stampProducer(whole, { id: -1n, epoch: -1, sequence: -1 })
  return whole
}

export interface ProducerStamp {
  readonly id: bigint
  readonly epoch: number
  readonly sequence: number
}

/** Sets who wrote the batch and renews its checksum. */
export function stampProducer(batch: Buffer, stamp: ProducerStamp): void {
  batch.writeBigInt64BE(stamp.id, AT.producerId)
  batch.writeInt16BE(stamp.epoch, AT.producerEpoch)
  batch.writeInt32BE(stamp.sequence, AT.baseSequence)
  batch.writeUInt32BE(crc32c(batch.subarray(AT.attributes)), AT.crc)
}

/** Sets the offset of the first record; the checksum does not cover it. */
export function stampOffset(batch: Buffer, baseOffset: number): void {
  batch.writeBigInt64BE(BigInt(baseOffset), AT.baseOffset)
}

/** At most this many bytes will record i take before compression. */
export function recordBound(batch: ProduceBatch, i: number): number {
  const headers = batch.headers?.[i]
  const bare = RECORD_OVERHEAD + sizeAt(batch.keys, i) + sizeAt(batch.values, i)
  return headers === undefined ? bare : bare + headersBound(headers)
}

/** Five varints of five bytes, one of ten, the attributes. */
const RECORD_OVERHEAD = 36

interface Times {
  readonly of: readonly (number | null)[] | null
  readonly now: number
  readonly base: number
  readonly max: number
}

function timesOf({ batch, rows, from, to }: RecordRange, now: number): Times {
  if (batch.timestamps === null) return { of: null, now, base: now, max: now }
  const base = batch.timestamps[rows?.[from] ?? from] ?? now
  let max = base
  for (let n = from; n < to; n++) {
    const time = batch.timestamps[rows?.[n] ?? n] ?? now
    if (time > max) max = time
  }
  return { of: batch.timestamps, now, base, max }
}

function recordsBound({ batch, rows, from, to }: RecordRange): number {
  let size = 0
  for (let n = from; n < to; n++) size += recordBound(batch, rows?.[n] ?? n)
  return size
}

function headersBound(headers: readonly RecordHeader[]): number {
  let size = 0
  for (const header of headers) size += 10 + Buffer.byteLength(header.key) + (header.value?.length ?? 0)
  return size
}

function sizeAt(column: ByteColumn | null, i: number): number {
  return column === null || (column.starts[i] ?? -1) < 0 ? 0 : (column.ends[i] ?? 0) - (column.starts[i] ?? 0)
}

function writeRecords(out: Buffer, { batch, rows, from, to }: RecordRange, times: Times): number {
  const { keys, values, headers } = batch
  let at: number = AT.records
  for (let n = from; n < to; n++) {
    const i = rows === null ? n : (rows[n] ?? 0)
    const time = (times.of === null ? times.now : (times.of[i] ?? times.now)) - times.base
    const own = headers?.[i] ?? NO_HEADERS
    const length =
      1 + varintSize(time) + varintSize(n - from) + fieldSize(keys, i) + fieldSize(values, i) + headersSize(own)
    at = writeVarint(out, at, length)
    out[at++] = 0
    at = writeVarint(out, at, time)
    at = writeVarint(out, at, n - from)
    at = writeField(out, at, keys, i)
    at = writeField(out, at, values, i)
    if (own.length === 0) out[at++] = 0
    else at = writeHeaders(out, at, own)
  }
  return at
}

const NO_HEADERS: readonly RecordHeader[] = []

function fieldSize(column: ByteColumn | null, i: number): number {
  if (column === null || (column.starts[i] ?? -1) < 0) return 1
  const size = (column.ends[i] ?? 0) - (column.starts[i] ?? 0)
  return varintSize(size) + size
}

function writeField(out: Buffer, at: number, column: ByteColumn | null, i: number): number {
  const start = column?.starts[i] ?? -1
  if (column === null || start < 0) return writeVarint(out, at, -1)
  const end = column.ends[i] ?? start
  const to = writeVarint(out, at, end - start)
  out.set(column.bytes.subarray(start, end), to)
  return to + end - start
}

function headersSize(headers: readonly RecordHeader[]): number {
  if (headers.length === 0) return 1
  let size = varintSize(headers.length)
  for (const header of headers) {
    const key = Buffer.byteLength(header.key)
    size += varintSize(key) + key
    size += header.value === null ? 1 : varintSize(header.value.length) + header.value.length
  }
  return size
}

function writeHeaders(out: Buffer, start: number, headers: readonly RecordHeader[]): number {
  let at = writeVarint(out, start, headers.length)
  for (const header of headers) {
    at = writeVarint(out, at, Buffer.byteLength(header.key))
    at += out.write(header.key, at)
    at = writeVarint(out, at, header.value?.length ?? -1)
    if (header.value !== null) out.set(header.value, at)
    at += header.value?.length ?? 0
  }
  return at
}

/** Bytes of a zigzag varint; any safe integer. */
function varintSize(value: number): number {
  let zigzag = value >= 0 ? value * 2 : value * -2 - 1
  let size = 1
  for (; zigzag >= 128; zigzag = Math.floor(zigzag / 128)) size++
  return size
}

function writeVarint(out: Buffer, start: number, value: number): number {
  let zigzag = value >= 0 ? value * 2 : value * -2 - 1
  let at = start
  for (; zigzag >= 0x80000000; zigzag = Math.floor(zigzag / 128)) out[at++] = (zigzag % 128) | 128
  for (; zigzag >= 128; zigzag >>>= 7) out[at++] = (zigzag & 127) | 128
  out[at++] = zigzag
  return at
}

function compressed(records: Buffer, { codec }: WriteOptions): Buffer {
  const small = compress(codec, records)
  const whole = Buffer.allocUnsafe(AT.records + small.length)
  small.copy(whole, AT.records)
  return whole
}
