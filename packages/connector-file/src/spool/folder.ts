// The files of a folder that are to be read, in order: those that did not change for a while and belong to this task.
import type { Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ConnectError } from '@rowbridge/api'
import type { SpoolConfig } from './config.js'
import { patternOf } from './file-pattern.js'

export interface InputFile {
  readonly name: string
  readonly path: string
  readonly stats: Stats
}

type Compare = (a: InputFile, b: InputFile) => number

const ORDERS: Readonly<Record<string, Compare>> = {
  Name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  Length: (a, b) => a.stats.size - b.stats.size,
  LastModified: (a, b) => a.stats.mtimeMs - b.stats.mtimeMs,
}

export class Folder {
  readonly #config: SpoolConfig
  readonly #now: () => number
  #waiting: InputFile[] = []
  /** Files whose change lies in the future, by the clock here: since when they are seen unchanged. */
  #seen = new Map<string, { readonly mark: string; readonly since: number }>()
  /** Files that stay in the folder and are done with. */
  readonly #done = new Map<string, string>()
  /** Whether the last look left files out because they may still grow. */
  isExpecting = false

  constructor(config: SpoolConfig, now: () => number = Date.now) {
    this.#config = config
    this.#now = now
  }

  /** The next file; null where there is none now. */
  async next(): Promise<InputFile | null> {
    if (this.#waiting.length === 0) await this.#look()
    return this.#waiting.shift() ?? null
  }

  /** Not again, unless it changes. */
  leave(name: string, stats: Stats): void {
    this.#done.set(name, markOf(stats))
  }

  /** Whether a file did not change for long enough. */
  isQuiet(name: string, stats: Stats): boolean {
    const now = this.#now()
    const least = Math.max(this.#config['file.minimum.age.ms'], this.#config['empty.poll.wait.ms'])
    if (stats.mtimeMs <= now) return now - stats.mtimeMs >= least
    const mark = markOf(stats)
    const seen = this.#seen.get(name)
    if (seen?.mark === mark) return now - seen.since >= least
    this.#seen.set(name, { mark, since: now })
    return false
  }

  async #look(): Promise<void> {
    const found: InputFile[] = []
    this.isExpecting = false
    for (const name of await this.#names()) {
      const path = join(this.#config['input.path'], name)
      const stats = await stat(path).catch(() => null)
      if (stats === null || !stats.isFile() || this.#done.get(name) === markOf(stats)) continue
      if (this.isQuiet(name, stats)) found.push({ name, path, stats })
      else this.isExpecting = true
    }
    this.#seen = new Map([...this.#seen].filter(([name]) => !found.some((file) => file.name === name)))
    this.#waiting = found.toSorted(orderOf(this.#config['files.sort.attributes']))
  }

  async #names(): Promise<readonly string[]> {
    const folder = this.#config['input.path']
    const { pattern } = patternOf(this.#config['input.file.pattern'])
    const mark = this.#config['processing.file.extension']
    const [index, count] = [this.#config['task.index'], this.#config['task.count']]
    try {
      return (await readdir(folder)).filter(
        (name) =>
          pattern?.test(name) === true && (mark === '' || !name.endsWith(mark)) && shareOf(name, count) === index,
      )
    } catch (error) {
      throw new ConnectError('file-not-readable', `${folder} cannot be read: ${(error as Error).message}`, {
        cause: error,
        hint: 'Make the folder, and give the user of the worker the right to read and write in it.',
      })
    }
  }
}

function markOf({ size, ctimeMs }: Stats): string {
  return `${size} ${ctimeMs}`
}

function orderOf(attributes: readonly string[]): Compare {
  const orders = [...attributes, 'NameAsc'].map((attribute): Compare => {
    const order = ORDERS[attribute.replace(/(?:Asc|Desc)$/, '')] ?? (() => 0)
    return attribute.endsWith('Desc') ? (a, b) => order(b, a) : order
  })
  return (a, b) => orders.reduce((sum, order) => (sum === 0 ? order(a, b) : sum), 0)
}

/** The same for a name on every worker. */
function shareOf(name: string, count: number): number {
  let hash = 0
  for (const letter of name) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) | 0
  return Math.abs(hash % count)
}
