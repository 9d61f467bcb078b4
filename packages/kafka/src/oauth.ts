// Tokens for OAUTHBEARER: from a token endpoint by client id and secret, or unsecured ones for tests, as the Java client makes them.
import { RetriableError, StateError, type Props } from '@rowbridge/api'
import { wrong } from './wrong-property.js'

interface Token {
  readonly value: string
}

const ENDPOINT = 'sasl.oauthbearer.token.endpoint.url'
const REQUEST_MS = 10_000
/** Share of its life for which a token is used. */
const USED_SHARE = 0.8
const USUAL_LIFE_S = 300
const UNSECURED_LIFE_S = 3600
const CLAIM = 'unsecuredLoginStringClaim_'

/** Throws ConfigError where there is nothing to make a token from. */
export function tokenProvider(props: Props, options: ReadonlyMap<string, string>): () => Promise<Token> {
  const url = props[ENDPOINT]?.trim()
  if (url === undefined || url === '') return unsecured(options)
  if (!/^https?:\/\//i.test(url)) throw wrong(ENDPOINT, `${url} is not an address that begins with https:// or http://`)
  const [id, secret] = [options.get('clientId'), options.get('clientSecret')]
  if (id === undefined || secret === undefined) {
    throw wrong(
      'sasl.jaas.config',
      'no clientId and clientSecret in it',
      'Write: … required clientId="…" clientSecret="…";',
    )
  }
  const scope = options.get('scope')
  let current: { readonly token: Token; readonly until: number } | null = null
  return async () => {
    if (current !== null && Date.now() < current.until) return current.token
    const { token, lifeMs } = await fetchToken(url, { id, secret, scope })
    current = { token, until: Date.now() + lifeMs * USED_SHARE }
    return token
  }
}

interface Credentials {
  readonly id: string
  readonly secret: string
  readonly scope: string | undefined
}

async function fetchToken(url: string, { id, secret, scope }: Credentials): Promise<{ token: Token; lifeMs: number }> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) })
  const login = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')
  let answer: Response
  try {
    const headers = { authorization: `Basic ${login}`, accept: 'application/json' }
    const signal = AbortSignal.timeout(REQUEST_MS)
    answer = await fetch(url, { method: 'POST', headers, body: form, signal, redirect: 'error' })
  } catch (cause) {
    throw new RetriableError('token-unavailable', `The token endpoint ${url} does not answer`, { cause })
  }
  const body: unknown = await answer.json().catch(() => null)
  const { access_token: value, expires_in: life } = (body ?? {}) as { access_token?: unknown; expires_in?: unknown }
  if (!answer.ok || typeof value !== 'string') {
    const problem = `The token endpoint ${url} gave no token (status ${answer.status})`
    throw new StateError('token-refused', problem, {
      hint: 'Check clientId, clientSecret and scope in sasl.jaas.config.',
    })
  }
  const seconds = typeof life === 'number' && life > 0 ? life : USUAL_LIFE_S
  return { token: { value }, lifeMs: seconds * 1000 }
}

/** A token without a signature: brokers take it in set-ups for tests alone. */
function unsecured(options: ReadonlyMap<string, string>): () => Promise<Token> {
  const claims = [...options]
    .filter(([name]) => name.startsWith(CLAIM))
    .map(([name, value]) => [name.slice(CLAIM.length), value])
  if (claims.length === 0) {
    throw wrong(
      'sasl.jaas.config',
      'there is nothing to make a token from',
      `Set ${ENDPOINT}, and clientId="…" clientSecret="…" in sasl.jaas.config.`,
    )
  }
  const life = Number(options.get('unsecuredLoginLifetimeSeconds') ?? UNSECURED_LIFE_S)
  return () => {
    const now = Math.floor(Date.now() / 1000)
    const payload = { ...Object.fromEntries(claims), iat: now, exp: now + life }
    return Promise.resolve({ value: `${base64({ alg: 'none' })}.${base64(payload)}.` })
  }
}

function base64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
