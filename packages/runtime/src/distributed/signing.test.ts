import { describe, expect, it } from 'vitest'
import { distributedConfig } from './config.js'
import { checkAlgorithms, isStale, newSessionKey, sign, verify } from './signing.js'

const BASE = {
  'group.id': 'g',
  'config.storage.topic': 'c',
  'offset.storage.topic': 'o',
  'status.storage.topic': 's',
  'key.converter': 'K',
  'value.converter': 'V',
}
const worker = distributedConfig.parse(BASE)
const key = newSessionKey(worker, 1000)
const signed = { signature: sign(key.key, 'HmacSHA256', '[{}]'), algorithm: 'HmacSHA256', body: '[{}]' }

describe('a request between workers', () => {
  it('is signed as other workers sign it', () => {
    const known = Buffer.from('key')
    expect(sign(known, 'HmacSHA256', 'The quick brown fox jumps over the lazy dog')).toBe(
      '97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=',
    )
  })

  it('is taken when its signature is that of its body', () => {
    expect(() => verify(signed, key, worker)).not.toThrow()
  })

  it.each([
    [{ ...signed, signature: null }, key, 'unsigned-request'],
    [{ ...signed, algorithm: null }, key, 'unsigned-request'],
    [{ ...signed, algorithm: 'HmacMD5' }, key, 'unknown-signature'],
    [signed, null, 'no-session-key'],
    [{ ...signed, body: '[]' }, key, 'wrong-signature'],
    [signed, newSessionKey(worker, 1000), 'wrong-signature'],
  ])('is refused otherwise (%#)', (request, known, code) => {
    expect(() => verify(request, known, worker)).toThrow(expect.objectContaining({ code }))
  })
})

describe('the key', () => {
  it('is replaced when it is old, of another algorithm or of another size', () => {
    const age = worker['inter.worker.key.ttl.ms']
    expect([isStale(null, worker, 0), isStale(key, worker, 999 + age), isStale(key, worker, 1000 + age)]).toEqual([
      true,
      false,
      true,
    ])
    expect(isStale({ ...key, algorithm: 'HmacSHA1' }, worker, 1000)).toBe(true)
    expect(isStale({ ...key, key: Buffer.alloc(16) }, worker, 1000)).toBe(true)
  })

  it('has to be of a known algorithm that the others accept', () => {
    const other = distributedConfig.parse({ ...BASE, 'inter.worker.signature.algorithm': 'HmacSHA512' })
    const unknown = distributedConfig.parse({ ...BASE, 'inter.worker.key.generation.algorithm': 'Rot13' })
    expect(() => checkAlgorithms(other)).toThrow('inter.worker.verification.algorithms')
    expect(() => checkAlgorithms(unknown)).toThrow('Rot13')
    expect(() => checkAlgorithms(worker)).not.toThrow()
  })
})
