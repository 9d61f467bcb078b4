// One HTTP request to another worker, on a connection of its own: nothing of it outlives the answer.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'

export interface WorkerRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Empty: none. */
  readonly body: string
  readonly timeoutMs: number
}

export interface WorkerAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** Rejects when no whole answer came. Redirects are not followed. */
export function askWorker({ method, url, headers, body, timeoutMs }: WorkerRequest): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest
    const length = body === '' ? {} : { 'content-length': `${Buffer.byteLength(body)}` }
    const usual = { 'user-agent': 'kafka-connect', accept: 'application/json', 'content-type': 'application/json' }
    const options = { method, agent: false, timeout: timeoutMs, headers: { ...usual, ...length, ...headers } }
    const request = send(url, options, (response) => {
      const { statusCode: status = 500, headers: given } = response
      resolve(read(response).then((text) => ({ status, headers: given, body: text })))
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)))
    request.on('error', reject)
    request.end(body)
  })
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
