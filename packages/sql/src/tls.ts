// TLS as the Java drivers' URL parameters ask for it.
import { readFile } from 'node:fs/promises'

export interface Tls {
  readonly rejectUnauthorized: boolean
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** False: the certificate's name is not compared with the host. */
  readonly checksHost: boolean
}

export type TlsMode = 'off' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'

const MODES: Readonly<Record<string, TlsMode>> = {
  disable: 'off',
  disabled: 'off',
  allow: 'prefer',
  prefer: 'prefer',
  preferred: 'prefer',
  require: 'require',
  required: 'require',
  trust: 'require',
  'verify-ca': 'verify-ca',
  verify_ca: 'verify-ca',
  'verify-full': 'verify-full',
  verify_identity: 'verify-full',
}

/** The mode that `sslMode`, `sslmode`, `useSSL`, `requireSSL` or `ssl` say; else the dialect's own. */
export function tlsModeOf(params: Readonly<Record<string, string>>, otherwise: TlsMode): TlsMode {
  const word = params['sslMode'] ?? params['sslmode']
  if (word !== undefined) return MODES[word.toLowerCase()] ?? otherwise
  const flag = params['ssl'] ?? params['useSSL'] ?? params['useSsl']
  if (flag !== undefined)
    return flag === 'false' ? 'off' : (params['trustServerCertificate'] ?? '') === 'true' ? 'require' : 'verify-full'
  return params['requireSSL'] === 'true' ? 'require' : otherwise
}

/** What the driver needs for a mode; null: no TLS. Files are named by `sslrootcert`, `serverSslCert`, `sslcert`, `sslkey`. */
export async function tlsOf(mode: TlsMode, params: Readonly<Record<string, string>>): Promise<Tls | null> {
  if (mode === 'off') return null
  const [ca, cert, key] = await Promise.all([
    textOf(params['sslrootcert'] ?? params['serverSslCert'] ?? params['sslCa']),
    textOf(params['sslcert'] ?? params['clientSslCert']),
    textOf(params['sslkey'] ?? params['clientSslKey']),
  ])
  return {
    rejectUnauthorized: mode === 'verify-ca' || mode === 'verify-full',
    checksHost: mode === 'verify-full',
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  }
}

async function textOf(path: string | undefined): Promise<string | null> {
  if (path === undefined || path === '') return null
  return path.startsWith('-----BEGIN') ? path : readFile(path, 'utf8')
}

/** Options for Node's TLS. */
export function nodeTls(tls: Tls): Record<string, unknown> {
  const { checksHost, ...options } = tls
  return checksHost ? options : { ...options, checkServerIdentity: () => undefined }
}
