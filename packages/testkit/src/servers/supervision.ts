// A server process that ends with us: started, killed and restarted through a supervisor that outlives our own death.
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { waitFor } from './wait-for.js'

/** What the supervisor is told; plain data. */
export interface Supervision {
  readonly command: string
  readonly args: readonly string[]
  /** Working folder of the server, removed at the end. */
  readonly folder: string
  readonly logFile: string
  readonly stopSignal: NodeJS.Signals
  /** How long it may take to end by the signal; 5,000 ms without it. */
  readonly graceMs?: number
  /** The user it runs as; our own without it. */
  readonly identity?: { readonly uid: number; readonly gid: number }
}

const READY_MS = 60_000

export class SupervisedServer implements AsyncDisposable {
  readonly #plan: Supervision
  readonly #isReady: () => Promise<unknown>
  readonly #supervisor: ChildProcessByStdio<Writable, Readable, null>
  /** How the server ended; null while it runs. */
  #exit: string | null = 'not started'

  private constructor(plan: Supervision, isReady: () => Promise<unknown>) {
    this.#plan = plan
    this.#isReady = isReady
    this.#supervisor = spawn(process.execPath, [supervisorFile(), JSON.stringify(plan)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    })
    this.#supervisor.stdin.on('error', () => {})
    createInterface({ input: this.#supervisor.stdout }).on('line', (line) => this.#heard(line))
    // The supervisor must not keep an otherwise finished process alive.
    this.#supervisor.unref()
    for (const stream of [this.#supervisor.stdin, this.#supervisor.stdout]) {
      ;(stream as Partial<{ unref(): void }>).unref?.()
    }
  }

  /** Resolves when `isReady` no longer throws; rejects with the end of the server's log when it ends before that. */
  static async start(plan: Supervision, isReady: () => Promise<unknown>): Promise<SupervisedServer> {
    const server = new SupervisedServer(plan, isReady)
    try {
      await server.restart()
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }

  async kill(): Promise<void> {
    this.#supervisor.stdin.write('kill\n')
    await waitFor('the server to be gone', () => this.#exit !== null, { everyMs: 5 })
  }

  async restart(): Promise<void> {
    this.#exit = null
    this.#supervisor.stdin.write('start\n')
    const failed = new AbortController()
    await waitFor(
      `${this.#plan.command} to be ready`,
      async () => {
        if (this.#exit !== null) failed.abort(new Error(`${this.#plan.command} ended: ${this.#exit}\n${this.#log()}`))
        failed.signal.throwIfAborted()
        await this.#isReady()
        return true
      },
      { timeoutMs: READY_MS, signal: failed.signal },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#supervisor.exitCode !== null) return
    const gone = once(this.#supervisor, 'exit')
    this.#supervisor.ref()
    this.#supervisor.stdin.end()
    await gone
  }

  #heard(line: string): void {
    if (line.startsWith('exited ')) this.#exit = line.slice('exited '.length)
  }

  #log(): string {
    if (!existsSync(this.#plan.logFile)) return ''
    return readFileSync(this.#plan.logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
  }
}

/** The supervisor runs without a TypeScript loader: always the compiled file, also when this one is run from its source. */
function supervisorFile(): string {
  const file = fileURLToPath(new URL('../../dist/servers/supervisor.js', import.meta.url))
  if (!existsSync(file)) throw new Error('The test servers need a built workspace: run "npm run build" first.')
  return file
}
