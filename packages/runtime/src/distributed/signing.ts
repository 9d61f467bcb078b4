// What workers of a cluster ask of each other is signed with a key that only they can read: it stands in the topic of
// configurations.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { ConfigError, StateError } from '@rowbridge/api'
import type { Signature } from '../herder.js'
import type { SessionKey } from '../stores/config.js'
import type { DistributedConfig } from './config.js'

/** Java's names, Node's names and the bytes of a key. */
const ALGORITHMS: Readonly<Record<string, { readonly hash: string; readonly bytes: number }>> = {
  HmacSHA256: { hash: 'sha256', bytes: 32 },
  HmacSHA512: { hash: 'sha512', bytes: 64 },
  HmacSHA384: { hash: 'sha384', bytes: 48 },
  HmacSHA1: { hash: 'sha1', bytes: 64 },
}

export const SIGNATURE_HEADER = 'X-Connect-Authorization'
export const ALGORITHM_HEADER = 'X-Connect-Request-Signature-Algorithm'

/** Throws ConfigError for algorithms that cannot be used. */
export function checkAlgorithms(worker: DistributedConfig): void {
  const keys = ['inter.worker.key.generation.algorithm', 'inter.worker.signature.algorithm'] as const
  for (const key of keys) {
    const name = worker[key]
    const known = Object.keys(ALGORITHMS).join(', ')
    if (ALGORITHMS[name] === undefined) throw unusable(key, `${name} is not known here; use one of ${known}`)
  }
  const signs = worker['inter.worker.signature.algorithm']
  if (worker['inter.worker.verification.algorithms'].includes(signs)) return
  throw unusable('inter.worker.signature.algorithm', `${signs} is not among inter.worker.verification.algorithms`)
}

function unusable(key: string, problem: string): ConfigError {
  return new ConfigError('invalid-config', [{ key, message: `${key}: ${problem}` }])
}

export function newSessionKey(worker: DistributedConfig, now: number): SessionKey {
  const algorithm = worker['inter.worker.key.generation.algorithm']
  return { key: randomBytes(keyBytes(worker)), algorithm, createdAt: now }
}

/** Whether the leader has to make another key: there is none, it is old, or it is not as this worker would make it. */
export function isStale(key: SessionKey | null, worker: DistributedConfig, now: number): boolean {
  if (key === null || now - key.createdAt >= worker['inter.worker.key.ttl.ms']) return true
  return key.algorithm !== worker['inter.worker.key.generation.algorithm'] || key.key.length !== keyBytes(worker)
}

function keyBytes(worker: DistributedConfig): number {
  const bits = worker['inter.worker.key.size']
  const usual = ALGORITHMS[worker['inter.worker.key.generation.algorithm']]?.bytes ?? 32
  return bits === null ? usual : Math.ceil(bits / 8)
}

export function sign(key: Buffer, algorithm: string, body: string): string {
  return createHmac(ALGORITHMS[algorithm]?.hash ?? 'sha256', key)
    .update(body)
    .digest('base64')
}

/** Throws StateError when the request is not one of a worker of this cluster. */
export function verify(signed: Signature, key: SessionKey | null, worker: DistributedConfig): void {
  const { signature, algorithm, body } = signed
  if (signature === null || algorithm === null) {
    throw new StateError('unsigned-request', 'Internal request missing required signature')
  }
  const allowed = worker['inter.worker.verification.algorithms']
  if (!allowed.includes(algorithm) || ALGORITHMS[algorithm] === undefined) {
    const message = `This worker does not support the '${algorithm}' key signing algorithm used by other workers. This worker is currently configured to use: ${allowed.join(', ')}.`
    throw new StateError('unknown-signature', message, {
      hint: 'Check that all workers have the same inter.worker.* settings.',
    })
  }
  if (key === null) {
    const message =
      'This worker is still starting up and has not been able to read a session key from the config topic yet'
    throw new StateError('no-session-key', message)
  }
  const expected = Buffer.from(sign(key.key, algorithm, body))
  const given = Buffer.from(signature)
  if (expected.length === given.length && timingSafeEqual(expected, given)) return
  throw new StateError('wrong-signature', 'Internal request contained invalid signature.')
}
