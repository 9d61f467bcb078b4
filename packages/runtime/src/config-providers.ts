// Values kept outside of configurations: `${file:/path:key}`, `${dir:/path:file}`, `${env::NAME}`. They are looked up when
// they are used, and nothing that is stored or shown holds more than the reference.
import { readFileSync, realpathSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { ConfigError, keepSecret, type Props } from '@rowbridge/api'
import { withoutPrefix } from './client-props.js'
import { parseProperties } from './properties.js'

/** The value of a key at a path, or null where there is none. */
type Provider = (path: string, key: string) => string | null

export interface References {
  /** The properties with their references replaced. Throws ConfigError where a provider cannot look something up. */
  resolve(props: Props): Props
  /** A text about resolved properties, with the references of `props` in place of their values. */
  hide(text: string, props: Props): string
}

const REFERENCE = /\$\{([^}]*?):(?:([^}]*?):)?([^}]*?)\}/g

/** As the worker's `config.providers` name them. */
export function referencesOf(worker: Props): References {
  const names = (worker['config.providers'] ?? '').split(',').map((name) => name.trim())
  const providers = new Map(
    names
      .filter((name) => name !== '')
      .map((name) => [name, providerOf(name, withoutPrefix(worker, `config.providers.${name}.`))]),
  )
  if (providers.size === 0) return { resolve: (props) => props, hide: (text) => text }
  const valueOf = (text: string) =>
    text.replaceAll(REFERENCE, (whole, name: string, path: string | undefined, key: string) => {
      const value = providers.get(name)?.(path ?? '', key) ?? null
      if (value !== null) keepSecret(value)
      return value ?? whole
    })
  const resolved = (props: Props) =>
    Object.fromEntries(Object.entries(props).map(([key, text]) => [key, text.includes('${') ? valueOf(text) : text]))
  return {
    resolve: resolved,
    hide: (text, props) => {
      const values = resolved(props)
      const hidden = Object.entries(props).filter(([key, raw]) => values[key] !== raw && values[key] !== '')
      return hidden.reduce((left, [key, raw]) => left.replaceAll(values[key] ?? raw, () => raw), text)
    },
  }
}

const SECRET_KEY = /password|passwd|secret|token|credential|jaas|keystore\.key$/i

/** What these properties keep secret is from now on in no log line, trace or answer of this thread. */
export function keepSecretsOf(props: Props): void {
  for (const [key, value] of Object.entries(props)) {
    if (!SECRET_KEY.test(key) || value.startsWith('${')) continue
    keepSecret(value)
    for (const [, quoted = ''] of value.matchAll(/(?:password|secret)\w*\s*=\s*["']((?:[^"'\\]|\\.)*)["']/gi))
      keepSecret(quoted)
  }
}

/** The worker's own properties with all references resolved; `plugin.path` is taken as it stands. */
export function workerPropsOf(raw: Props, references: References): Props {
  const path = raw['plugin.path']
  const props = { ...references.resolve(raw), ...(path === undefined ? {} : { 'plugin.path': path }) }
  keepSecretsOf(props)
  return props
}

/** Task properties that repeat a resolved value of their connector, with the reference put back. */
export function withReferences(task: Props, raw: Props, resolved: Props): Props {
  const back = (key: string, value: string) => (value === resolved[key] ? (raw[key] ?? value) : value)
  return Object.fromEntries(Object.entries(task).map(([key, value]) => [key, back(key, value)]))
}

const KINDS: Readonly<Record<string, (name: string, params: Props) => Provider>> = {
  FileConfigProvider: fileProvider,
  DirectoryConfigProvider: directoryProvider,
  EnvVarConfigProvider: environmentProvider,
}

function providerOf(name: string, props: Props): Provider {
  const className = props['class']?.trim() ?? ''
  const make = KINDS[className.slice(className.lastIndexOf('.') + 1)]
  if (make !== undefined) return make(name, withoutPrefix(props, 'param.'))
  const what = className === '' ? 'is not set' : `names ${className}, which cannot run here`
  throw problem(`config.providers.${name}.class`, what, `Use one of: ${Object.keys(KINDS).join(', ')}.`)
}

function fileProvider(name: string, params: Props): Provider {
  const allowed = allowedPaths(name, params)
  return (path, key) => {
    // In UTF-8, other than files of the worker and of connectors.
    const text = readFrom(name, allowed(path)).toString('utf8')
    const escaped = Buffer.from(text.replaceAll(/[^\0-\u007F]/g, unicodeEscape), 'latin1')
    return parseProperties(escaped, path).props[key] ?? null
  }
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function directoryProvider(name: string, params: Props): Provider {
  const allowed = allowedPaths(name, params)
  return (path, key) => {
    if (key.includes('/') || key.includes('\\') || key === '..') return null
    return readFrom(name, allowed(join(path, key))).toString('utf8')
  }
}

function environmentProvider(name: string, params: Props): Provider {
  const text = params['allowlist.pattern']
  const pattern = text === undefined ? null : new RegExp(`^(?:${text})$`)
  return (_path, key) => {
    if (pattern !== null && !pattern.test(key)) {
      throw problem(`config.providers.${name}.param.allowlist.pattern`, `does not allow ${key}`, 'Widen the pattern.')
    }
    return process.env[key] ?? null
  }
}

/** Says the path, or throws: a reference must not reach files outside of those the worker allows. */
function allowedPaths(name: string, params: Props): (path: string) => string {
  const key = `config.providers.${name}.param.allowed.paths`
  const roots = (params['allowed.paths'] ?? '')
    .split(',')
    .map((path) => path.trim())
    .filter((path) => path !== '')
    .map((path) => real(path))
  return (path) => {
    const wanted = real(path)
    if (roots.length === 0 || roots.some((root) => wanted === root || wanted.startsWith(root + sep))) return wanted
    throw problem(key, `does not allow ${path}`, 'Add its folder, or refer to a file in one that is allowed.')
  }
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}

function readFrom(name: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it cannot be read'
    throw problem(`config.providers.${name}`, `${path} cannot be read (${reason})`, 'Check the path and its rights.')
  }
}

function problem(key: string, message: string, hint: string): ConfigError {
  return new ConfigError('config-provider', [{ key, message: `${key}: ${message}` }], { hint })
}
