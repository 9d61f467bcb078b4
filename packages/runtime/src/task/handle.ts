// The worker's end of a task's port: it knows the task's state, serves its offsets and stops it.
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { describeError, type Json, type Log } from '@rowbridge/api'
import { settlesWithin, type Clock } from '../clock.js'
import type { State } from '../herder.js'
import type { FromTask, OffsetEntry, TaskSpec, ToTask } from './protocol.js'

/** Starts the task at the other end of the port: in this thread or in another. */
export type RunTask = (port: MessagePort, spec: TaskSpec) => void

export interface TaskEvents {
  status(state: State, trace: string | null): void
  /** What keeps the running task from its work; null: nothing any more. */
  troubled(problem: string | null): void
  /** It came to its end by itself, and without a failure. */
  finished(): void
  usedTopic(topic: string): void
  readOffsets(partitions: readonly Json[]): Promise<readonly (Json | null)[]>
  writeOffsets(offsets: readonly OffsetEntry[]): Promise<void>
}

/** What a task that is given up may take to close its clients. */
const ABANDONED_MS = 1000

export class TaskHandle {
  readonly spec: TaskSpec
  readonly #port: MessagePort
  readonly #events: TaskEvents
  readonly #log: Log
  readonly #ended: Promise<void>
  #end: () => void = () => undefined
  #isEnded = false
  #isHeard = true
  #isToldToStop = false
  #state: State = 'UNASSIGNED'
  #metrics: Readonly<Record<string, number>> = {}
  readonly #startedAt = performance.now()
  #since = this.#startedAt
  /** Milliseconds by state. */
  readonly #spent = { RUNNING: 0, PAUSED: 0 }

  private constructor(spec: TaskSpec, port: MessagePort, events: TaskEvents, log: Log) {
    this.spec = spec
    this.#port = port
    this.#events = events
    this.#log = log
    this.#ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  static start(spec: TaskSpec, run: RunTask, events: TaskEvents, log: Log): TaskHandle {
    const { port1, port2 } = new MessageChannel()
    const handle = new TaskHandle(spec, port1, events, log)
    port1.on('message', (message: FromTask) => handle.#receive(message))
    port1.on('close', () => handle.#finish())
    run(port2, spec)
    return handle
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  get state(): State {
    return this.#state
  }

  /** What the task told last, and the shares of its time in which it ran or was paused. */
  get metrics(): Readonly<Record<string, number>> {
    this.#countTime()
    const whole = Math.max(1, performance.now() - this.#startedAt)
    const ratios = { 'running-ratio': this.#spent.RUNNING / whole, 'pause-ratio': this.#spent.PAUSED / whole }
    return { ...this.#metrics, ...ratios }
  }

  #countTime(): void {
    const now = performance.now()
    if (this.#state === 'RUNNING' || this.#state === 'PAUSED') this.#spent[this.#state] += now - this.#since
    this.#since = now
  }

  pause(): void {
    this.#post({ type: 'pause' })
  }

  resume(): void {
    this.#post({ type: 'resume' })
  }

  forgetTopics(): void {
    this.#post({ type: 'forget-topics' })
  }

  /** Asks for a drain; resolves when the task has ended. */
  stop(): Promise<void> {
    this.#isToldToStop = true
    this.#post({ type: 'stop' })
    return this.#ended
  }

  /** Gives the task up: whatever it tells from here on is not heard. Resolves when it has closed its port, or soon. */
  async abandon(clock: Clock): Promise<void> {
    if (this.#isEnded) return
    this.#isToldToStop = true
    this.#post({ type: 'cancel' })
    this.#isHeard = false
    if (this.#state !== 'FAILED') this.#tellState('UNASSIGNED', null)
    await settlesWithin(this.#ended, ABANDONED_MS, clock)
    this.#finish()
  }

  #post(message: ToTask): void {
    if (!this.#isEnded) this.#port.postMessage(message)
  }

  #finish(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#port.close()
    if (this.#isHeard && this.#state !== 'FAILED') this.#tellState('UNASSIGNED', null)
    this.#end()
    if (!this.#isToldToStop && this.#state !== 'FAILED') this.#events.finished()
  }

  #tellState(state: State, trace: string | null): void {
    this.#countTime()
    this.#state = state
    this.#events.status(state, trace)
  }

  #receive(message: FromTask): void {
    if (!this.#isHeard) return
    switch (message.type) {
      case 'status':
        this.#tellState(message.state, message.trace)
        break
      case 'trouble':
        this.#events.troubled(message.problem)
        break
      case 'metrics':
        this.#metrics = message.metrics
        break
      case 'topic':
        this.#events.usedTopic(message.topic)
        break
      case 'read':
        void this.#read(message.id, message.partitions)
        break
      case 'write':
        void this.#write(message.id, message.offsets)
        break
      case 'log':
        this.#log[message.level](message.message, message.fields)
        break
      case 'ended':
        this.#finish()
        break
    }
  }

  async #read(id: number, partitions: readonly Json[]): Promise<void> {
    try {
      this.#post({ type: 'offsets', id, offsets: await this.#events.readOffsets(partitions), problem: null })
    } catch (error) {
      this.#post({ type: 'offsets', id, offsets: [], problem: describeError(error) })
    }
  }

  async #write(id: number, offsets: readonly OffsetEntry[]): Promise<void> {
    let problem: string | null = null
    try {
      await this.#events.writeOffsets(offsets)
    } catch (error) {
      problem = describeError(error)
    }
    this.#post({ type: 'written', id, problem })
  }
}
