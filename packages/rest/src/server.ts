// The HTTP server: binds the listeners, finds the route, checks what the client sends and accepts, and writes the answer.
import { StateError, stringifyJson, type Log } from '@rowbridge/api'
import { OtherWorkerError, type Herder, type WorkerAnswer } from '@rowbridge/runtime'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest, type HTTPMethods } from 'fastify'
import { adminRoutes } from './admin.js'
import { connectorPartRoutes } from './connector-parts.js'
import { connectorPluginRoutes } from './connector-plugins.js'
import { connectorRoutes } from './connectors.js'
import { bareError, errorAnswer, HttpError, type ErrorAnswer, type Missing } from './errors.js'
import { forward } from './forward.js'
import { internalRoutes } from './internal.js'
import { parseListeners, type Listener } from './listeners.js'
import type { Answer, Call, Route } from './route.js'
import { within } from './timeout.js'

export interface RestOptions {
  readonly herder: Herder
  /** The worker property of that name, `http://:8083` for example. */
  readonly listeners: string
  readonly log: Log
  /** False while connectors named at start are still to be made; `/health` says `starting` until then. */
  readonly isReady?: () => boolean
}

export interface RestServer {
  /** Where clients on this machine reach it, one per listener. */
  readonly urls: readonly string[]
  /** Takes no further requests and waits for the open ones, though not for long. */
  close(): Promise<void>
}

const REQUEST_MS = 90_000
const BODY_BYTES = 8 * 1024 * 1024
/** Requests that are still open after this time of a close are cut off, so that they do not hold up the end of the worker. */
const CLOSE_MS = 5_000
/** How often a close looks for connections that have become idle: a client may keep its one after the answer. */
const IDLE_MS = 50
const ALL_METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
/** The order in which clients know the verbs of `Allow`. */
const ALLOW_ORDER = ['HEAD', 'DELETE', 'POST', 'GET', 'PUT', 'PATCH', 'OPTIONS']

export async function restServer(options: RestOptions): Promise<RestServer> {
  const { herder, log } = options
  const listeners = parseListeners(options.listeners)
  const routes = [
    ...adminRoutes(herder, options.isReady ?? (() => true)),
    ...connectorRoutes(herder),
    ...connectorPartRoutes(herder),
    ...connectorPluginRoutes(herder),
    ...internalRoutes(herder),
  ]
  const servers: FastifyInstance[] = []
  const close = async () => {
    await Promise.all(servers.map((server) => closeServer(server)))
  }
  const urls: string[] = []
  try {
    for (const listener of listeners) {
      const server = httpServer(routes, log)
      servers.push(server)
      urls.push(await listen(server, listener, options.listeners))
    }
  } catch (error) {
    await close()
    throw error
  }
  return { urls, close }
}

