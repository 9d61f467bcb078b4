// Byte strings of many records laid in one buffer: what encoders return, what a record batch is written from and read into.
// No object per record stands between a row and the wire.

/** `starts[i]` is -1 where item i is null; else the item is `bytes[starts[i] … ends[i])`. */
export interface ByteColumn {
  readonly length: number
  readonly bytes: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** A column that copies single byte strings together. */
export function byteColumn(items: readonly (Uint8Array | null)[]): ByteColumn {
  let size = 0
  for (const item of items) size += item?.length ?? 0
  const bytes = new Uint8Array(size)
  const starts = new Int32Array(items.length)
  const ends = new Int32Array(items.length)
  let at = 0
  items.forEach((item, i) => {
    starts[i] = item === null ? -1 : at
    if (item !== null) bytes.set(item, at)
    at += item?.length ?? 0
    ends[i] = at
  })
  return { length: items.length, bytes, starts, ends }
}

/** Item i as a view on the column's buffer, or null. */
export function bytesAt(column: ByteColumn, i: number): Uint8Array | null {
  const start = column.starts[i]
  const end = column.ends[i]
  if (start === undefined || end === undefined) throw new RangeError(`No item ${i} in a column of ${column.length}`)
  return start < 0 ? null : column.bytes.subarray(start, end)
}

/** Item i read as UTF-8, or null. */
export function textAt(column: ByteColumn, i: number): string | null {
  const bytes = bytesAt(column, i)
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}

/** Items `from … to` on the same buffer. */
export function sliceColumn(column: ByteColumn, from: number, to: number): ByteColumn {
  return {
    length: to - from,
    bytes: column.bytes,
    starts: column.starts.subarray(from, to),
    ends: column.ends.subarray(from, to),
  }
}
