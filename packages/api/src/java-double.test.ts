import { expect, test } from 'vitest'
import { javaDouble, javaFloat } from './java-double.js'

test.each([
  [11, '11.0'],
  [0, '0.0'],
  [-0, '-0.0'],
  [1e7, '1.0E7'],
  [9999999.99, '9999999.99'],
  [1e10, '1.0E10'],
  [1e21, '1.0E21'],
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [3.4e-5, '3.4E-5'],
  [-1.5e-10, '-1.5E-10'],
  [123456789.12345679, '1.2345678912345679E8'],
  [1.7976931348623157e308, '1.7976931348623157E308'],
  [5e-324, '4.9E-324'],
  [2e-323, '2.0E-323'],
  [Number.NaN, 'NaN'],
  [Infinity, 'Infinity'],
  [-Infinity, '-Infinity'],
])('the float64 %d is %s', (value, text) => {
  expect(javaDouble(value)).toBe(text)
})

test.each([
  [1, '1.0'],
  [12.34, '12.34'],
  [Math.fround(12.34), '12.34'],
  [16777217, '1.6777216E7'],
  [3.4028234663852886e38, '3.4028235E38'],
  [1e10, '1.0E10'],
  [4026589.25, '4026589.2'],
  [1.401298464324817e-45, '1.4E-45'],
  [1.1754943508222875e-38, '1.1754944E-38'],
  [-0, '-0.0'],
  [Number.NaN, 'NaN'],
])('the float32 %d is %s', (value, text) => {
  expect(javaFloat(value)).toBe(text)
})
