import { ConfigError, RetriableError } from '@rowbridge/api'
import { describe, expect, test } from 'vitest'
import { LogLevels } from '@rowbridge/runtime'
import { createLog, rootLevelOf, type LogFormat, type LogLevel } from './log.js'
import { StatusLine } from './status-line.js'

function logTo(lines: string[], format: LogFormat, level: LogLevel = 'info') {
  return createLog({
    format,
    levels: new LogLevels(rootLevelOf(level)),
    colors: false,
    out: { print: (text) => void lines.push(text) },
  })
}

describe('the log', () => {
  test('for people puts time, level, connector, task, message and fields on one line', () => {
    const lines: string[] = []
    logTo(lines, 'pretty').info('Read rows', { connector: 'src', task: 0, rows: 5, table: 'a b', big: 2n ** 60n })
    expect(lines.join('')).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} INFO {2}\[src\|0\] Read rows rows=5 table="a b" big=1152921504606846976\n$/,
    )
  })

  test('for machines is one JSON object per line', () => {
    const lines: string[] = []
    logTo(lines, 'json').warn('Slow', { connector: 'src', ms: 12 })
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      connector: 'src',
      ms: 12,
      message: 'Slow',
    })
  })

  test('follows the level of the logger that a line names, also when it changes', () => {
    const lines: string[] = []
    const levels = new LogLevels('INFO')
    const log = createLog({ format: 'json', levels, colors: false, out: { print: (text) => void lines.push(text) } })
    log.debug('before', { logger: 'a.b.C' })
    levels.set('a.b', 'DEBUG', 0)
    log.debug('after', { logger: 'a.b.C' })
    log.debug('elsewhere', { logger: 'a.c' })
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(['after'])
  })

  test('leaves out what is below its level', () => {
    const lines: string[] = []
    logTo(lines, 'pretty', 'warn').info('not shown')
    expect(lines).toEqual([])
  })

  test('tells an error with its hint and its causes, below the line', () => {
    const lines: string[] = []
    const cause = new Error('ECONNREFUSED')
    const error = new RetriableError('gone', 'No connection', { cause, hint: 'Start the server.' })
    logTo(lines, 'pretty').error('Task failed', { error })
    expect(lines.join('')).toContain(
      'Task failed\n    RetriableError: No connection. Start the server.\n    Caused by: Error: ECONNREFUSED\n',
    )
  })

  test.each<LogFormat>(['pretty', 'json'])('never shows a password (%s)', (format) => {
    const lines: string[] = []
    const url = 'jdbc:mariadb://u:hunter2@h/d?password=hunter2'
    const error = new ConfigError('bad', [{ key: 'connection.url', message: `bad ${url}` }])
    const props = { 'connection.password': 'hunter2', 'connection.url': url }
    logTo(lines, format).error(`Cannot reach ${url}`, { props, error, list: [url] })
    expect(lines.join('')).toContain('****')
    expect(lines.join('')).not.toContain('hunter2')
  })
})

describe('the status line', () => {
  test('is redrawn below what is printed meanwhile', () => {
    const written: string[] = []
    const line = new StatusLine({ isTTY: true, columns: 80, write: (text) => written.push(text) > 0 })
    line.show('10 rows')
    line.print('a log line\n')
    line.show('')
    expect(written).toEqual(['\r\x1b[2K10 rows', '\r\x1b[2Ka log line\n10 rows', '\r\x1b[2K'])
  })

  test('is not drawn where there is no terminal', () => {
    const written: string[] = []
    const line = new StatusLine({ write: (text) => written.push(text) > 0 })
    line.show('10 rows')
    line.print('a log line\n')
    expect(written).toEqual(['a log line\n'])
  })
})
