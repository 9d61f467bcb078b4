// Driver errors become ours here, by what the dialect says of them. The original is the cause; secrets are taken out.
import { ConnectError, DataError, RetriableError, StateError, redact } from '@rowbridge/api'

/** What a dialect knows about an error of its driver. */
export interface Verdict {
  readonly kind: 'retriable' | 'data' | 'state'
  /** Our code, kebab-case. */
  readonly code: string
  readonly hint?: string
  /** Row of the statement, from 0, where the server tells. */
  readonly index?: number
  /** What the server tells of a record that it refuses: `sqlstate`, `column`, `constraint`, `table`. */
  readonly facts?: Facts
  /** Whether the connection is of no more use. */
  readonly isFatal?: boolean
}

export type Facts = Readonly<Record<string, string>>

export type Classify = (error: unknown) => Verdict | null

/** Properties in which is said where an error struck: at which row of `executeEach`, and how many rows were before the statement's. */
export interface RowFailure {
  rowIndex?: number
  rowsBefore?: number
}

/** Our error for a driver's. `what` says what was done, and where: `orders: insert`. */
export function failureOf(error: unknown, classify: Classify, what: string): ConnectError {
  if (error instanceof ConnectError) return error
  const verdict = classify(error)
  const message = `${what}: ${redact(messageOf(error))}`
  if (verdict === null) return new StateError('database-error', message, { cause: error })
  const details = { cause: error, ...(verdict.hint === undefined ? {} : { hint: verdict.hint }) }
  switch (verdict.kind) {
    case 'retriable':
      return new RetriableError(verdict.code, message, details)
    case 'state':
      return new StateError(verdict.code, message, details)
    case 'data': {
      const index = rowOf(error as RowFailure, verdict)
      const { facts } = verdict
      return new DataError(verdict.code, message, {
        ...details,
        ...(index === undefined ? {} : { index }),
        ...(facts === undefined ? {} : { facts }),
      })
    }
  }
}

function rowOf({ rowIndex, rowsBefore = 0 }: RowFailure, { index }: Verdict): number | undefined {
  // A statement for each row: the row that the server counts is always its first.
  const inStatement = rowIndex ?? index
  return inStatement === undefined ? undefined : inStatement + rowsBefore
}

/** The facts that there are, under names for the headers of a dead letter. */
export function factsOf(told: Readonly<Record<string, unknown>>): Facts {
  const entries = Object.entries(told).flatMap(([name, value]) => {
    const text = typeof value === 'number' ? String(value) : value
    return typeof text === 'string' && text !== '' ? [[name, text] as const] : []
  })
  return Object.fromEntries(entries)
}

/** The driver's own words: the server's message where it is kept apart from the statement. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  if (!(error instanceof Error)) return String(error)
  const told = (error as { sqlMessage?: unknown }).sqlMessage
  return typeof told === 'string' && told !== '' ? told : error.message
}

/** The driver's code (`ER_DUP_ENTRY`, `23505`, `ECONNRESET`, …), '' where there is none. */
export function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

const LOST = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'ENETDOWN', 'ENETRESET', 'EAI_AGAIN'])
const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'])

/** What the network's own codes mean, for every dialect. */
export function classifyNetwork(error: unknown): Verdict | null {
  const code = codeOf(error)
  if (LOST.has(code)) return { kind: 'retriable', code: 'connection-lost', isFatal: true }
  if (UNREACHABLE.has(code)) {
    return {
      kind: 'state',
      code: 'database-unreachable',
      isFatal: true,
      hint: 'Check host and port in connection.url.',
    }
  }
  return null
}
