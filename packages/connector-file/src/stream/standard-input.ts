// Bytes of standard input as they come, without waiting for them.
import type { Readable } from 'node:stream'

export class StandardInput {
  readonly #stream: Readable
  #isOpen = false

  constructor(stream: Readable) {
    this.#stream = stream
  }

  /** What has come since the last time; null when nothing has. */
  read(): Promise<Buffer | null> {
    if (!this.#isOpen) {
      this.#isOpen = true
      // Without a listener nothing is fetched from the pipe.
      this.#stream.on('readable', ignore)
    }
    const chunk = this.#stream.read() as Buffer | string | null
    return Promise.resolve(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  }

  /** The stream stays as it is: it belongs to the process. */
  close(): Promise<void> {
    this.#stream.off('readable', ignore)
    return Promise.resolve()
  }
}

function ignore(): void {}
