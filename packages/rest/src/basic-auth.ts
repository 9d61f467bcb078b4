// Users and passwords for the HTTP API: the files of Kafka Connect's basic-auth extension, checked anew at each change.
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { ConfigError } from '@rowbridge/api'
import { BASIC_AUTH_EXTENSION, parseProperties, type RestConfig } from '@rowbridge/runtime'

/** Whether a request may come in; `authorization` is its header. */
export type Gate = (authorization: string | undefined) => boolean

const JAAS_OPTION = /-Djava\.security\.auth\.login\.config=+("[^"]+"|\S+)/
const ENTRY = /(?:^|[\s};])KafkaConnect\s*\{([^}]*)\}/
const MODULE = /([\w.$]+)\s+(?:required|requisite|sufficient|optional)\s*([^;]*);/i

/** Null when everybody may come in. `environment` is that of the process. */
export function gateOf(config: RestConfig, environment: Readonly<Record<string, string | undefined>>): Gate | null {
  const own = config['rest.basic.auth.file']
  if (own !== null) return fileGate(own, 'rest.basic.auth.file')
  const isWanted = config['rest.extension.classes'].some((name) => name.endsWith(BASIC_AUTH_EXTENSION))
  return isWanted ? fileGate(usersFile(environment['KAFKA_OPTS'] ?? ''), 'rest.extension.classes') : null
}

/** The file of users that the JAAS file names. */
function usersFile(options: string): string {
  const path = JAAS_OPTION.exec(options)?.[1]?.replaceAll('"', '')
  if (path === undefined) throw problem('KAFKA_OPTS names no file by -Djava.security.auth.login.config=…')
  const text = read(path, 'rest.extension.classes').toString('utf8')
  const entry = ENTRY.exec(text.replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, ''))?.[1]
  if (entry === undefined) throw problem(`${path} has no entry KafkaConnect`)
  const [, module = '', moduleOptions = ''] = MODULE.exec(entry) ?? []
  if (!module.endsWith('PropertyFileLoginModule')) throw problem(`the login module ${module} cannot run here`)
  const file = /\bfile\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))/.exec(moduleOptions)
  const users = file?.[1] ?? file?.[2] ?? file?.[3]
  if (users === undefined) throw problem(`${path} does not say file="…"`)
  return users
}

function problem(text: string): ConfigError {
  const message = `rest.extension.classes: users cannot be found: ${text}`
  return new ConfigError('invalid-config', [{ key: 'rest.extension.classes', message }], {
    hint: 'Or set rest.basic.auth.file to a properties file of user=password.',
  })
}

function read(path: string, key: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const message = `${key}: the file ${path} cannot be read`
    throw new ConfigError('invalid-config', [{ key, message }], { cause })
  }
}

/** An empty file lets everybody in, as it does in Kafka Connect. */
function fileGate(path: string, key: string): Gate {
  const load = () => new Map(Object.entries(parseProperties(read(path, key), path).props))
  let users = load()
  let changed = changeOf(path)
  return (authorization) => {
    const now = changeOf(path)
    if (now !== changed && now !== '') {
      users = load()
      changed = now
    }
    if (users.size === 0) return true
    const [user, password] = credentialsOf(authorization)
    const expected = user === null ? undefined : users.get(user)
    return expected !== undefined && password !== null && equal(password, expected)
  }
}

function changeOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? '' : `${found.mtimeMs} ${found.size}`
}

function credentialsOf(authorization: string | undefined): readonly [string | null, string | null] {
  const encoded = /^Basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return [null, null]
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 1 ? [null, null] : [text.slice(0, colon), text.slice(colon + 1)]
}

/** In the same time whatever was given. */
function equal(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
