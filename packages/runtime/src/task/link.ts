// The task's end of the port: what a pipeline tells its worker and asks of it.
import { describeError, redact, StateError, type Json, type Log, type OffsetReader } from '@rowbridge/api'
import type { State } from '../herder.js'
import type { FromTask, LogLevel, OffsetEntry, TaskPort, ToTask } from './protocol.js'

export interface WorkerLink {
  readonly log: Log
  readonly offsets: OffsetReader
  /** Resolves when the worker's store holds the offsets. */
  writeOffsets(offsets: readonly OffsetEntry[]): Promise<void>
  status(state: State, trace?: string): void
  /** What keeps the running task from its work; null: nothing any more. */
  troubled(problem: string | null): void
  metrics(metrics: Readonly<Record<string, number>>): void
  /** Told once per topic, and again after a reset. */
  usedTopic(topic: string): void
  /** Says that nothing more will come, and closes the port. */
  end(): void
}

export interface LinkEvents {
  pause(): void
  resume(): void
  stop(): void
  cancel(): void
}

type Answer = Extract<ToTask, { readonly type: 'offsets' | 'written' }>

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** Questions to the worker that wait for its answer. */
class Questions {
  readonly #post: (message: FromTask) => void
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #refusal: StateError | null = null

  constructor(post: (message: FromTask) => void) {
    this.#post = post
  }

  ask(message: (id: number) => FromTask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#refusal !== null) return reject(this.#refusal)
      this.#lastId += 1
      this.#waiting.set(this.#lastId, { resolve, reject })
      this.#post(message(this.#lastId))
    })
  }

  answered(answer: Answer): void {
    this.#waiting.get(answer.id)?.resolve(answer)
    this.#waiting.delete(answer.id)
  }

  /** Nobody answers any more. */
  refuse(error: StateError): void {
    this.#refusal = error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

export function linkToWorker(port: TaskPort, id: string, events: LinkEvents): WorkerLink {
  const topics = new Set<string>()
  let isOpen = true
  const post = (message: FromTask) => {
    if (isOpen) port.postMessage(message)
  }
  const questions = new Questions(post)
  const close = () => {
    isOpen = false
    questions.refuse(new StateError('task-cancelled', `Task ${id} was cancelled`))
  }
  port.on('message', (message: ToTask) => {
    if (message.type === 'offsets' || message.type === 'written') return questions.answered(message)
    if (message.type === 'forget-topics') return topics.clear()
    if (message.type === 'cancel') close()
    events[message.type]()
  })
  port.on('close', () => {
    if (!isOpen) return
    close()
    events.cancel()
  })
  return {
    log: portLog(post),
    offsets: {
      read: async (partitions) => readAnswer(await questions.ask((id) => ({ type: 'read', id, partitions }))),
    },
    writeOffsets: async (offsets) => {
      const answer = await questions.ask((id) => ({ type: 'write', id, offsets }))
      if (answer.type === 'written' && answer.problem !== null) {
        throw new StateError('offsets-not-written', answer.problem)
      }
    },
    status: (state, trace) => post({ type: 'status', state, trace: trace ?? null }),
    troubled: (problem) => post({ type: 'trouble', problem }),
    metrics: (metrics) => post({ type: 'metrics', metrics }),
    usedTopic: (topic) => {
      if (!topics.has(topic)) post({ type: 'topic', topic })
      topics.add(topic)
    },
    end: () => {
      post({ type: 'ended' })
      close()
      port.close()
    },
  }
}

function readAnswer(answer: Answer): readonly (Json | null)[] {
  if (answer.problem !== null) throw new StateError('offsets-not-read', answer.problem)
  return answer.type === 'offsets' ? answer.offsets : []
}

function portLog(post: (message: FromTask) => void): Log {
  const at = (level: LogLevel) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
    post({ type: 'log', level, message: redact(message), fields: plainFields(fields ?? {}) })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** What a port can carry; errors as text with their causes. */
function plainFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plainField(value)]))
}

function plainField(value: unknown): unknown {
  if (value instanceof Error) return redact(describeError(value))
  if (typeof value === 'string') return redact(value)
  if (value === null || ['number', 'boolean', 'bigint', 'undefined'].includes(typeof value)) return value
  try {
    return structuredClone(value)
  } catch {
    return 'a value that cannot be told'
  }
}
