import { RetriableError, StateError, type SourceTaskContext } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { Troubles } from './troubles.js'

const away = new RetriableError('connection-lost', 'The database is away')

function troublesOf() {
  const clock = { now: 0 }
  const lines: string[] = []
  const told: (string | null)[] = []
  const metrics = new Map<string, number>()
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`)
  const context: SourceTaskContext = {
    connector: 'c',
    task: 0,
    log: { debug() {}, info: at('info'), warn: at('warn'), error: at('error') },
    metrics: {
      add: (name, by) => metrics.set(name, (metrics.get(name) ?? 0) + by),
      set: (name, to) => metrics.set(name, to),
    },
    signal: new AbortController().signal,
    offsets: { read: () => Promise.resolve([]) },
    troubled: (problem) => void told.push(problem),
  }
  return { troubles: new Troubles(context, () => clock.now), clock, lines, told, metrics }
}

test('an outage is told when it begins, once a minute, and when it is over', () => {
  const { troubles, clock, lines, told, metrics } = troublesOf()
  for (let second = 0; second <= 90; second += 10) {
    clock.now = second * 1000
    troubles.failed('t', away)
  }
  expect(metrics.get('source-database-available')).toBe(0)
  troubles.worked('t')
  expect(lines.map((line) => line.slice(0, 40))).toEqual([
    'warn Reading t failed; it is tried again',
    'warn Reading t fails since 60 s; next is',
    'info Reading goes on, after 90.0 s and 1',
  ])
  expect(told).toEqual([expect.stringContaining('The database is away'), null])
  expect(metrics.get('source-database-available')).toBe(1)
  expect(metrics.get('total-retries')).toBe(10)
})

test('another cause is told at once', () => {
  const { troubles, lines, told } = troublesOf()
  troubles.failed('t', away)
  troubles.failed('t', new RetriableError('server-starting', 'The database is starting'))
  expect(lines).toHaveLength(2)
  expect(told.at(-1)).toContain('The database is starting')
})

test('pauses grow to ten seconds and begin anew after a success', () => {
  const { troubles } = troublesOf()
  const pauses = Array.from({ length: 9 }, () => troubles.failed('t', away))
  expect(pauses).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000])
  troubles.worked('t')
  expect(troubles.failed('t', away)).toBe(200)
})

test('a table that is set aside is told until it can be read', () => {
  const { troubles, told, metrics } = troublesOf()
  troubles.setAside('t', new StateError('permission-denied', 'Not allowed'))
  troubles.setAside('t', new StateError('permission-denied', 'Not allowed'))
  troubles.worked('u')
  expect(metrics.get('source-tables-set-aside')).toBe(1)
  troubles.worked('t')
  expect(told).toEqual(['t: Not allowed', null])
})
