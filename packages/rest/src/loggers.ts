// /admin/loggers: which log lines are told, by the names of loggers.
import type { Json } from '@rowbridge/api'
import { isLogLevelName, type Herder, type LoggerLevel, type LogLevels } from '@rowbridge/runtime'
import { readLevel } from './bodies.js'
import { HttpError } from './errors.js'
import { param, type Answer, type Call, type Route } from './route.js'

export function loggerRoutes(herder: Herder, levels: LogLevels): readonly Route[] {
  const path = '/admin/loggers'
  return [
    { method: 'GET', path, handle: () => Promise.resolve(all(levels)) },
    { method: 'GET', path: `${path}/:logger`, handle: (call) => one(levels, param(call, 'logger')) },
    { method: 'PUT', path: `${path}/:logger`, takesJson: true, handle: (call) => set(herder, levels, call) },
  ]
}

function all(levels: LogLevels): Answer {
  return { status: 200, json: Object.fromEntries(levels.all().map(([name, level]) => [name, levelJson(level)])) }
}

function one(levels: LogLevels, name: string): Promise<Answer> {
  const level = levels.find(name)
  return level === null
    ? Promise.reject(new HttpError(404, `Logger ${name} not found.`))
    : Promise.resolve({ status: 200, json: levelJson(level) })
}

/** A scope nobody knows means this worker. */
async function set(herder: Herder, levels: LogLevels, call: Call): Promise<Answer> {
  const text = readLevel(call.body)
  if (text === null) throw new HttpError(400, "Desired 'level' parameter was not specified in request.")
  const level = text.toUpperCase()
  if (!isLogLevelName(level)) throw new HttpError(404, `invalid log level '${text}'.`)
  const logger = param(call, 'logger')
  if (call.query.get('scope')?.toLowerCase() === 'cluster') {
    await herder.setLogLevel(logger, level)
    return { status: 204 }
  }
  return { status: 200, json: levels.set(logger, level, Date.now()) }
}

function levelJson({ level, lastModified }: LoggerLevel): Json {
  return { level, last_modified: lastModified }
}
