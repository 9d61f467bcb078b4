// The worker property `listeners`: where to listen.
import { ConfigError } from '@rowbridge/api'

export interface Listener {
  /** Empty: all addresses. */
  readonly host: string
  readonly port: number
}

const LISTENER = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?\d+)$/
const BARE = /^\[?([0-9a-zA-Z\-%._:]*?)\]?:(\d+)$/

/** The listeners of a comma-separated list such as `http://:8083,http://127.0.0.1:8084`; `host:port` means http. */
export function parseListeners(text: string): readonly Listener[] {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
  if (items.length === 0) throw problem(text, 'it names no listener.')
  return items.map(parseListener)
}

function parseListener(item: string): Listener {
  const [, scheme = 'http', host = '', port = ''] = LISTENER.exec(item) ?? bareListener(item)
  if (scheme.toLowerCase() === 'https') throw problem(item, 'https is not supported yet; use http.')
  if (scheme.toLowerCase() !== 'http') throw problem(item, 'the scheme has to be http.')
  const number = Number(port)
  if (number < 0 || number > 65_535) throw problem(item, 'the port has to be from 0 to 65535.')
  return { host, port: number }
}

function bareListener(item: string): readonly string[] {
  const [, host, port] = BARE.exec(item) ?? []
  if (host === undefined || port === undefined) throw problem(item, 'it has to look like http://host:port.')
  return ['', 'http', host, port]
}

function problem(value: string, text: string): ConfigError {
  const message = `Invalid value ${value} for configuration listeners: ${text}`
  return new ConfigError('invalid-listeners', [{ key: 'listeners', message }], { hint: 'For example http://:8083.' })
}
