// TLS of an https listener: `ssl.*` of the worker, or `listeners.https.*` alone where any such key is set.
import type { TlsOptions } from 'node:tls'
import { ConfigError, type Props } from '@rowbridge/api'
import { tlsSettings } from '@rowbridge/kafka'
import { withoutPrefix } from './client-props.js'

/** Throws ConfigError where the listener has no certificate, or one that cannot be read. */
export function serverTls(props: Props, key: 'listeners' | 'admin.listeners'): TlsOptions {
  const own = withoutPrefix(props, `${key}.https.`)
  const used = Object.keys(own).length > 0 ? own : props
  const settings = tlsSettings(used)
  if (settings.cert === undefined && settings.pfx === undefined) {
    const message = `${key}: https needs a certificate, and ssl.keystore.location names none`
    throw new ConfigError('invalid-config', [{ key, message }], {
      hint: `Set ssl.keystore.location (PKCS12 or PEM) and ssl.keystore.password, or ${key}.https.ssl.keystore.location.`,
    })
  }
  const auth = (used['ssl.client.auth'] ?? 'none').trim().toLowerCase()
  return { ...settings, requestCert: auth !== 'none', rejectUnauthorized: auth === 'required' }
}
