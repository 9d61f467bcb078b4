// The offsets file of a standalone worker, byte for byte as Kafka Connect writes it, so that either can take over from
// the other. Rewritten whole and atomically; a file that cannot be read is an error, never an empty store.
import { access, constants, open, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { parseJson, StateError, stringifyJson, type Json } from '@rowbridge/api'
import { decodeJavaMap, encodeJavaMap } from './java-map.js'
import type { LogRecord, RecordLog } from './record-log.js'

export function offsetsFile(path: string): RecordLog {
  return new OffsetsFile(resolve(path))
}

class OffsetsFile implements RecordLog {
  readonly #path: string
  /** Raw bytes by raw key as latin1, so that entries of others survive unchanged. */
  #entries = new Map<string, Uint8Array | null>()
  #tell: (key: string, value: Json | null) => void = () => undefined
  #lastWrite: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  async follow(each: (key: string, value: Json | null) => void): Promise<void> {
    this.#tell = each
    await checkFolder(this.#path)
    this.#entries = await readEntries(this.#path)
    for (const [key, value] of this.#entries) {
      each(Buffer.from(key, 'latin1').toString('utf8'), value === null ? null : this.#parse(key, value))
    }
  }

  #parse(key: string, value: Uint8Array): Json {
    try {
      return parseJson(Buffer.from(value).toString('utf8'))
    } catch (cause) {
      throw corrupt(this.#path, `the value of ${Buffer.from(key, 'latin1').toString('utf8')} is not JSON`, cause)
    }
  }

  append(records: readonly LogRecord[]): Promise<void> {
    const write = this.#lastWrite.then(() => this.#write(records))
    this.#lastWrite = write.catch(() => undefined)
    return write
  }

  async #write(records: readonly LogRecord[]): Promise<void> {
    const entries = new Map(this.#entries)
    for (const [key, value] of records) {
      const raw = Buffer.from(key, 'utf8').toString('latin1')
      if (value === null) entries.delete(raw)
      else entries.set(raw, Buffer.from(stringifyJson(value), 'utf8'))
    }
    const list = [...entries].map(([key, value]) => [Buffer.from(key, 'latin1'), value] as const)
    await replaceFile(this.#path, encodeJavaMap(list))
    this.#entries = entries
    for (const [key, value] of records) this.#tell(key, value)
  }

  readToEnd(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return this.#lastWrite
  }
}

/** Told at the start rather than when the first offsets are lost. */
async function checkFolder(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK)
  } catch (cause) {
    const why = isMissing(cause) ? 'its folder does not exist' : 'its folder may not be written to'
    throw new StateError('offsets-file-unwritable', `The offsets file ${path} cannot be written: ${why}`, {
      cause,
      hint: 'Make the folder, or set offset.storage.file.filename to a path in one that can be written to.',
    })
  }
}

async function readEntries(path: string): Promise<Map<string, Uint8Array | null>> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    if (isMissing(error)) return new Map()
    throw new StateError('offsets-file-unreadable', `The offsets file ${path} cannot be read`, { cause: error })
  }
  try {
    return new Map(decodeJavaMap(bytes).map(([key, value]) => [Buffer.from(key).toString('latin1'), value]))
  } catch (cause) {
    throw corrupt(path, bytes.length === 0 ? 'it is empty' : 'it is cut off or damaged', cause)
  }
}

function corrupt(path: string, what: string, cause: unknown): StateError {
  return new StateError('corrupt-offsets-file', `The offsets file ${path} cannot be used: ${what}`, {
    cause,
    hint: 'Restore it from a copy; or remove it to let every source start from its beginning again.',
  })
}

/** The file holds the old bytes or the new ones, whatever happens in between. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${process.pid}.new`)
  try {
    await writeDurably(temporary, bytes)
    await rename(temporary, path)
    await syncFolder(folder)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new StateError('offsets-file-unwritable', `The offsets file ${path} cannot be written`, { cause })
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the rename durable; Windows has no such thing for folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
