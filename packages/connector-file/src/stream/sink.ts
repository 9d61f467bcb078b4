// Appends each record to a file, or to standard output, as one line. What a put was given is with the operating system when
// it resolves, before any offset is committed.
import { open, type FileHandle } from 'node:fs/promises'
import { ConnectError, StateError, type Connector, type Props, type SinkBatch, type SinkTask } from '@rowbridge/api'
import { fileStreamSinkConfig } from './config.js'
import { compileJavaText } from './java-text.js'

export class FileStreamSinkConnector implements Connector {
  #props: Props | null = null

  start(props: Props): Promise<void> {
    fileStreamSinkConfig.parse(props)
    this.#props = props
    return Promise.resolve()
  }

  /** All tasks append to the one file; a put is one write, so that their lines do not mix. */
  taskConfigs(maxTasks: number): Promise<readonly Props[]> {
    const props = this.#props
    if (props === null) throw new StateError('not-started', 'The connector is not started.')
    return Promise.resolve(Array.from({ length: maxTasks }, () => props))
  }

  stop(): Promise<void> {
    this.#props = null
    return Promise.resolve()
  }

  /** Lines that are written stay, whatever the offsets. */
  alterOffsets(): Promise<boolean> {
    return Promise.resolve(true)
  }
}

export class FileStreamSinkTask implements SinkTask {
  #file: string | null = null
  #handle: FileHandle | null = null

  async start(props: Props): Promise<void> {
    this.#file = fileStreamSinkConfig.parse(props).file
    if (this.#file === null) return
    try {
      this.#handle = await open(this.#file, 'a')
    } catch (error) {
      throw unwritable(this.#file, error)
    }
  }

  async put(batches: readonly SinkBatch[]): Promise<void> {
    const lines = batches.flatMap(({ value }) => value.values.map(compileJavaText(value.schema)))
    if (lines.length === 0) return
    const text = `${lines.join('\n')}\n`
    if (this.#handle === null) return writeOut(text)
    try {
      await this.#handle.appendFile(text)
    } catch (error) {
      throw unwritable(this.#file ?? '', error)
    }
  }

  async stop(): Promise<void> {
    const handle = this.#handle
    this.#handle = null
    await handle?.close()
  }
}

function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error) reject(unwritable('Standard output', error))
      else resolve()
    })
  })
}

function unwritable(name: string, cause: unknown): ConnectError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ConnectError('file-not-writable', `${name} cannot be written: ${reason}`, {
    cause,
    hint: 'Make room on the disk, give the user of the worker the right to write it, or correct the path.',
  })
}
