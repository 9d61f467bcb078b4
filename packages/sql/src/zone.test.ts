import { expect, it } from 'vitest'
import { zoneOf } from './zone.js'

it.each(['', 'UTC', 'Z', 'Etc/UTC'])('takes %j for UTC, which is no zone', (name) => {
  expect(zoneOf(name)).toBeNull()
})

it.each([
  ['Europe/Berlin', '2024-01-15T12:00:00', '2024-01-15T11:00:00Z'],
  ['Europe/Berlin', '2024-07-15T12:00:00', '2024-07-15T10:00:00Z'],
  ['Europe/Berlin', '2024-10-27T02:30:00', '2024-10-27T01:30:00Z'],
  ['Europe/Berlin', '1890-01-01T00:00:00', '1889-12-31T23:00:00Z'],
  ['America/New_York', '2024-11-03T01:30:00', '2024-11-03T06:30:00Z'],
  ['America/New_York', '2024-03-10T02:30:00', '2024-03-10T07:30:00Z'],
  ['Australia/Lord_Howe', '2024-04-07T01:45:00', '2024-04-06T15:15:00Z'],
  ['Australia/Lord_Howe', '2024-10-06T02:15:00', '2024-10-05T15:45:00Z'],
  ['Europe/Berlin', '2024-03-31T02:30:00', '2024-03-31T01:30:00Z'],
  ['America/New_York', '2024-07-04T20:00:00', '2024-07-05T00:00:00Z'],
  ['Asia/Kathmandu', '2024-01-01T05:45:00', '2024-01-01T00:00:00Z'],
  ['Australia/Lord_Howe', '2024-01-01T11:00:00', '2024-01-01T00:00:00Z'],
])('reads a wall clock in %s: %s', (name, wall, utc) => {
  expect(zoneOf(name)?.toUtc(Date.parse(`${wall}Z`))).toBe(Date.parse(utc))
})

it('gives back every hour of a year but the one that comes twice', () => {
  const zone = zoneOf('Europe/Berlin')
  const twice = Date.parse('2024-10-27T00:00:00Z')
  for (let utc = Date.parse('2024-01-01T00:00:00Z'); utc < Date.parse('2025-01-01T00:00:00Z'); utc += 3_600_000) {
    expect(zone?.toUtc(zone.toWall(utc))).toBe(utc === twice ? utc + 3_600_000 : utc)
  }
})

it('refuses a zone that does not exist', () => {
  expect(() => zoneOf('Middle/Earth')).toThrow(expect.objectContaining({ code: 'unknown-time-zone' }))
})
