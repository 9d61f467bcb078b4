// The errors all parts throw. The class steers the loop, the code tells the reader, the hint says what to do.
import { withoutSecrets } from './secrets.js'

export interface ErrorDetails {
  readonly cause?: unknown
  /** One sentence: what the user can do. */
  readonly hint?: string
}

/** The root of our errors; thrown itself only where none of the four below fits. */
export class ConnectError extends Error {
  readonly code: string
  readonly hint: string | null

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = code
    this.hint = details.hint ?? null
  }
}

/** It may work the next time: connection lost, deadlock, timeout. The same work is tried again, with backoff. */
export class RetriableError extends ConnectError {}

export interface DataErrorDetails extends ErrorDetails {
  readonly index?: number
  /** What else helps to mend the record, by name: `sqlstate`, `column`. A dead letter carries it in its headers. */
  readonly facts?: Readonly<Record<string, string>>
}

/** One record cannot be processed; the others can. `index` is its place in the batch that was given, where known. */
export class DataError extends ConnectError {
  readonly index: number | null
  readonly facts: Readonly<Record<string, string>> | null

  constructor(code: string, message: string, details: DataErrorDetails = {}) {
    super(code, message, details)
    this.index = details.index ?? null
    this.facts = details.facts ?? null
  }
}

/** What of an error is told otherwise; what is not named stays, a null index goes. */
export interface Retelling {
  readonly message?: string
  readonly index?: number | null
  readonly cause?: unknown
  /** Further ones. */
  readonly facts?: Readonly<Record<string, string>>
}

/** The same error, told by whoever knows more of where it struck. */
export function retold(error: DataError, by: Retelling): DataError {
  const { message = error.message, index = error.index } = by
  const facts = { ...error.facts, ...by.facts }
  return new DataError(error.code, message, {
    cause: 'cause' in by ? by.cause : error.cause,
    ...(error.hint === null ? {} : { hint: error.hint }),
    ...(index === null ? {} : { index }),
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
  })
}

/** What is wrong with one key of a configuration. */
export interface ConfigProblem {
  readonly key: string
  readonly message: string
}

/** A configuration cannot be used; `problems` says which keys and why. */
export class ConfigError extends ConnectError {
  readonly problems: readonly ConfigProblem[]

  constructor(code: string, problems: readonly ConfigProblem[], details: ErrorDetails = {}) {
    super(code, problems.map((problem) => problem.message).join('\n'), details)
    this.problems = problems
  }
}

/** Not now, or not here: a connector that does not exist, a folder in use, a worker that stops. */
export class StateError extends ConnectError {}

/** At most 80 characters of a value, for messages. */
export function shown(value: unknown): string {
  const text =
    typeof value === 'string' ? JSON.stringify(value) : typeof value === 'bigint' ? `${value}` : inspect(value)
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`
}

function inspect(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (value instanceof Uint8Array) return `0x${Buffer.from(value.subarray(0, 40)).toString('hex')}`
  return (
    JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part)) ?? String(value)
  )
}

/** The message with its hint, as sentences. */
export function adviceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (!(error instanceof ConnectError) || error.hint === null) return error.message
  const end = /[.:!?]$/.test(error.message) ? '' : '.'
  return `${error.message}${end} ${error.hint}`
}

/** The message with its hint and the chain of causes, for logs and for `trace`. A cause that tells nothing more is left out. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const told = adviceOf(error)
  const cause = newCause(error, told)
  return `${error.name}: ${told}${cause === undefined ? '' : `\nCaused by: ${describeError(cause)}`}`
}

function newCause(error: Error, told: string): unknown {
  let { cause } = error
  while (cause instanceof Error && told.includes(adviceOf(cause))) cause = cause.cause
  return cause
}

const SECRET_IN_URL = /((?:password|passwd|pwd|secret|token)[^=&;]*=)[^&;,)\s]*/gi
const USER_IN_URL = /(\/\/[^/@:\s]+:)[^/@\s]+(@)/g

/** A URL or message with known secrets and the values of password-like parameters replaced. */
export function redact(text: string): string {
  return withoutSecrets(text).replace(SECRET_IN_URL, '$1****').replace(USER_IN_URL, '$1****$2')
}
