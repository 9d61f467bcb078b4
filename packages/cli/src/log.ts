// The worker's log: readable lines, or JSON lines for machines. Passwords never get into either.
import { describeError, redact, type Log, type LogFields } from '@rowbridge/api'
import { ROOT_LOGGER, type LogLevelName, type LogLevels } from '@rowbridge/runtime'
import { pino, stdTimeFunctions } from 'pino'
import { prettyLine } from './log-pretty.js'
import type { StatusLine } from './status-line.js'

export const LOG_FORMATS = ['pretty', 'json'] as const
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogOptions {
  readonly format: LogFormat
  /** What is told at all; may change at any time. */
  readonly levels: LogLevels
  readonly colors: boolean
  /** Where lines go, above its status if there is one. */
  readonly out: Pick<StatusLine, 'print'>
}

const SECRET_KEY = /password|passwd|secret|token|credential|jaas/i

const ROOT_LEVELS: Readonly<Record<LogLevel, LogLevelName>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
}

/** The level of the root logger, by the word of the command line. */
export function rootLevelOf(level: LogLevel): LogLevelName {
  return ROOT_LEVELS[level]
}

export function createLog({ format, levels, colors, out }: LogOptions): Log {
  const write =
    format === 'json' ? (line: string) => out.print(line) : (line: string) => out.print(prettyLine(line, colors))
  const logger = pino(
    {
      level: 'debug',
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  )
  const at = (name: LogLevel) => (message: string, fields?: LogFields) => {
    const source = fields?.['logger']
    if (!levels.isTold(typeof source === 'string' ? source : ROOT_LOGGER, name)) return
    logger[name](fields === undefined ? {} : cleaned(fields), redact(message))
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Errors told in full (hint and causes), secrets removed, bigint as text. */
function cleaned(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, cleanedValue(key, value)]))
}

function cleanedValue(key: string, value: unknown): unknown {
  if (SECRET_KEY.test(key)) return '****'
  if (value instanceof Error) return redact(describeError(value))
  if (typeof value === 'string') return redact(value)
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map((item) => cleanedValue('', item))
  if (typeof value === 'object' && value !== null) return cleaned({ ...value })
  return value
}
