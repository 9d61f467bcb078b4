import { expect, test } from 'vitest'
import { ConfigError, DataError, RetriableError } from './errors.js'
import { javaTrace } from './java-trace.js'

test('the first line has the class that Java has for it, the message and the hint', () => {
  const error = new RetriableError('gone', 'No connection', { hint: 'Start the server.' })
  expect(javaTrace(error).split('\n')[0]).toBe(
    'org.apache.kafka.connect.errors.RetriableException: No connection. Start the server.',
  )
  expect(javaTrace(new DataError('bad', 'Bad row'))).toMatch(
    /^org\.apache\.kafka\.connect\.errors\.DataException: Bad row\n/,
  )
  expect(javaTrace(new ConfigError('bad', [{ key: 'a', message: 'Bad key' }]))).toMatch(
    /^org\.apache\.kafka\.common\.config\./,
  )
  expect(javaTrace(new RangeError('odd'))).toMatch(
    /^org\.apache\.kafka\.connect\.errors\.ConnectException: RangeError: odd\n/,
  )
})

test('every other line is a frame that ends in a bracket, or a cause', () => {
  const cause = Object.assign(new Error('ECONNREFUSED'), {
    stack: 'Error: x\n    at /srv/a/b.js:12:3\n    at async f (/srv/c.js:7:1)',
  })
  const lines = javaTrace(new RetriableError('gone', 'No connection', { cause }))
    .split('\n')
    .slice(1)
  expect(lines.filter((line) => !/^\tat [^\n]*\([\w.-]+:\d+\)$/.test(line))).toEqual(['Caused by: Error: ECONNREFUSED'])
  expect(lines.slice(-2)).toEqual(['\tat rowbridge(b.js:12)', '\tat f(c.js:7)'])
})

test('a password in a message is not in the trace', () => {
  expect(javaTrace(new Error('jdbc:x://h/d?password=geheim failed'))).not.toContain('geheim')
})
