// /connector-plugins: what can be configured, with which keys, and whether a configuration is right.
import { ConnectError, type Plugin } from '@rowbridge/api'
import type { Herder } from '@rowbridge/runtime'
import { readProps, withoutNulls } from './bodies.js'
import { errorAnswer, HttpError } from './errors.js'
import { param, type Answer, type Call, type Route } from './route.js'
import { configInfosJson, definitionJson } from './shapes.js'

const ORDER: Readonly<Record<Plugin['type'], number>> = {
  sink: 0,
  source: 1,
  transformation: 2,
  predicate: 3,
  converter: 4,
  header_converter: 5,
}

/** What may be left away at the end of the last part of a name. */
const ENDINGS: Readonly<Record<Plugin['type'], string>> = {
  sink: 'Connector',
  source: 'Connector',
  transformation: 'Transformation',
  predicate: 'Predicate',
  converter: 'Converter',
  header_converter: 'HeaderConverter',
}

export function connectorPluginRoutes(herder: Herder): readonly Route[] {
  return [
    { method: 'GET', path: '/connector-plugins', handle: (call) => Promise.resolve(list(herder, call)) },
    { method: 'GET', path: '/connector-plugins/:plugin/config', handle: (call) => definitions(herder, call) },
    {
      method: 'PUT',
      path: '/connector-plugins/:plugin/config/validate',
      takesJson: true,
      handle: (call) => validate(herder, call),
    },
  ]
}

function list(herder: Herder, call: Call): Answer {
  const connectorsOnly = call.query.get('connectorsOnly')?.toLowerCase() !== 'false'
  const plugins = herder
    .plugins()
    .filter((plugin) => !connectorsOnly || isConnector(plugin))
    .toSorted((a, b) => ORDER[a.type] - ORDER[b.type] || (a.className < b.className ? -1 : 1))
  const listed = plugins.map(({ className, type, version }) =>
    version === '' ? { class: className, type } : { class: className, type, version },
  )
  return { status: 200, json: listed }
}

function isConnector({ type }: Plugin): boolean {
  return type === 'source' || type === 'sink'
}

/** The plugin's own keys, then the framework's that it does not declare itself. */
async function definitions(herder: Herder, call: Call): Promise<Answer> {
  const name = param(call, 'plugin')
  const plugin = herder.plugins().find((candidate) => isCalled(candidate, name))
  if (plugin === undefined) throw new HttpError(404, `Unknown plugin ${name}.`)
  const own = plugin.config.validate({})
  if (!isConnector(plugin)) return { status: 200, json: own.map(definitionJson) }
  const { configs } = await herder.validate(plugin.className, { 'connector.class': plugin.className })
  const further = configs.filter((value) => !(value.name in plugin.config.keys))
  return { status: 200, json: [...own, ...further].map(definitionJson) }
}

async function validate(herder: Herder, call: Call): Promise<Answer> {
  const config = withoutNulls(readProps(call.body))
  try {
    return { status: 200, json: configInfosJson(await herder.validate(param(call, 'plugin'), config)) }
  } catch (error) {
    throw wrapped(error)
  }
}

/** Without a usable class this endpoint answers with status 500 and puts the name of an exception before the text. */
function wrapped(error: unknown): unknown {
  if (!(error instanceof ConnectError)) return error
  const exception = {
    'no-connector-class': 'org.apache.kafka.connect.runtime.rest.errors.BadRequestException',
    'unknown-plugin': 'org.apache.kafka.connect.errors.ConnectException',
  }[error.code]
  if (exception === undefined) return error
  return new HttpError(500, `${exception}: ${errorAnswer(error, { connector: '' }).message}`, { cause: error })
}

/** Plugins go by their full names, by the last part of them, and by that without its ending. */
function isCalled(plugin: Plugin, name: string): boolean {
  return [plugin.className, ...(plugin.otherNames ?? [])].some((full) => {
    const simple = full.slice(full.lastIndexOf('.') + 1)
    return name === full || name === simple || name === prunedOf(simple, ENDINGS[plugin.type])
  })
}

function prunedOf(simple: string, ending: string): string {
  return simple.endsWith(ending) ? simple.slice(0, -ending.length) : simple
}
