// The HTTP API of a worker: opens its listeners, each with the routes that belong there, and closes them.
import { StateError, type Log, type Props } from '@rowbridge/api'
import { listenersOf, LogLevels, restConfig, serverTls, type Herder, type Listener } from '@rowbridge/runtime'
import type { FastifyInstance } from 'fastify'
import { adminRoutes } from './admin.js'
import { gateOf } from './basic-auth.js'
import { connectorPartRoutes } from './connector-parts.js'
import { connectorPluginRoutes } from './connector-plugins.js'
import { connectorRoutes } from './connectors.js'
import { corsOf } from './cors.js'
import { headerRules } from './header-rules.js'
import { internalRoutes } from './internal.js'
import { httpServer, type HttpOptions } from './http.js'
import { loggerRoutes } from './loggers.js'
import { metricRoutes, type MetricSource } from './metrics.js'
import { requestLog } from './request-log.js'
import type { Route } from './route.js'

export interface RestOptions {
  readonly herder: Herder
  /** Properties of the worker, of which those of the REST API are taken: `listeners`, `access.control.allow.origin`, … */
  readonly props: Props
  readonly log: Log
  /** The levels that `/admin/loggers` shows and sets. */
  readonly logLevels?: LogLevels
  /** What `/metrics` tells beside the herder's answers; without it there is no `/metrics`. */
  readonly metrics?: MetricSource
  /** False while connectors named at start are still to be made; `/health` says `starting` until then. */
  readonly isReady?: () => boolean
}

export interface RestServer {
  /** Where clients on this machine reach it, one per listener; those of `/admin` alone come last. */
  readonly urls: readonly string[]
  /** Takes no further requests and waits for the open ones, though not for long. */
  close(): Promise<void>
}

/** Requests that are still open after this time of a close are cut off, so that they do not hold up the end of the worker. */
const CLOSE_MS = 5_000
/** How often a close looks for connections that have become idle: a client may keep its one after the answer. */
const IDLE_MS = 50

interface Site {
  readonly listener: Listener
  readonly key: 'listeners' | 'admin.listeners'
  readonly routes: readonly Route[]
}

/** Throws ConfigError for a property that cannot be used, StateError where nothing can listen. */
export async function restServer(options: RestOptions): Promise<RestServer> {
  const { props } = options
  const config = restConfig.parse(props)
  const cors = corsOf({
    origins: config['access.control.allow.origin'],
    methods: config['access.control.allow.methods'],
  })
  const further = headerRules(config['response.http.headers.config'])
  const every: Omit<HttpOptions, 'routes' | 'tls'> = {
    gate: gateOf(config, process.env),
    headersOf: (request) => [...further(Date.now()), ...(cors?.(request) ?? [])],
    answered: requestLog(options.log),
  }
  const servers: FastifyInstance[] = []
  const close = async () => {
    await Promise.all(servers.map((server) => closeServer(server)))
  }
  const urls: string[] = []
  try {
    for (const { listener, key, routes } of sitesOf(options)) {
      const tls = listener.scheme === 'https' ? serverTls(props, key) : null
      const server = httpServer({ ...every, routes, tls })
      servers.push(server)
      urls.push(await listen(server, listener, `${key}=${props[key] ?? 'http://:8083'}`))
    }
  } catch (error) {
    await close()
    throw error
  }
  return { urls, close }
}

/** Loggers are served by `admin.listeners` alone where that is set; an empty list there: by nobody. */
function sitesOf(options: RestOptions): readonly Site[] {
  const { herder, props } = options
  const config = restConfig.parse(props)
  const main = [
    ...adminRoutes(herder, options.isReady ?? (() => true)),
    ...connectorRoutes(herder),
    ...connectorPartRoutes(herder),
    ...connectorPluginRoutes(herder),
    ...internalRoutes(herder),
    ...(options.metrics !== undefined && config['metrics.prometheus.enable']
      ? metricRoutes(herder, options.metrics)
      : []),
  ]
  const loggers = loggerRoutes(herder, options.logLevels ?? new LogLevels('INFO'))
  const admin = config['admin.listeners']
  const routes = admin === null ? [...main, ...loggers] : main
  return [
    ...listenersOf(config.listeners).map((listener) => ({ listener, key: 'listeners' as const, routes })),
    ...listenersOf(admin ?? []).map((listener) => ({ listener, key: 'admin.listeners' as const, routes: loggers })),
  ]
}

async function closeServer(server: FastifyInstance): Promise<void> {
  const idle = setInterval(() => server.server.closeIdleConnections(), IDLE_MS)
  const all = setTimeout(() => server.server.closeAllConnections(), CLOSE_MS)
  try {
    await server.close()
  } finally {
    clearInterval(idle)
    clearTimeout(all)
  }
}

async function listen(server: FastifyInstance, { scheme, host, port }: Listener, property: string): Promise<string> {
  const bound = host === '' ? '::' : host
  try {
    await server.listen({ host: bound, port })
  } catch (error) {
    if (host === '' && codeOf(error) === 'EAFNOSUPPORT')
      return listen(server, { scheme, host: '0.0.0.0', port }, property)
    throw listenError(error, port, property)
  }
  const address = server.server.address()
  const used = typeof address === 'object' && address !== null ? address.port : port
  const name = ['', '::', '0.0.0.0'].includes(bound) ? 'localhost' : bound.includes(':') ? `[${bound}]` : bound
  return `${scheme}://${name}:${used}`
}

function listenError(error: unknown, port: number, property: string): StateError {
  const code = codeOf(error)
  const reason =
    code === 'EADDRINUSE'
      ? `port ${port} is in use by another process`
      : code === 'EACCES'
        ? `this user may not open port ${port}`
        : `port ${port} cannot be opened (${error instanceof Error ? error.message : String(error)})`
  return new StateError('port-unavailable', `Cannot listen on ${property}: ${reason}.`, {
    cause: error,
    hint: `Set listeners in the worker properties to a free port, for example listeners=http://:${port + 1}.`,
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
