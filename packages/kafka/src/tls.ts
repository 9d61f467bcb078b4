// Keys and certificates as Kafka's `ssl.*` properties name them: PEM in the property or in a file, PKCS12 files; JKS is refused
// with the command that converts it.
import { readFileSync } from 'node:fs'
import type { SecureContextOptions, SecureVersion } from 'node:tls'
import type { Props } from '@rowbridge/api'
import { pkcs12Certificates } from './pkcs12.js'
import { wrong } from './wrong-property.js'

const VERSIONS: Readonly<Record<string, SecureVersion>> = {
  TLSv1: 'TLSv1',
  'TLSv1.1': 'TLSv1.1',
  'TLSv1.2': 'TLSv1.2',
  'TLSv1.3': 'TLSv1.3',
}
const JKS_MAGIC = 0xfeedfeed

/** Throws ConfigError that names the property. */
export function tlsSettings(props: Props): SecureContextOptions {
  const ca = trusted(props)
  const ciphers = props['ssl.cipher.suites']?.trim()
  return {
    ...(ca === null ? {} : { ca }),
    ...keyOf(props),
    ...versionsOf(props),
    ...(ciphers === undefined || ciphers === ''
      ? {}
      : {
          ciphers: ciphers
            .split(/\s*,\s*/)
            .map(cipherOf)
            .join(':'),
        }),
  }
}

function versionsOf(props: Props): SecureContextOptions {
  const text = props['ssl.enabled.protocols']?.trim() ?? ''
  if (text === '') return {}
  const wanted = text.split(/\s*,\s*/)
  const unknown = wanted.find((name) => VERSIONS[name] === undefined)
  if (unknown !== undefined)
    throw wrong('ssl.enabled.protocols', `${unknown} is none of ${Object.keys(VERSIONS).join(', ')}`)
  const inOrder = Object.keys(VERSIONS).filter((name) => wanted.includes(name))
  const [least, most] = [VERSIONS[inOrder[0] ?? ''], VERSIONS[inOrder.at(-1) ?? '']]
  return least === undefined || most === undefined ? {} : { minVersion: least, maxVersion: most }
}

/** Java and OpenSSL call the suites before TLS 1.3 differently. */
function cipherOf(name: string): string {
  if (/^TLS_(?:AES|CHACHA20)_/.test(name) && !name.includes('_WITH_')) return name
  return name
    .replace(/^TLS_/, '')
    .replace('_WITH_', '_')
    .replace(/^RSA_/, '')
    .replace(/AES_(128|256)/, 'AES$1')
    .replace('_CBC', '')
    .replace('CHACHA20_POLY1305_SHA256', 'CHACHA20_POLY1305')
    .replaceAll('_', '-')
}

function trusted(props: Props): string | string[] | null {
  const inline = props['ssl.truststore.certificates']
  if (inline !== undefined) return inline
  const key = 'ssl.truststore.location'
  const path = props[key]
  if (path === undefined || path === '') return null
  const bytes = readFile(key, path)
  if (isPem(bytes)) return bytes.toString('latin1')
  refuseJks(key, path, bytes)
  return storeCertificates(bytes, props['ssl.truststore.password'] ?? '', path)
}

function storeCertificates(bytes: Buffer, password: string, path: string): string[] {
  const key = 'ssl.truststore.location'
  let found: string[]
  try {
    found = pkcs12Certificates(bytes, password)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw wrong(key, `${path} cannot be opened as PKCS12 (${reason})`, 'Check ssl.truststore.password and the file.')
  }
  if (found.length === 0) throw wrong(key, `${path} holds no certificate`)
  return found
}

function keyOf(props: Props): SecureContextOptions {
  const passphrase = props['ssl.key.password'] ?? props['ssl.keystore.password']
  const secret = passphrase === undefined ? {} : { passphrase }
  const [inlineKey, cert] = [props['ssl.keystore.key'], props['ssl.keystore.certificate.chain']]
  if (inlineKey !== undefined && cert !== undefined) return { key: inlineKey, cert, ...secret }
  const key = 'ssl.keystore.location'
  const path = props[key]
  if (path === undefined || path === '') return {}
  const bytes = readFile(key, path)
  if (isPem(bytes)) return { key: bytes.toString('latin1'), cert: bytes.toString('latin1'), ...secret }
  refuseJks(key, path, bytes)
  if (bytes[0] !== 0x30) throw wrong(key, `${path} is neither a PEM nor a PKCS12 file`, conversionHint(path))
  const password = props['ssl.keystore.password']
  return { pfx: bytes, ...(password === undefined ? {} : { passphrase: password }) }
}

function isPem(bytes: Buffer): boolean {
  return bytes.includes('-----BEGIN')
}

function refuseJks(key: string, path: string, bytes: Buffer): void {
  if (bytes.length < 4 || bytes.readUInt32BE(0) !== JKS_MAGIC) return
  throw wrong(key, `${path} is a JKS file, which only Java reads`, conversionHint(path))
}

function readFile(key: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw wrong(key, `${path} cannot be read (${cause instanceof Error ? cause.message : String(cause)})`)
  }
}

function conversionHint(path: string): string {
  const to = path.replace(/\.jks$/i, '')
  return `Convert it: keytool -importkeystore -srckeystore ${path} -destkeystore ${to}.p12 -deststoretype PKCS12`
}
