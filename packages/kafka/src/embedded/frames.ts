// Messages over a socket: a length, a head as JSON, a body as it is.
import type { Socket } from 'node:net'

export interface Frame<Head> {
  readonly head: Head
  readonly body: Buffer
}

/** No honest message is larger. */
const MAX_FRAME = 256 << 20
const LENGTHS = 8

export function writeFrame(socket: Socket, head: unknown, body: readonly Buffer[] = []): void {
  const text = Buffer.from(JSON.stringify(head))
  const lengths = Buffer.allocUnsafe(LENGTHS)
  lengths.writeUInt32BE(text.length, 0)
  lengths.writeUInt32BE(
    body.reduce((sum, part) => sum + part.length, 0),
    4,
  )
  socket.cork()
  socket.write(lengths)
  socket.write(text)
  for (const part of body) socket.write(part)
  socket.uncork()
}

/** Calls back with each whole message; a peer that sends anything else is cut off. */
export function readFrames<Head>(socket: Socket, each: (frame: Frame<Head>) => void): void {
  let chunks: Buffer[] = []
  let size = 0
  let wanted = LENGTHS
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    if (size < wanted) return
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks)
    for (;;) {
      wanted = frameSize(bytes)
      if (wanted > MAX_FRAME) return void socket.destroy()
      if (bytes.length < wanted) break
      const frame = parsed<Head>(bytes.subarray(0, wanted))
      if (frame === null) return void socket.destroy()
      bytes = bytes.subarray(wanted)
      each(frame)
    }
    chunks = bytes.length === 0 ? [] : [bytes]
    size = bytes.length
  })
}

function frameSize(bytes: Buffer): number {
  return bytes.length < LENGTHS ? LENGTHS : LENGTHS + bytes.readUInt32BE(0) + bytes.readUInt32BE(4)
}

function parsed<Head>(frame: Buffer): Frame<Head> | null {
  const headEnd = LENGTHS + frame.readUInt32BE(0)
  try {
    return { head: JSON.parse(frame.toString('utf8', LENGTHS, headEnd)) as Head, body: frame.subarray(headEnd) }
  } catch {
    return null
  }
}
