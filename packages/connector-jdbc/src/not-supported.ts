// Keys that are understood but whose effect is not there: whoever sets one is told so, in the log of the connector.
import type { Log, Props } from '@rowbridge/api'

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

export const CREDENTIALS_PROVIDER: NotSupported = {
  key: 'jdbc.credentials.provider.class',
  harmless: ['io.confluent.connect.jdbc.util.DefaultJdbcCredentialsProvider', ''],
  instead: 'a Java class cannot be loaded; connection.user and connection.password are used.',
}
