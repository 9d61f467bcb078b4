import { describe, expect, test } from 'vitest'
import { parseListeners } from './listeners.js'

describe('the property listeners', () => {
  test.each([
    ['http://:8083', [{ host: '', port: 8083 }]],
    ['HTTP://127.0.0.1:0', [{ host: '127.0.0.1', port: 0 }]],
    [
      'http://[::1]:8083 , http://host-a:8084',
      [
        { host: '::1', port: 8083 },
        { host: 'host-a', port: 8084 },
      ],
    ],
    ['localhost:8083', [{ host: 'localhost', port: 8083 }]],
    [':8083', [{ host: '', port: 8083 }]],
  ])('%s names where to listen', (text, listeners) => {
    expect(parseListeners(text)).toEqual(listeners)
  })

  test.each([
    ['https://:8443', /https is not supported yet/],
    ['ftp://:21', /the scheme has to be http/],
    ['http://:70000', /from 0 to 65535/],
    ['8083', /http:\/\/host:port/],
    ['', /names no listener/],
  ])('%j is refused with the reason', (text, problem) => {
    expect(() => parseListeners(text)).toThrow(problem)
  })
})
