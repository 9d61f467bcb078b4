import { expect, it } from 'vitest'
import { digitsOf, plainDecimal, rescale } from './decimal.js'

it.each([
  ['1', '1'],
  ['-0', '0'],
  ['+1.50', '1.50'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['007', '7'],
  ['1e3', '1000'],
  ['-1.25E-3', '-0.00125'],
  ['1.5e+1', '15'],
  ['12345678901234567890.000000001', '12345678901234567890.000000001'],
  ['NaN', null],
  ['Infinity', null],
  ['', null],
  ['1,5', null],
  ['e5', null],
])('writes %j plainly as %j', (text, plain) => {
  expect(plainDecimal(text)).toBe(plain)
})

it.each([
  ['1', 2, '1.00'],
  ['1.5', 0, null],
  ['1.50', 1, '1.5'],
  ['-0.010', 2, '-0.01'],
  ['1.00', 0, '1'],
  ['1.005', 2, null],
])('brings %s to scale %i as %j', (plain, scale, scaled) => {
  expect(rescale(plain, scale)).toBe(scaled)
})

it('counts the digits a number needs on either side of the point', () => {
  expect(digitsOf('-0012.3400')).toEqual({ whole: 2, fraction: 2 })
  expect(digitsOf('0.00')).toEqual({ whole: 0, fraction: 0 })
})
