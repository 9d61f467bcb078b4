// Connection settings from a Java client's properties; and what is said when nobody answers.
import { createServer } from 'node:net'
import { ConfigError, RetriableError } from '@rowbridge/api'
import { describe, expect, onTestFinished, test } from 'vitest'
import { networkSettings } from './network-config.js'
import { networkKafka } from './network.js'
import { jaasOptions } from './sasl.js'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required'

describe('connection settings', () => {
  test.each<[string, string | undefined, string | undefined]>([
    [`${PLAIN} username="ann" password="s3 \\"q\\"=;";`, 'ann', 's3 "q"=;'],
    [`${PLAIN}\n  username='ann'\n  password=plain;`, 'ann', 'plain'],
    [`${PLAIN} serviceName="kafka";`, undefined, undefined],
  ])('read the login from %j', (text, user, password) => {
    const options = jaasOptions(text)
    expect([options.get('username'), options.get('password')]).toEqual([user, password])
  })

  test('take several servers and a mechanism', () => {
    const settings = networkSettings({
      'bootstrap.servers': ' a:1, PLAINTEXT://b.example:9092,[::1]:3 ',
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'SCRAM-SHA-512',
      'sasl.jaas.config': 'x.ScramLoginModule required username="u" password="p";',
    })
    expect(settings.servers).toEqual([
      { host: 'a', port: 1 },
      { host: 'b.example', port: 9092 },
      { host: '::1', port: 3 },
    ])
    expect(settings.sasl).toEqual({ mechanism: 'scram-sha-512', username: 'u', password: 'p' })
    expect(settings.ssl).toEqual({})
  })

  test.each([
    [{}, 'bootstrap.servers: no server is named'],
    [{ 'bootstrap.servers': 'localhost' }, 'bootstrap.servers: localhost is not host:port'],
    [{ 'bootstrap.servers': 'a:1', 'security.protocol': 'TLS' }, 'security.protocol: TLS is none of'],
    [{ 'bootstrap.servers': 'a:1', 'security.protocol': 'SASL_SSL' }, 'sasl.mechanism: GSSAPI is not supported'],
    [
      { 'bootstrap.servers': 'a:1', 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN' },
      'sasl.jaas.config: no username and password',
    ],
    [
      {
        'bootstrap.servers': 'a:1',
        'security.protocol': 'SASL_SSL',
        'sasl.mechanism': 'PLAIN',
        'sasl.jaas.config': 'com.sun.security.auth.module.JndiLoginModule required user.provider.url="ldap://evil";',
      },
      'sasl.jaas.config: the login module com.sun.security.auth.module.JndiLoginModule is not the one',
    ],
    [{ 'bootstrap.servers': 'a:1', 'request.timeout.ms': 'soon' }, 'request.timeout.ms: soon is not a whole number'],
  ])('of %j are refused by key', (props, message) => {
    expect(() => networkSettings(props)).toThrow(ConfigError)
    expect(() => networkSettings(props)).toThrow(message)
  })
})

async function failure(bootstrap: string): Promise<unknown> {
  const kafka = networkKafka(
    { 'bootstrap.servers': bootstrap, 'socket.connection.setup.timeout.ms': '500' },
    { clientId: 'c', log },
  )
  onTestFinished(() => kafka.close())
  return await kafka
    .admin('c')
    .topics()
    .then(
      () => null,
      (error: unknown) => error,
    )
}

describe('a cluster that cannot be reached', () => {
  test.each([
    ['nobody listens', '127.0.0.1:1'],
    ['the host is unknown', 'no-such-host.invalid:9092'],
  ])('%s: the error names bootstrap.servers', async (_name, bootstrap) => {
    const error = await failure(bootstrap)
    expect(error).toBeInstanceOf(RetriableError)
    expect(error).toMatchObject({
      message: expect.stringContaining(bootstrap),
      hint: expect.stringContaining('bootstrap.servers'),
    })
  })

  test('something else listens there: the error comes soon and names the protocol', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const error = await failure(`127.0.0.1:${port}`)
    expect(error).toBeInstanceOf(RetriableError)
    expect(error).toMatchObject({ hint: expect.stringContaining('security.protocol') })
  })
})
