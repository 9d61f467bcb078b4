import { describe, expect, it } from 'vitest'
import { decodeAssignment, decodeMetadata, encodeAssignment, encodeMetadata, type Assignment } from './protocol.js'
import { NO_WORK, type Work } from './work.js'

const URL_BYTES = '000e687474703a2f2f683a383038332f'
const HEAD = `0002000000036d2d31${URL_BYTES}0000000000000005`
const WORK: Work = { connectors: new Set(['c1']), tasks: new Set(['c1-0', 'c2-1']) }
const WORK_BYTES = '000000020002633100000002ffffffff00000000000263320000000100000001'
const PLAIN: Assignment = {
  isMismatch: false,
  leader: 'm-1',
  leaderUrl: 'http://h:8083/',
  configOffset: 5,
  assigned: WORK,
  revoked: NO_WORK,
  delayMs: 0,
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const metadata = { url: 'http://h:8083/', configOffset: 5, current: null }

describe('what a worker tells about itself', () => {
  it.each([
    [0, `0000${URL_BYTES}0000000000000005`],
    [2, `0002${URL_BYTES}0000000000000005ffffffff`],
  ])('is written in version %i as other workers write it', (version, bytes) => {
    expect(hex(encodeMetadata(version, metadata))).toBe(bytes)
  })

  it('holds what the worker runs', () => {
    const bytes = Buffer.from(encodeMetadata(2, { ...metadata, current: WORK }))
    expect(decodeMetadata(bytes)).toEqual({ ...metadata, current: WORK })
  })

  it('is read where fields at the end are missing', () => {
    const bytes = Buffer.from(`0001${URL_BYTES}0000000000000005`, 'hex')
    expect(decodeMetadata(bytes)).toEqual(metadata)
  })
})

describe('an assignment', () => {
  it('is written as other workers write it', () => {
    expect(hex(encodeAssignment(2, PLAIN))).toBe(`${HEAD}${WORK_BYTES}0000000000000000`)
  })

  it('is written with revoked work and a delay', () => {
    const revoked: Work = { connectors: new Set(['c1']), tasks: new Set(['c1-0']) }
    const bytes = hex(encodeAssignment(2, { ...PLAIN, assigned: NO_WORK, revoked, delayMs: 300_000 }))
    expect(bytes).toBe(`${HEAD}00000000000000010002633100000002ffffffff00000000000493e0`)
  })

  it('is read back as it was written', () => {
    const full = { ...PLAIN, revoked: WORK, delayMs: 1600, isMismatch: true }
    expect(decodeAssignment(Buffer.from(encodeAssignment(1, full)))).toEqual(full)
  })

  it('is read in version 0, and with nothing where the revoked work stands', () => {
    expect(decodeAssignment(Buffer.from(encodeAssignment(0, PLAIN)))).toEqual(PLAIN)
    expect(decodeAssignment(Buffer.from(`${HEAD}${WORK_BYTES}ffffffff00000000`, 'hex'))).toEqual(PLAIN)
  })

  it('takes the last dash of a task for the one before its number', () => {
    const assigned: Work = { connectors: new Set(), tasks: new Set(['a-b-12']) }
    expect(decodeAssignment(Buffer.from(encodeAssignment(2, { ...PLAIN, assigned }))).assigned).toEqual(assigned)
  })
})
