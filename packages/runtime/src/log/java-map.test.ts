import { describe, expect, it } from 'vitest'
import { decodeJavaMap, encodeJavaMap } from './java-map.js'

const text = (value: string) => Buffer.from(value, 'utf8')
const HEAD =
  'aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163746f72490009746872657368'
/** What a JVM writes for one entry K1 → V1. */
const ONE_ENTRY =
  `${HEAD}6f6c6478703f4000000000000c77080000001000000001757200025b42acf317f8060854e002000078700000` +
  '00024b317571007e000200000002563178'

describe('a Java map of byte arrays', () => {
  it('is written as a JVM writes it', () => {
    const bytes = encodeJavaMap([[text('K1'), text('V1')]])

    expect(Buffer.from(bytes).toString('hex')).toBe(ONE_ENTRY)
  })

  it('is read as a JVM wrote it', () => {
    const entries = decodeJavaMap(Buffer.from(ONE_ENTRY, 'hex'))

    expect(entries.map(([key, value]) => [Buffer.from(key).toString(), Buffer.from(value!).toString()])).toEqual([
      ['K1', 'V1'],
    ])
  })

  it('is read with any number of buckets and any threshold', () => {
    const other = ONE_ENTRY.replace(
      '3f4000000000000c770800000010',
      '3f400000000017707708deadbeef'.replace('deadbeef', '00002000'),
    )

    expect(decodeJavaMap(Buffer.from(other, 'hex'))).toHaveLength(1)
  })

  it('keeps null values', () => {
    const entries = decodeJavaMap(
      encodeJavaMap([
        [text('a'), null],
        [text('b'), text('')],
        [text('c'), null],
      ]),
    )

    expect(entries.map(([key, value]) => [Buffer.from(key).toString(), value === null ? null : value.length])).toEqual([
      ['a', null],
      ['b', 0],
      ['c', null],
    ])
  })

  it.each([0, 1, 12, 13, 24, 25, 1000])('comes back as it was with %i entries', (count) => {
    const entries = Array.from({ length: count }, (_, i) => [text(`key ${i}`), text(`value ${i}`)] as const)

    const again = decodeJavaMap(encodeJavaMap(entries))

    expect(again.map((entry) => entry.map((bytes) => Buffer.from(bytes!).toString()))).toEqual(
      entries.map((entry) => entry.map(String)),
    )
  })

  it.each([12, 13, 24, 25])('grows its buckets as java.util.HashMap does (%i entries)', (count) => {
    const entries = Array.from({ length: count }, (_, i) => [text(`${i}`), text('')] as const)

    const sizes = Buffer.from(encodeJavaMap(entries)).subarray(HEAD.length / 2 + 5)

    const buckets = { 12: 16, 13: 32, 24: 32, 25: 64 }[count]!
    expect([sizes.readUInt32BE(4), sizes.readUInt32BE(10)]).toEqual([buckets * 0.75, buckets])
  })

  it.each([0, 1, 60, 81, 100, ONE_ENTRY.length / 2 - 1])('is refused when cut off after %i bytes', (length) => {
    expect(() => decodeJavaMap(Buffer.from(ONE_ENTRY, 'hex').subarray(0, length))).toThrow(/at byte \d+ of/)
  })

  it('is refused when it is something else', () => {
    expect(() => decodeJavaMap(Buffer.from('{"offsets":[]}'.repeat(10)))).toThrow(/java\.util\.HashMap at byte 0/)
  })
})
