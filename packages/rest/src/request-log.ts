// One line per request in the extended format of NCSA, followed by the milliseconds it took, as the logger of the REST server.
import { namedLog, type Log } from '@rowbridge/api'
import type { FastifyReply, FastifyRequest } from 'fastify'

const LOGGER = 'org.apache.kafka.connect.runtime.rest.RestServer'
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function requestLog(log: Log): (request: FastifyRequest, reply: FastifyReply) => void {
  const named = namedLog(log, LOGGER)
  return (request, reply) => {
    const { method, url, ip, headers, raw } = request
    const line = `${method} ${printable(url)} HTTP/${raw.httpVersion}`
    const size = reply.getHeader('content-length') ?? 0
    const [referrer, agent] = [headers.referer, headers['user-agent']].map((text) => quoted(text ?? '-'))
    const user = userOf(headers.authorization)
    const ms = Math.round(reply.elapsedTime)
    named.info(
      `${ip} - ${user} [${dateOf(new Date())}] "${line}" ${reply.statusCode} ${String(size)} ${referrer} ${agent} ${ms}`,
    )
  }
}

function dateOf(date: Date): string {
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`
}

function quoted(text: string): string {
  return `"${printable(text).replaceAll('"', "'")}"`
}

/** Nobody writes lines of their own into the log. */
function printable(text: string): string {
  return text.slice(0, 500).replaceAll(/\p{Cc}/gu, '?')
}

function userOf(authorization: string | undefined): string {
  const encoded = /^Basic\s+(\S+)$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return '-'
  const user = Buffer.from(encoded, 'base64').toString('utf8').split(':')[0] ?? ''
  return user === '' ? '-' : printable(user).replaceAll(/\s/g, '?')
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
