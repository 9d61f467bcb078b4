// Keys that are understood but whose effect is not there: whoever sets one is told so, in the log of the connector.
import { nearestKey, type Log, type Props } from '@rowbridge/api'

/** A key, the values of it that change nothing, and what happens instead of what was asked for. */
export interface NotSupported {
  readonly key: string
  readonly harmless: readonly string[]
  readonly instead: string
}

/** One warning for each key that is set to something without effect. */
export function warnNotSupported(keys: readonly NotSupported[], props: Props, log: Log): void {
  for (const { key, harmless, instead } of keys) {
    const value = props[key]
    if (value === undefined || harmless.some((text) => text.toLowerCase() === value.trim().toLowerCase())) continue
    log.warn(`${key} has no effect here: ${instead}`, { key })
  }
}

const CONNECTION = 'connection.'
const CONNECTION_KEYS = ['url', 'user', 'password', 'attempts', 'backoff.ms'].map((name) => CONNECTION + name)

/** One warning for each property of the driver that looks like a misspelt key of ours. */
export function warnNearMisses(props: Props, log: Log): void {
  for (const key of Object.keys(props)) {
    if (!key.startsWith(CONNECTION) || CONNECTION_KEYS.includes(key)) continue
    const name = key.slice(CONNECTION.length)
    const nearest = nearestKey(
      name,
      CONNECTION_KEYS.map((known) => known.slice(CONNECTION.length)),
    )
    if (nearest === null) continue
    log.warn(`${key} goes to the driver as its property ${name}. Did you mean ${CONNECTION}${nearest}?`, { key })
  }
}
