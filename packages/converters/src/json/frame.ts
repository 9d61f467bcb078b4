// What stands around the payload of a message: `{"schema":…,"payload":` and `}`, or the other way round. Messages of one
// producer share it byte for byte, so it is read once and afterwards only recognised.

export interface Frame {
  /** Bytes before the payload. */
  readonly head: Buffer
  /** Bytes after it. */
  readonly tail: Buffer
  readonly schemaText: string
}

interface Member {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** The frame of a message that is an object of exactly the members `schema` and `payload`; else null. */
export function frameOf(bytes: Buffer, start: number, end: number): Frame | null {
  const members = membersOf(bytes, start, end)
  const schema = members?.find((member) => member.name === 'schema')
  const payload = members?.find((member) => member.name === 'payload')
  if (members?.length !== 2 || schema === undefined || payload === undefined) return null
  return {
    head: Buffer.from(bytes.subarray(start, payload.start)),
    tail: Buffer.from(bytes.subarray(payload.end, end)),
    schemaText: bytes.toString('utf8', schema.start, schema.end),
  }
}

/** Whether the message begins and ends as the frame does. What is between is the payload if it parses. */
export function isFramed(frame: Frame, bytes: Buffer, start: number, end: number): boolean {
  const { head, tail } = frame
  if (end - start <= head.length + tail.length) return false
  if (bytes.compare(head, 0, head.length, start, start + head.length) !== 0) return false
  if (tail.length === 1) return bytes[end - 1] === tail[0]
  return bytes.compare(tail, 0, tail.length, end - tail.length, end) === 0
}

/** The members of an object, as far as their places can be told; null for anything else. Says nothing on validity. */
function membersOf(bytes: Buffer, start: number, end: number): Member[] | null {
  let at = skipSpace(bytes, start, end)
  if (bytes[at] !== 123) return null
  const members: Member[] = []
  do {
    const nameAt = skipSpace(bytes, at + 1, end)
    const nameEnd = skipValue(bytes, nameAt, end)
    const colon = skipSpace(bytes, nameEnd, end)
    if (bytes[nameAt] !== 34 || bytes[colon] !== 58) return null
    const valueAt = skipSpace(bytes, colon + 1, end)
    const valueEnd = skipValue(bytes, valueAt, end)
    members.push({ name: bytes.toString('utf8', nameAt + 1, nameEnd - 1), start: valueAt, end: valueEnd })
    at = skipSpace(bytes, valueEnd, end)
  } while (bytes[at] === 44 && members.length < 3)
  return bytes[at] === 125 && skipSpace(bytes, at + 1, end) === end ? members : null
}

function skipSpace(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && (bytes[at] === 32 || bytes[at] === 10 || bytes[at] === 13 || bytes[at] === 9)) at += 1
  return at
}

/** The end of a value: of a string its closing quote, of an object or array its own bracket, else the next delimiter. */
function skipValue(bytes: Buffer, start: number, end: number): number {
  let depth = 0
  let at = start
  while (at < end) {
    const byte = bytes[at]
    if (byte === 34) {
      at = skipString(bytes, at, end)
      if (depth === 0) return at
      continue
    }
    if (byte === 123 || byte === 91) depth += 1
    else if (byte === 125 || byte === 93) {
      if (depth <= 1) return depth === 0 ? at : at + 1
      depth -= 1
    } else if (depth === 0 && (byte === 44 || byte === 32 || byte === 10 || byte === 13 || byte === 9)) return at
    at += 1
  }
  return end
}

function skipString(bytes: Buffer, start: number, end: number): number {
  let at = start + 1
  while (at < end && bytes[at] !== 34) at += bytes[at] === 92 ? 2 : 1
  return Math.min(at + 1, end)
}
