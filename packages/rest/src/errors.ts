// The one place where errors become HTTP answers: status and text as clients of Kafka Connect know them.
import { ConfigError, ConnectError, redact, type ErrorDetails } from '@rowbridge/api'

/** An error whose status and text are decided where it is thrown. */
export class HttpError extends ConnectError {
  readonly status: number

  constructor(status: number, message: string, details: ErrorDetails = {}) {
    super(`http-${status}`, message, details)
    this.status = status
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
}

/** An answer without more to say than its status, such as `HTTP 404 Not Found`. */
export function bareError(status: number): HttpError {
  return new HttpError(status, `HTTP ${status} ${REASONS[status] ?? 'Error'}`)
}

/** What a route says when the connector or task in its path does not exist; the words differ from route to route. */
export interface Missing {
  readonly connector: string
  readonly task?: string
}

export interface ErrorAnswer {
  readonly status: number
  readonly message: string
}

export function errorAnswer(error: unknown, missing: Missing): ErrorAnswer {
  if (error instanceof HttpError) return { status: error.status, message: error.message }
  if (error instanceof ConfigError) return { status: 400, message: redact(error.message) }
  if (!(error instanceof ConnectError)) return { status: statusOf(error), message: redact(messageOf(error)) }
  switch (error.code) {
    case 'unknown-connector':
      return { status: 404, message: missing.connector }
    case 'unknown-task':
      return { status: 404, message: missing.task ?? error.message }
    case 'unknown-plugin':
      return { status: 500, message: withHint(error) }
    case 'worker-stopping':
      return { status: 500, message: 'Worker is shutting down' }
    case 'unsigned-request':
    case 'unknown-signature':
      return { status: 400, message: error.message }
    case 'wrong-signature':
      return { status: 403, message: error.message }
    case 'no-session-key':
      return { status: 503, message: error.message }
    case 'rebalance-pending':
    case 'no-leader':
    case 'not-stopped':
    case 'bad-offsets':
      return { status: 400, message: withHint(error) }
    case 'topic-tracking-off':
      return { status: 403, message: error.message }
    case 'connector-exists':
      return { status: 409, message: error.message }
    default:
      return { status: 500, message: redact(withHint(error)) }
  }
}

function withHint({ message, hint }: ConnectError): string {
  return hint === null ? message : `${message} ${hint}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Errors of the HTTP server itself (a body too large, a bad escape in the path) carry their status. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500
  return typeof status === 'number' && status >= 400 ? status : 500
}
