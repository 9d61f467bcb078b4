import { expect, test } from 'vitest'
import { beginningFor, checkBeginnings } from './initial-offset.js'

test.each<[string, string, unknown]>([
  ['now', 'db.t', 'now'],
  ['earliest', 'db.t', 'earliest'],
  ['-5', 'db.t', { after: -5 }],
  ['9007199254740993', 'db.t', { after: 9_007_199_254_740_993n }],
  ['2024-05-01', 'db.t', { afterTime: Date.UTC(2024, 4, 1) }],
  ['2024-05-01T10:00:00Z', 'db.t', { afterTime: Date.UTC(2024, 4, 1, 10) }],
  ['2024-05-01 10:00', 'db.t', { afterTime: Date.UTC(2024, 4, 1, 10) }],
  ['2024-05-01T10:00:00+02:00', 'db.t', { afterTime: Date.UTC(2024, 4, 1, 8) }],
  ['db\\.t:now,7', 'db.t', 'now'],
  ['db\\.t:now,7', 'db.u', { after: 7 }],
  ['db\\.t:now', 'db.u', null],
  ['7,db\\..:2024-05-01T10:00:00Z', 'db.u', { afterTime: Date.UTC(2024, 4, 1, 10) }],
  ['db.*:1,db\\.t:2', 'db.t', { after: 1 }],
])('offset.initial=%s has %s begin where it says', (list, table, expected) => {
  expect(checkBeginnings(list)).toBeNull()
  expect(beginningFor(list.split(','), table)).toEqual(expected)
})

test.each([
  ['yesterday', /yesterday: It is earliest, now/],
  ['t:soon', /t:soon: It is earliest, now/],
  ['t(:now', /Unterminated group/],
  ['2024-13-01', /It is earliest/],
])('offset.initial=%s is refused', (list, problem) => {
  expect(checkBeginnings(list)).toMatch(problem)
})
