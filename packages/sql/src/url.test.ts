import { expect, it } from 'vitest'
import { parseUrl } from './url.js'

it.each([
  ['jdbc:x://h:1/db', [{ host: 'h', port: 1 }], 'db'],
  ['jdbc:x://h/db?a=b', [{ host: 'h', port: null }], 'db'],
  ['jdbc:x://h', [{ host: 'h', port: null }], null],
  ['jdbc:x:///db', [], 'db'],
  [
    'jdbc:x://a:1,b,[::1]:3/db',
    [
      { host: 'a', port: 1 },
      { host: 'b', port: null },
      { host: '::1', port: 3 },
    ],
    'db',
  ],
  [
    'jdbc:x:replication://a,b/db',
    [
      { host: 'a', port: null },
      { host: 'b', port: null },
    ],
    'db',
  ],
  ['jdbc:x://address=(host=a)(port=5)/db', [{ host: 'a', port: 5 }], 'db'],
  ['jdbc:x://h/d%20b', [{ host: 'h', port: null }], 'd b'],
])('reads %s', (url, hosts, database) => {
  expect(parseUrl(url)).toMatchObject({ subprotocol: 'x', hosts, database })
})

it('reads parameters, user and password, and shows no password', () => {
  const url = parseUrl('jdbc:X://joe:p%40ss@h:1/db?ssl=true&password=s3cret&flag')
  expect(url).toMatchObject({
    subprotocol: 'x',
    user: 'joe',
    password: 'p@ss',
    params: { ssl: 'true', password: 's3cret', flag: '' },
  })
  expect(url.shown).not.toMatch(/s3cret|p%40ss/)
})

it.each([
  ['jdbc:x:/data/a.db?mode=ro', '/data/a.db'],
  ['jdbc:x::memory:', ':memory:'],
  ['jdbc:x:C:/data/a.db', 'C:/data/a.db'],
  ['jdbc:x:', ''],
])('takes what has no hosts for a path: %s', (url, path) => {
  expect(parseUrl(url)).toMatchObject({ path, hosts: [] })
})

it.each([
  '',
  'mysql://h/db',
  'jdbc:foo',
  'jdbc:protocolinvalid;field=value',
  'jdbc:x://h:99999/db',
  'jdbc:x://h:port/db',
])('refuses %j', (url) => {
  expect(() => parseUrl(url)).toThrow(expect.objectContaining({ code: 'invalid-url' }))
})
