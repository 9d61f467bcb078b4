// One HTTP server over routes: finds the route, lets the caller in or not, checks what it sends and accepts, writes the answer.
import { createServer as createHttps, type ServerOptions as TlsOptions } from 'node:https'
import { stringifyJson } from '@rowbridge/api'
import { OtherWorkerError, type WorkerAnswer } from '@rowbridge/runtime'
import {
  fastify,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
  type HTTPMethods,
} from 'fastify'
import type { Gate } from './basic-auth.js'
import type { Headers } from './cors.js'
import { bareError, errorAnswer, HttpError, type ErrorAnswer, type Missing } from './errors.js'
import { forward } from './forward.js'
import type { Answer, Call, Route } from './route.js'
import { within } from './timeout.js'

export interface HttpOptions {
  readonly routes: readonly Route[]
  /** Null: plain HTTP. */
  readonly tls: TlsOptions | null
  readonly gate: Gate | null
  /** Further headers of the answer to a request. */
  readonly headersOf: (request: FastifyRequest['raw']) => Headers
  readonly answered: (request: FastifyRequest, reply: FastifyReply) => void
}

const REQUEST_MS = 90_000
const BODY_BYTES = 8 * 1024 * 1024
const ALL_METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
/** The order in which clients know the verbs of `Allow`. */
const ALLOW_ORDER = ['HEAD', 'DELETE', 'POST', 'GET', 'PUT', 'PATCH', 'OPTIONS']
/** Requests of other workers carry a signature of their own instead of a user. */
const INTERNAL = /^(?:POST \/+connectors\/+[^/]+\/+tasks|PUT \/+connectors\/+[^/]+\/+fence)\/?$/
const NOBODY: Missing = { connector: '' }

export function httpServer(options: HttpOptions): FastifyInstance {
  const { routes, tls } = options
  const server = fastify({
    bodyLimit: BODY_BYTES,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 2_000 },
    frameworkErrors: (error, _request, reply) => void send(reply, errorAnswer(error, NOBODY)),
    ...(tls === null ? {} : { serverFactory: overTls(tls) }),
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  addGuards(server, options)
  for (const path of new Set(routes.map((route) => route.path))) {
    addPath(
      server,
      path,
      routes.filter((route) => route.path === path),
    )
  }
  server.setNotFoundHandler((_request, reply) => send(reply, errorAnswer(bareError(404), NOBODY)))
  server.setErrorHandler((error, _request, reply) => send(reply, errorAnswer(error, NOBODY)))
  return server
}

function overTls(tls: TlsOptions): FastifyServerFactory {
  return (handler) => createHttps(tls, handler)
}

/** What comes before any route: further headers, then the question who is there; and the line of the log in the end. */
function addGuards(server: FastifyInstance, { gate, headersOf, answered }: HttpOptions): void {
  server.addHook('onRequest', async (request, reply) => {
    for (const [name, value] of headersOf(request.raw)) void reply.header(name, value)
    if (gate === null || INTERNAL.test(`${request.method} ${request.url.split('?')[0]}`)) return
    if (gate(request.headers.authorization)) return
    await reply.code(401).header('content-type', 'text/plain').send('User cannot access the resource.')
  })
  server.addHook('onResponse', (request, reply, done) => {
    answered(request, reply)
    done()
  })
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
    handler: (_request, reply) => send(reply.header('allow', allowed.join(',')), errorAnswer(bareError(405), NOBODY)),
  })
}

async function serve(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const params = request.params as Call['params']
  const missing: Missing = route.missing?.(params) ?? { connector: `Connector ${params['name'] ?? ''} not found` }
  try {
    const answer = await answerOf(route, request, params)
    if (answer.location !== undefined) {
      void reply.header('location', `${request.protocol}://${request.headers.host ?? 'localhost'}${answer.location}`)
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
    return send(reply, errorAnswer(failure, NOBODY))
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
  if (route.accepts === undefined && !acceptsJson(request.headers.accept)) throw bareError(406)
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

function sendAnswer(reply: FastifyReply, { status, json, text }: Answer): FastifyReply {
  void reply.code(status)
  if (text !== undefined) return reply.header('content-type', text.type).send(text.content)
  if (json === undefined) return reply.send()
  return reply.header('content-type', 'application/json').send(Buffer.from(stringifyJson(json)))
}

function send(reply: FastifyReply, { status, message }: ErrorAnswer): FastifyReply {
  return sendAnswer(reply, { status, json: { error_code: status, message } })
}
