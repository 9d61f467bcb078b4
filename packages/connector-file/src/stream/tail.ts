// A file that grows, read from a place on. It may not exist yet; it may be cut short, or another file may take its name.
import { open, stat, type FileHandle } from 'node:fs/promises'
import { ConnectError, type Log } from '@rowbridge/api'

const CHUNK = 65_536

export class Tail {
  readonly #path: string
  readonly #log: Log
  #handle: FileHandle | null = null
  #position: number
  #isMissingTold = false

  constructor(path: string, position: number, log: Log) {
    this.#path = path
    this.#position = position
    this.#log = log
  }

  /** The next bytes; null when there are none now; 'again' when reading starts over at the first byte of what is there now. */
  async read(): Promise<Buffer | 'again' | null> {
    const opened = this.#handle === null ? await this.#open() : 'open'
    if (opened !== 'open') return opened
    const handle = this.#handle
    if (handle === null) return null
    const buffer = Buffer.allocUnsafe(CHUNK)
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, this.#position)
    if (bytesRead === 0) return (await this.#isOther(handle)) ? this.#again() : null
    this.#position += bytesRead
    return buffer.subarray(0, bytesRead)
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = null
    await handle?.close()
  }

  async #open(): Promise<'open' | 'again' | null> {
    try {
      this.#handle = await open(this.#path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(this.#path, error)
      if (!this.#isMissingTold) this.#log.warn(`${this.#path} does not exist; waiting for it.`)
      this.#isMissingTold = true
      return null
    }
    const found = await this.#handle.stat()
    if (found.isDirectory()) throw unreadable(this.#path, new Error('It is a folder'))
    return found.size < this.#position ? this.#again() : 'open'
  }

  /** Whether the file is shorter than what was read of it, or is no longer the one of this name. */
  async #isOther(handle: FileHandle): Promise<boolean> {
    if ((await handle.stat()).size < this.#position) return true
    const now = await stat(this.#path, { bigint: true }).catch(() => null)
    if (now === null) return false
    const own = await handle.stat({ bigint: true })
    if (now.ino === own.ino && now.dev === own.dev) return false
    // A last line may have been written between the read and the look.
    return Number(own.size) === this.#position
  }

  async #again(): Promise<'again'> {
    this.#log.warn(`${this.#path} is another file, or was cut short; it is read from its beginning.`)
    await this.close()
    this.#position = 0
    return 'again'
  }
}

function unreadable(path: string, cause: unknown): ConnectError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ConnectError('file-not-readable', `${path} cannot be read: ${reason}`, {
    cause,
    hint: 'Give the user of the worker the right to read it, or correct the path.',
  })
}
