// Cross-origin requests, as `access.control.allow.*` permit them: answers tell the origin that it may read them.
import type { IncomingMessage } from 'node:http'

export interface CorsOptions {
  /** Origins separated by commas; `*` stands for any part. Empty: none. */
  readonly origins: string
  /** Methods separated by commas; empty: GET, POST, HEAD. */
  readonly methods: string
}

const USUAL_METHODS = ['GET', 'POST', 'HEAD']
const ALLOWED_HEADERS = 'X-Requested-With,Content-Type,Accept,Origin'
const MAX_AGE_S = '1800'

export type Headers = readonly (readonly [name: string, value: string])[]

/** What to add to the answer of a request; null when no origin is allowed at all. */
export function corsOf({ origins, methods }: CorsOptions): ((request: IncomingMessage) => Headers) | null {
  const patterns = listOf(origins).map(patternOf)
  if (patterns.length === 0) return null
  const allowed = listOf(methods)
  const verbs = allowed.length === 0 ? USUAL_METHODS : allowed
  const varies: Headers = listOf(origins).includes('*') ? [] : [['Vary', 'Origin']]
  return ({ headers, method }) => {
    const { origin } = headers
    if (origin === undefined) return varies
    if (!origin.split(' ').every((one) => patterns.some((pattern) => pattern.test(one)))) return varies
    const known: Headers = [
      ...varies,
      ['Access-Control-Allow-Origin', origin],
      ['Access-Control-Allow-Credentials', 'true'],
    ]
    const wanted = headers['access-control-request-method']
    if (method !== 'OPTIONS' || wanted === undefined) return known
    if (!verbs.includes(wanted)) return varies
    return [
      ...known,
      ['Access-Control-Max-Age', MAX_AGE_S],
      ['Access-Control-Allow-Methods', verbs.join(',')],
      ['Access-Control-Allow-Headers', ALLOWED_HEADERS],
    ]
  }
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function patternOf(origin: string): RegExp {
  return new RegExp(`^${origin.split('*').map(escaped).join('.*')}$`)
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')
}
