import { expect, test } from 'vitest'
import { compileInstant } from './instant.js'

test.each([
  ["yyyy-MM-dd'T'HH:mm:ss", 'UTC', '2024-02-29T10:11:12', Date.UTC(2024, 1, 29, 10, 11, 12)],
  ["yyyy-MM-dd' 'HH:mm:ss", 'Europe/Berlin', '2024-07-01 12:00:00', Date.UTC(2024, 6, 1, 10)],
  ["yyyy-MM-dd' 'HH:mm:ss", 'America/New_York', '2024-03-10 02:30:00', Date.UTC(2024, 2, 10, 7, 30)],
  ['MM/dd/yyyy hh:mm a', 'UTC', '12/31/2023 12:05 AM', Date.UTC(2023, 11, 31, 0, 5)],
  ['dd MMM yyyy', 'UTC', '05 Mar 1999', Date.UTC(1999, 2, 5)],
  ["yyyy-MM-dd'T'HH:mm:ss.SSSX", 'UTC', '2024-01-01T00:00:00.250+02:00', Date.UTC(2023, 11, 31, 22, 0, 0, 250)],
])('%s in %s reads %s', (pattern, zone, text, instant) => {
  expect(compileInstant(pattern, zone)(text)).toBe(instant)
})

test.each(['2024-02-30', '2024-13-01', '24-1', '2024-01-01 ', 'x'])('%j is no date', (text) => {
  expect(compileInstant('yyyy-MM-dd', 'UTC')(text)).toBeNull()
})

test('a letter without a meaning is told', () => {
  expect(() => compileInstant('yyyy-QQ', 'UTC')).toThrow('The letter Q')
})
