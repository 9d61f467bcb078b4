import { expect, test } from 'vitest'
import {
  bigDecimalText,
  decimalOfLiteral,
  decimalText,
  ofTwosComplement,
  smallUnscaled,
  twosComplement,
  unscaledOf,
} from './decimal-text.js'

test.each([
  ['12.50', 2, 1250n, '12.50'],
  ['-0.01', 2, -1n, '-0.01'],
  ['0.00', 2, 0n, '0.00'],
  ['42', 0, 42n, '42'],
  ['0.0000000001', 10, 1n, '1E-10'],
  ['0.000001', 6, 1n, '0.000001'],
  ['0.0000012', 7, 12n, '0.0000012'],
  ['0.00000012', 8, 12n, '1.2E-7'],
  ['0.0000000000', 10, 0n, '0E-10'],
  ['1000', -3, 1n, '1E+3'],
  ['-12345000', -3, -12345n, '-1.2345E+7'],
  ['0', -3, 0n, '0E+3'],
  ['99999999999999999999.99', 2, 9999999999999999999999n, '99999999999999999999.99'],
])('%s of scale %d', (text, scale, unscaled, javaText) => {
  expect(unscaledOf(text, scale)).toBe(unscaled)
  expect(decimalText(unscaled, scale)).toBe(text)
  expect(bigDecimalText(unscaled, scale)).toBe(javaText)
  expect(decimalOfLiteral(javaText, scale)).toBe(text)
  expect(ofTwosComplement(twosComplement(unscaled))).toBe(unscaled)
  const small = smallUnscaled(text, scale)
  expect(Number.isNaN(small) || BigInt(small) === unscaled).toBe(true)
})

test.each([
  ['12.5', 2, 'other-scale'],
  ['12.500', 2, 'other-scale'],
  ['12', 2, 'other-scale'],
  ['1001', -3, 'other-scale'],
  ['', 0, 'no-decimal'],
  ['.5', 1, 'no-decimal'],
  ['1e3', 0, 'no-decimal'],
  ['NaN', 0, 'no-decimal'],
  ['1.2.3', 1, 'no-decimal'],
  ['+1.5', 1, 'no-decimal'],
])('%j is no decimal of scale %d: %s', (text, scale, problem) => {
  expect(unscaledOf(text, scale)).toBe(problem)
  expect(smallUnscaled(text, scale)).toBeNaN()
})

test.each([
  [0n, '00'],
  [127n, '7f'],
  [128n, '0080'],
  [-128n, '80'],
  [-129n, 'ff7f'],
  [156n, '009c'],
])('%d has the bytes %s', (value, hex) => {
  expect(Buffer.from(twosComplement(value)).toString('hex')).toBe(hex)
})

test('a literal with more digits than the scale is refused unless they are zeros', () => {
  expect(decimalOfLiteral('1.5', 2)).toBe('1.50')
  expect(decimalOfLiteral('1.5000', 2)).toBe('1.50')
  expect(decimalOfLiteral('1.505', 2)).toBeNull()
  expect(decimalOfLiteral('15e-1', 2)).toBe('1.50')
  expect(decimalOfLiteral('1e999999999', 2)).toBeNull()
})
