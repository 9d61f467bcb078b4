// One address at which a worker listens, as the properties `listeners` and `admin.listeners` write it.

export interface Listener {
  readonly scheme: 'http' | 'https'
  /** Empty: all addresses. */
  readonly host: string
  readonly port: number
}

const LISTENER = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?\d+)$/
const BARE = /^\[?([0-9a-zA-Z\-%._:]*?)\]?:(\d+)$/

/** The listener that a text such as `https://:8443` names, or what is wrong with it; `host:port` means http. */
export function parseListener(text: string): Listener | string {
  const [, scheme = 'http', host, port] = LISTENER.exec(text) ?? bare(text)
  if (host === undefined || port === undefined) return 'it has to look like http://host:port'
  const lower = scheme.toLowerCase()
  if (lower !== 'http' && lower !== 'https') return 'the scheme has to be http or https'
  const number = Number(port)
  if (number < 0 || number > 65_535) return 'the port has to be from 0 to 65535'
  return { scheme: lower, host, port: number }
}

export function listenerProblem(text: string): string | null {
  const parsed = parseListener(text)
  return typeof parsed === 'string' ? parsed : null
}

/** The listeners of a list that was checked. */
export function listenersOf(items: readonly string[]): readonly Listener[] {
  return items.map(parseListener).filter((parsed) => typeof parsed !== 'string')
}

function bare(text: string): readonly (string | undefined)[] {
  const [, host, port] = BARE.exec(text) ?? []
  return ['', 'http', host, port]
}
