// Three workers in processes of their own, which can be killed, frozen and restarted, each at its own address.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Props } from '@rowbridge/api'
import { freePort } from '@rowbridge/testkit'
import { callerOf, type Call } from './cluster.js'

const PROGRAM = fileURLToPath(new URL('../dist/cluster/worker-child.js', import.meta.url))

export class ChildWorker implements AsyncDisposable {
  readonly url: string
  readonly call: Call
  readonly #props: Props
  readonly #traceFile: string
  #child: ChildProcess | null = null
  #output = ''

  private constructor(url: string, props: Props, traceFile: string) {
    this.url = url
    this.call = callerOf(url)
    this.#props = props
    this.#traceFile = traceFile
  }

  static async start(props: (url: string) => Props, traceFile: string): Promise<ChildWorker> {
    const url = `http://127.0.0.1:${await freePort()}`
    const worker = new ChildWorker(url, props(url), traceFile)
    worker.start()
    return worker
  }

  get output(): string {
    return this.#output
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  start(): void {
    const args = [PROGRAM, JSON.stringify(this.#props), this.#traceFile]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (this.#output += String(chunk)))
    this.#child = child
  }

  /** Ends the process at once, or by its own will; resolves when it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
  }
}
