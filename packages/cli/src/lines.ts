// Lines of a stream as bytes, handed out as they come: nothing waits for more input than it needs.

const NEWLINE = 10
const RETURN = 13

/** The whole lines that each chunk completes; the last one needs no newline, unless the stream is destroyed. */
export async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[]> {
  let rest: Buffer[] = []
  try {
    for await (const chunk of input) {
      const last = chunk.lastIndexOf(NEWLINE)
      if (last >= 0) {
        yield split(Buffer.concat([...rest, chunk.subarray(0, last)]))
        rest = []
      }
      if (last + 1 < chunk.length) rest.push(chunk.subarray(last + 1))
    }
  } catch (error) {
    if (!isDestroyed(error)) throw error
    return
  }
  if (rest.length > 0) yield [withoutReturn(Buffer.concat(rest))]
}

function split(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(withoutReturn(bytes.subarray(start, end)))
    start = end + 1
  }
  lines.push(withoutReturn(bytes.subarray(start)))
  return lines
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === RETURN ? line.subarray(0, -1) : line
}

function isDestroyed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}
