import { expect, test } from 'vitest'
import { parseListener } from './listener.js'
import { restConfig } from './rest-config.js'

test.each([
  ['http://:8083', { scheme: 'http', host: '', port: 8083 }],
  ['HTTP://127.0.0.1:0', { scheme: 'http', host: '127.0.0.1', port: 0 }],
  ['https://[::1]:8443', { scheme: 'https', host: '::1', port: 8443 }],
  ['localhost:8083', { scheme: 'http', host: 'localhost', port: 8083 }],
  [':8083', { scheme: 'http', host: '', port: 8083 }],
])('%s names where to listen', (text, listener) => {
  expect(parseListener(text)).toEqual(listener)
})

test.each([
  ['ftp://:21', /the scheme has to be http or https/],
  ['http://:8083,http://:70000', /from 0 to 65535/],
  ['8083', /http:\/\/host:port/],
  ['', /names no listener/],
])('listeners=%j is refused with the reason', (text, problem) => {
  expect(() => restConfig.parse({ listeners: text })).toThrow(problem)
})

test('an empty list of admin listeners is one, and means nowhere', () => {
  expect(restConfig.parse({ 'admin.listeners': '' })['admin.listeners']).toEqual([])
  expect(restConfig.parse({})['admin.listeners']).toBeNull()
})

test('an extension that cannot run here is refused, for it may be what keeps strangers out', () => {
  expect(() => restConfig.parse({ 'rest.extension.classes': 'com.example.Guard' })).toThrow('com.example.Guard')
  const basic = 'org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension'
  expect(restConfig.parse({ 'rest.extension.classes': basic })['rest.extension.classes']).toEqual([basic])
})