function httpServer(routes: readonly Route[], log: Log): FastifyInstance {
  const server = fastify({
    bodyLimit: BODY_BYTES,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 2_000 },
    frameworkErrors: (error, _request, reply) => void send(reply, errorAnswer(error, { connector: '' })),
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  for (const path of new Set(routes.map((route) => route.path))) {
    addPath(
      server,
      path,
      routes.filter((route) => route.path === path),
    )
  }
  server.setNotFoundHandler((_request, reply) => send(reply, errorAnswer(bareError(404), { connector: '' })))
  server.setErrorHandler((error, _request, reply) => send(reply, errorAnswer(error, { connector: '' })))
  server.addHook('onResponse', (request, reply, done) => {
    log.debug(`${request.method} ${request.url} ${reply.statusCode}`, { ms: Math.round(reply.elapsedTime) })
    done()
  })
  return server
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

/** The verbs of one path: those it has, OPTIONS, and 405 for the others. */
function addPath(server: FastifyInstance, path: string, routes: readonly Route[]): void {
  const methods: readonly string[] = routes.map((route) => route.method)
  const allowed = ALLOW_ORDER.filter(
    (method) => methods.includes(method) || method === 'OPTIONS' || (method === 'HEAD' && methods.includes('GET')),
  )
  for (const route of routes) {
    server.route({ method: route.method, url: path, handler: (request, reply) => serve(route, request, reply) })
  }
  server.route({
    method: 'OPTIONS',
    url: path,
    handler: (_request, reply) =>
      reply
        .header('content-type', 'text/plain')
        .header('allow', allowed.join(','))
        .send(Buffer.from(allowed.join(', '))),
  })
  server.route({
    method: ALL_METHODS.filter((method) => !methods.includes(method)),
    url: path,
    handler: (_request, reply) =>
      send(reply.header('allow', allowed.join(',')), errorAnswer(bareError(405), { connector: '' })),
  })
}

async function serve(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const params = request.params as Call['params']
  const missing: Missing = route.missing?.(params) ?? { connector: `Connector ${params['name'] ?? ''} not found` }
  try {
    const answer = await answerOf(route, request, params)
    if (answer.location !== undefined) {
      void reply.header('location', `http://${request.headers.host ?? 'localhost'}${answer.location}`)
    }
    return await sendAnswer(reply, answer)
  } catch (error) {
    if (error instanceof OtherWorkerError) return passOn(error, request, reply)
    return send(reply, errorAnswer(error, missing))
  }
}

async function passOn(error: OtherWorkerError, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { method, url, headers } = request
  try {
    const answer = await forward(error, { method, url, body: bodyOf(request), authorization: headers.authorization })
    return sendForwarded(reply, answer)
  } catch (failure) {
    return send(reply, errorAnswer(failure, { connector: '' }))
  }
}

function sendForwarded(reply: FastifyReply, { status, headers, body }: WorkerAnswer): FastifyReply {
  for (const name of ['location', 'content-type']) {
    const value = headers[name]
    if (typeof value === 'string') void reply.header(name, value)
  }
  return body === '' ? reply.code(status).send() : reply.code(status).send(Buffer.from(body))
}

function bodyOf({ body }: FastifyRequest): string {
  return typeof body === 'string' ? body : ''
}

function answerOf(route: Route, request: FastifyRequest, params: Call['params']): Promise<Answer> {
  if (route.takesJson === true && !isJson(request.headers['content-type'])) throw bareError(415)
  if (!acceptsJson(request.headers.accept)) throw bareError(406)
  const query = new URLSearchParams(request.url.split('?')[1] ?? '')
  const late = () => new HttpError(500, `Request timed out. The worker did not answer within ${REQUEST_MS / 1000} s.`)
  return within(
    route.handle({ params, query, body: bodyOf(request), headers: plainHeaders(request) }),
    REQUEST_MS,
    late,
  )
}

function plainHeaders({ headers }: FastifyRequest): Call['headers'] {
  const once = Object.entries(headers).filter((header): header is [string, string] => typeof header[1] === 'string')
  return Object.fromEntries(once)
}

/** A client that does not say what it sends is taken to send JSON. */
function isJson(contentType: string | undefined): boolean {
  return contentType === undefined || /^application\/(?:json|[\w.-]+\+json|\*)\s*(?:;|$)/i.test(contentType.trim())
}

function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    return (
      ['*/*', 'application/*', 'application/json'].includes(type) && !parameters.some((p) => /^q=0(?:\.0*)?$/.test(p))
    )
  })
}

function sendAnswer(reply: FastifyReply, { status, json }: Answer): FastifyReply {
  void reply.code(status)
  if (json === undefined) return reply.send()
  return reply.header('content-type', 'application/json').send(Buffer.from(stringifyJson(json)))
}

function send(reply: FastifyReply, { status, message }: ErrorAnswer): FastifyReply {
  return sendAnswer(reply, { status, json: { error_code: status, message } })
}

async function listen(server: FastifyInstance, { host, port }: Listener, listeners: string): Promise<string> {
  const bound = host === '' ? '::' : host
  try {
    await server.listen({ host: bound, port })
  } catch (error) {
    if (host === '' && codeOf(error) === 'EAFNOSUPPORT') return listen(server, { host: '0.0.0.0', port }, listeners)
    throw listenError(error, port, listeners)
  }
  const address = server.server.address()
  const used = typeof address === 'object' && address !== null ? address.port : port
  const name = ['', '::', '0.0.0.0'].includes(bound) ? 'localhost' : bound.includes(':') ? `[${bound}]` : bound
  return `http://${name}:${used}`
}

function listenError(error: unknown, port: number, listeners: string): StateError {
  const code = codeOf(error)
  const reason =
    code === 'EADDRINUSE'
      ? `port ${port} is in use by another process`
      : code === 'EACCES'
        ? `this user may not open port ${port}`
        : `port ${port} cannot be opened (${error instanceof Error ? error.message : String(error)})`
  return new StateError('port-unavailable', `Cannot listen on listeners=${listeners}: ${reason}.`, {
    cause: error,
    hint: `Set listeners in the worker properties to a free port, for example listeners=http://:${port + 1}.`,
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
