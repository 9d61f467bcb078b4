// JDBC URLs: which dialect, which hosts, which database, which parameters.
import { ConfigError, redact } from '@rowbridge/api'

export interface Host {
  readonly host: string
  /** Null: the dialect's own. */
  readonly port: number | null
}

/** A `jdbc:` URL in parts. For databases in a file, `path` has all behind the dialect's word and there are no hosts. */
export interface TargetUrl {
  readonly subprotocol: string
  readonly hosts: readonly Host[]
  /** Null where the URL names none. */
  readonly database: string | null
  readonly path: string
  readonly user: string | null
  readonly password: string | null
  readonly params: Readonly<Record<string, string>>
  /** The whole URL without passwords, for messages. */
  readonly shown: string
}

const JDBC = /^jdbc:([^:]+):(.*)$/is
/** Modes some drivers put between their word and the hosts: `jdbc:x:replication://…`, `jdbc:x:loadbalance://…`. */
const AUTHORITY = /^(?:[a-z]+:)?\/\/([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/is

/** The parts of a `jdbc:` URL. Throws ConfigError. */
export function parseUrl(url: string): TargetUrl {
  const shown = redact(url)
  const match = JDBC.exec(url.trim())
  if (match === null) {
    throw problem(url.trim() === '' ? 'connection.url is empty' : `${shown} is not a JDBC URL`)
  }
  const [, subprotocol = '', rest = ''] = match
  const authority = AUTHORITY.exec(rest)
  if (authority === null) {
    const question = rest.indexOf('?')
    const path = question < 0 ? rest : rest.slice(0, question)
    const params = paramsOf(question < 0 ? '' : rest.slice(question + 1))
    return {
      subprotocol: subprotocol.toLowerCase(),
      hosts: [],
      database: null,
      path,
      user: null,
      password: null,
      params,
      shown,
    }
  }
  const [, hosts = '', database = '', query = ''] = authority
  const at = hosts.lastIndexOf('@')
  const [user, password] = at < 0 ? [] : hosts.slice(0, at).split(':')
  return {
    subprotocol: subprotocol.toLowerCase(),
    hosts: hosts
      .slice(at + 1)
      .split(/,(?![^(]*\))/)
      .filter((part) => part !== '')
      .map((part) => hostOf(part, shown)),
    database: database === '' ? null : decode(database),
    path: rest,
    user: user === undefined ? null : decode(user),
    password: password === undefined ? null : decode(password),
    params: paramsOf(query),
    shown,
  }
}

/** `host`, `host:port`, `[::1]:port` or `address=(host=…)(port=…)`. */
function hostOf(text: string, shown: string): Host {
  if (/^(?:address=)?\(/i.test(text)) {
    const host = /\(host=([^)]*)\)/i.exec(text)?.[1]
    const port = /\(port=(\d+)\)/i.exec(text)?.[1]
    if (host === undefined) throw problem(`${shown} has an address without a host`)
    return { host, port: port === undefined ? null : Number(port) }
  }
  const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d*))?$/.exec(text)
  if (match === null) throw problem(`${shown} has a host that cannot be read: ${text}`)
  const port = match[3] === undefined || match[3] === '' ? null : Number(match[3])
  if (port !== null && (port < 1 || port > 65_535)) throw problem(`${shown} has a port out of range: ${port}`)
  return { host: match[1] ?? (match[2] === '' ? 'localhost' : (match[2] ?? 'localhost')), port }
}

function paramsOf(query: string): Readonly<Record<string, string>> {
  const pairs = query.split(/[&;]/).filter((pair) => pair !== '')
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=')
      return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]
    }),
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function problem(message: string): ConfigError {
  return new ConfigError('invalid-url', [{ key: 'connection.url', message }], {
    hint: 'It has the form jdbc:<database>://<host>:<port>/<name>, or jdbc:<database>:<path>.',
  })
}
