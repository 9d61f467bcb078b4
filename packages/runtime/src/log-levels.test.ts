import { expect, test } from 'vitest'
import { LogLevels } from './log-levels.js'

test('a logger without a level of its own follows the nearest one above', () => {
  const levels = new LogLevels('INFO')
  levels.set('org.apache.kafka', 'WARN', 1)
  levels.set('org.apache.kafka.connect', 'DEBUG', 2)
  expect(levels.isTold('org.apache.kafka.connect.runtime.Worker', 'debug')).toBe(true)
  expect(levels.isTold('org.apache.kafka.clients', 'info')).toBe(false)
  expect(levels.isTold('org.apache.kafkaesque', 'info')).toBe(true)
})

test('setting a level reaches the loggers below, also those that were used before', () => {
  const levels = new LogLevels('INFO')
  expect(levels.isTold('a.b.c', 'debug')).toBe(false)
  expect(levels.set('a.b', 'DEBUG', 5)).toEqual(['a.b', 'a.b.c'])
  expect(levels.isTold('a.b.c', 'debug')).toBe(true)
  expect(levels.all().map(([name]) => name)).toEqual(['a.b', 'a.b.c', 'root'])
})

test('the level that is set already changes nothing, not even the time', () => {
  const levels = new LogLevels('INFO')
  levels.set('a', 'WARN', 5)
  levels.set('a', 'WARN', 9)
  expect(levels.find('a')).toEqual({ level: 'WARN', lastModified: 5 })
})

test('root is meant in any spelling, and reaches all', () => {
  const levels = new LogLevels('INFO')
  levels.set('a.b', 'TRACE', 1)
  levels.set('ROOT', 'ERROR', 2)
  expect(levels.isTold('a.b', 'warn')).toBe(false)
  expect(levels.find('Root')).toEqual({ level: 'ERROR', lastModified: 2 })
})

test('a logger nobody used or set is not known', () => {
  const levels = new LogLevels('INFO')
  expect(levels.find('a')).toBeNull()
  levels.isTold('a', 'info')
  expect(levels.find('a')).toEqual({ level: 'INFO', lastModified: null })
})

test.each(['OFF', 'FATAL'] as const)('%s tells nothing', (level) => {
  expect(new LogLevels(level).isTold('a', 'error')).toBe(false)
})
