// Messages without data, for `trim.sensitive.log`: where, which code, what it means, and the SQLSTATE; no value and no words of a server.
import { ConnectError, DataError, ERROR_CODES, retold, RetriableError, StateError, type Log } from '@rowbridge/api'

const PLACE = /\S+-\d+@\d+/g

/** The same kind of error without anything that may be data. */
export function trimmed(error: unknown): unknown {
  if (!(error instanceof ConnectError)) return new ConnectError('put-failed', textOf(error))
  const message = textOf(error)
  const details = error.hint === null ? {} : { hint: error.hint }
  // The facts name columns and codes, and no values.
  if (error instanceof DataError) return retold(error, { message, cause: undefined })
  if (error instanceof RetriableError) return new RetriableError(error.code, message, details)
  if (error instanceof StateError) return new StateError(error.code, message, details)
  // What is wrong with a configuration holds no data.
  return error.constructor === ConnectError ? new ConnectError(error.code, message, details) : error
}

function textOf(error: unknown): string {
  if (!(error instanceof ConnectError)) return `A ${error instanceof Error ? error.name : typeof error} was thrown.`
  const places = [...new Set(error.message.match(PLACE) ?? [])].join(' to ')
  const meaning = ERROR_CODES[error.code] ?? error.code
  const state = stateOf(error)
  return `${places === '' ? '' : `${places}: `}${meaning}${state === '' ? '' : ` (${state})`}`
}

/** SQLSTATE and number, wherever in the chain of causes the driver's error is. */
function stateOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { sqlState, errno, code } = at as { sqlState?: unknown; errno?: unknown; code?: unknown }
    if (typeof sqlState === 'string') return `SQLSTATE ${sqlState}, error ${String(errno)}`
    if (!(at instanceof ConnectError) && typeof code === 'string') return code
  }
  return ''
}

function cut(message: string): string {
  return message.replace(/(?:DataError|RetriableError|StateError|ConnectError|Error): [^]*$/, '[trimmed]')
}

/** A log whose warnings about failures are told by their first line up to the error, which may show data. */
export function trimmedLog(log: Log): Log {
  return {
    debug: (message, fields) => log.debug(cut(message), fields),
    info: (message, fields) => log.info(cut(message), fields),
    warn: (message, fields) => log.warn(cut(message), fields),
    error: (message, fields) => log.error(cut(message), fields),
  }
}
