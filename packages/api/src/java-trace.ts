// An error as Java prints one, the way user interfaces take apart the `trace` of a status: class and message with its hint,
// frames that begin with a tab and end in a bracket, then the causes.
import { adviceOf, ConfigError, ConnectError, DataError, redact, RetriableError } from './errors.js'

const CONNECT = 'org.apache.kafka.connect.errors'
const MOST_FRAMES = 12

/** Secrets removed. */
export function javaTrace(error: unknown): string {
  return redact(partOf(error, true))
}

function partOf(error: unknown, isFirst: boolean): string {
  if (!(error instanceof Error)) return `${CONNECT}.ConnectException: ${String(error)}`
  const own = [`${classOf(error, isFirst)}: ${messageOf(error, isFirst)}`, ...framesOf(error)].join('\n')
  return error.cause === undefined ? own : `${own}\nCaused by: ${partOf(error.cause, false)}`
}

/** Readers look for an exception's class in the first line; causes keep the name they have. */
function classOf(error: Error, isFirst: boolean): string {
  if (error instanceof RetriableError) return `${CONNECT}.RetriableException`
  if (error instanceof DataError) return `${CONNECT}.DataException`
  if (error instanceof ConfigError) return 'org.apache.kafka.common.config.ConfigException'
  return error instanceof ConnectError || isFirst ? `${CONNECT}.ConnectException` : error.name
}

/** What is no error of ours and has a name of its own is not to lose it. */
function messageOf(error: Error, isFirst: boolean): string {
  const isNamed = isFirst && !(error instanceof ConnectError) && error.name !== 'Error'
  return isNamed ? `${error.name}: ${error.message}` : adviceOf(error)
}

function framesOf(error: Error): readonly string[] {
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !line.includes('node:'))
  return lines.slice(0, MOST_FRAMES).map(frameOf)
}

/** `fn (file:line)`, without the folders of the machine. */
function frameOf(line: string): string {
  const [, name, place = ''] = /^\s+at (?:(?:async )?(.*?) \()?(.*?)\)?$/.exec(line) ?? []
  const [, file = 'unknown', number = '0'] = /([^/\\]+?):(\d+):\d+$/.exec(place) ?? []
  return `\tat ${name === undefined || name === '' ? 'rowbridge' : name}(${file}:${number})`
}
