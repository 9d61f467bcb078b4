// Who a client logs in as, by `sasl.mechanism` and the strings of `sasl.jaas.config`.
import type { Props } from '@rowbridge/api'
import type { KafkaConfig, Mechanism, SASLOptions } from 'kafkajs'
import { tokenProvider } from './oauth.js'
import { wrong } from './wrong-property.js'

type Sasl = SASLOptions | Mechanism

const PASSWORD_MECHANISMS = {
  PLAIN: 'plain',
  'SCRAM-SHA-256': 'scram-sha-256',
  'SCRAM-SHA-512': 'scram-sha-512',
} as const
const MODULES: Readonly<Record<string, string>> = {
  PLAIN: 'plain.PlainLoginModule',
  'SCRAM-SHA-256': 'scram.ScramLoginModule',
  'SCRAM-SHA-512': 'scram.ScramLoginModule',
  OAUTHBEARER: 'oauthbearer.OAuthBearerLoginModule',
}

export function saslOf(props: Props): Sasl {
  const name = (props['sasl.mechanism'] ?? 'GSSAPI').trim().toUpperCase()
  const module = MODULES[name]
  if (module === undefined) {
    throw wrong('sasl.mechanism', `${name} is not supported`, `Use one of: ${Object.keys(MODULES).join(', ')}.`)
  }
  const text = props['sasl.jaas.config'] ?? ''
  checkModule(text, module)
  const options = jaasOptions(text)
  if (name === 'OAUTHBEARER') return { mechanism: 'oauthbearer', oauthBearerProvider: tokenProvider(props, options) }
  const mechanism = PASSWORD_MECHANISMS[name as keyof typeof PASSWORD_MECHANISMS]
  const [username, password] = [options.get('username'), options.get('password')]
  if (username === undefined || password === undefined) {
    throw wrong('sasl.jaas.config', 'no username and password in it', `Write: ${example(module)}`)
  }
  return { mechanism, username, password } as SASLOptions
}

/** The user as told in errors. */
export function userOf(sasl: KafkaConfig['sasl']): string | null {
  return sasl !== undefined && 'username' in sasl && typeof sasl.username === 'string' ? sasl.username : null
}

/** Login modules of others are never guessed at: some of them fetch code. */
function checkModule(text: string, module: string): void {
  const given = /^\s*([\w.$]+)\s+(?:required|requisite|sufficient|optional)\b/i.exec(text)?.[1]
  const expected = module.slice(module.lastIndexOf('.') + 1)
  if (given === undefined || given.slice(given.lastIndexOf('.') + 1) === expected) return
  throw wrong(
    'sasl.jaas.config',
    `the login module ${given} is not the one of this mechanism`,
    `Write: ${example(module)}`,
  )
}

function example(module: string): string {
  return `org.apache.kafka.common.security.${module} required username="…" password="…";`
}

/** The options of the login module: name="value" pairs, the quotes optional, a backslash before a quote. */
export function jaasOptions(text: string): Map<string, string> {
  const options = new Map<string, string>()
  for (const [, name, quoted, single, bare] of text.matchAll(
    /([\w.]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s;"']+))/g,
  )) {
    const value = (quoted ?? single)?.replaceAll(/\\(.)/g, '$1') ?? bare ?? ''
    if (name !== undefined) options.set(name, value)
  }
  return options
}
