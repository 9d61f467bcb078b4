// Every way to log in, against a broker that asks for it over TLS; and the stores in which Java keeps certificates.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Props } from '@rowbridge/api'
import { jdbcSource } from '@rowbridge/connector-jdbc'
import { jsonConverter } from '@rowbridge/converters'
import { openKafka } from '@rowbridge/kafka'
import { startStandalone } from '@rowbridge/runtime'
import { freePorts, kafkaTool, server, uniqueName, waitFor, type KafkaServer } from '@rowbridge/testkit'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { quietLog } from './quiet-log.js'

const SECURITY = 'org.apache.kafka.common.security'
const folder = mkdtempSync(join(tmpdir(), 'rowbridge-security-'))
const at = (name: string) => join(folder, name)
const STORE_PASSWORD = 'store-pw'

let broker: KafkaServer
let [saslPort, tlsPort] = [0, 0]

/** Keys of a server and a client, each known to the other; what a client needs in all formats. */
function makeStores(): void {
  const keytool = (...args: string[]) => execFileSync('keytool', args, { stdio: 'ignore' })
  const password = ['-storepass', STORE_PASSWORD, '-keypass', STORE_PASSWORD]
  for (const [name, subject] of [
    ['server', 'CN=localhost'],
    ['client', 'CN=client'],
  ] as const) {
    const key = [
      '-alias',
      name,
      '-dname',
      subject,
      '-keyalg',
      'RSA',
      '-validity',
      '3',
      '-ext',
      'SAN=IP:127.0.0.1,DNS:localhost',
    ]
    keytool('-genkeypair', '-storetype', 'PKCS12', '-keystore', at(`${name}.p12`), ...key, ...password)
    keytool(
      '-exportcert',
      '-rfc',
      '-alias',
      name,
      '-file',
      at(`${name}.pem`),
      '-keystore',
      at(`${name}.p12`),
      ...password,
    )
  }
  const trust = (store: string, type: string, name: string) =>
    keytool(
      '-importcert',
      '-noprompt',
      '-alias',
      name,
      '-file',
      at(`${name}.pem`),
      '-keystore',
      at(store),
      '-storetype',
      type,
      ...password,
    )
  trust('client-trust.p12', 'PKCS12', 'server')
  trust('client-trust.jks', 'JKS', 'server')
  trust('server-trust.p12', 'PKCS12', 'client')
}

beforeAll(async () => {
  makeStores()
  ;[saslPort = 0, tlsPort = 0] = await freePorts(2)
  const jaas = (mechanism: string, text: string) => ({
    [`listener.name.sasl_ssl.${mechanism}.sasl.jaas.config`]: `${SECURITY}.${text};`,
  })
  broker = await server('kafka', {
    isPrivate: true,
    listeners: { SASL_SSL: saslPort, SSL: tlsPort },
    settings: {
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
      ...jaas('plain', 'plain.PlainLoginModule required user_ann="ann-secret"'),
      ...jaas('scram-sha-256', 'scram.ScramLoginModule required'),
      ...jaas('scram-sha-512', 'scram.ScramLoginModule required'),
      ...jaas('oauthbearer', 'oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker"'),
      'ssl.keystore.location': at('server.p12'),
      'ssl.keystore.password': STORE_PASSWORD,
      'ssl.truststore.location': at('server-trust.p12'),
      'ssl.truststore.password': STORE_PASSWORD,
      'listener.name.ssl.ssl.client.auth': 'required',
    },
  })
  // One kind of credential a call: the broker refuses both at once.
  for (const name of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    const to = ['--bootstrap-server', broker.bootstrap, '--entity-type', 'users', '--entity-name', 'bob']
    await kafkaTool('kafka.admin.ConfigCommand', [...to, '--alter', '--add-config', `${name}=[password=bob-secret]`])
  }
}, 120_000)

afterAll(async () => {
  await broker[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const trusting: Props = {
  'ssl.truststore.location': at('client-trust.p12'),
  'ssl.truststore.type': 'PKCS12',
  'ssl.truststore.password': STORE_PASSWORD,
}

function loggedIn(mechanism: string, jaas: string): Props {
  return {
    'bootstrap.servers': `127.0.0.1:${saslPort}`,
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': mechanism,
    'sasl.jaas.config': `${SECURITY}.${jaas};`,
    ...trusting,
  }
}

/** The cluster's id, asked for with these properties. */
async function clusterWith(props: Props): Promise<string | null> {
  const kafka = await openKafka(props, { clientId: 'secure', log: quietLog(), access: 'own' })
  const admin = kafka.admin('secure')
  try {
    return await admin.clusterId()
  } finally {
    await admin.close()
    await kafka.close()
  }
}

const PLAIN = 'plain.PlainLoginModule required username="ann" password="ann-secret"'
const SCRAM = 'scram.ScramLoginModule required username="bob" password="bob-secret"'
const BEARER = 'oauthbearer.OAuthBearerLoginModule required'

describe('a client logs in over SASL_SSL', () => {
  test.each([
    ['PLAIN', PLAIN],
    ['SCRAM-SHA-256', SCRAM],
    ['SCRAM-SHA-512', SCRAM],
    ['OAUTHBEARER', `${BEARER} unsecuredLoginStringClaim_sub="ann"`],
  ])('by %s', async (mechanism, jaas) => {
    expect(await clusterWith(loggedIn(mechanism, jaas))).toEqual(expect.any(String))
  })

  test('by OAUTHBEARER with a token from an endpoint, fetched once', async () => {
    const asked: unknown[] = []
    const endpoint = createServer((request, response) => {
      asked.push(request.headers.authorization)
      const now = Math.floor(Date.now() / 1000)
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const token = `${part({ alg: 'none' })}.${part({ sub: 'ann', iat: now, exp: now + 600 })}.`
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 600 }))
    })
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void endpoint.close())
    const address = endpoint.address()
    const port = typeof address === 'object' ? address?.port : 0
    const props = loggedIn('OAUTHBEARER', `${BEARER} clientId="app" clientSecret="app-secret"`)
    const url = `http://127.0.0.1:${port}/token`
    expect(await clusterWith({ ...props, 'sasl.oauthbearer.token.endpoint.url': url })).toEqual(expect.any(String))
    expect(asked).toEqual([`Basic ${Buffer.from('app:app-secret').toString('base64')}`])
  })

  test.each([
    ['a wrong password', loggedInLater('PLAIN', 'plain.PlainLoginModule required username="ann" password="nope-nope"')],
    [
      'a wrong SCRAM password',
      loggedInLater('SCRAM-SHA-512', 'scram.ScramLoginModule required username="bob" password="nope"'),
    ],
  ])('but not with %s', async (_name, props) => {
    await expect(clusterWith(props())).rejects.toMatchObject({ code: 'authentication-failed' })
  })
})

function loggedInLater(mechanism: string, jaas: string): () => Props {
  return () => loggedIn(mechanism, jaas)
}

describe('over TLS', () => {
  const own = (): Props => ({
    'bootstrap.servers': `127.0.0.1:${tlsPort}`,
    'security.protocol': 'SSL',
    'ssl.keystore.location': at('client.p12'),
    'ssl.keystore.password': STORE_PASSWORD,
  })

  test('a client shows a certificate out of a PKCS12 store of Java', async () => {
    expect(await clusterWith({ ...own(), ...trusting })).toEqual(expect.any(String))
  })

  test('certificates to trust may be a PEM file', async () => {
    expect(await clusterWith({ ...own(), 'ssl.truststore.location': at('server.pem') })).toEqual(expect.any(String))
  })

  test('a broker whose certificate is not trusted is not talked to', async () => {
    await expect(clusterWith({ ...own(), 'ssl.truststore.location': at('client.pem') })).rejects.toThrow(
      /certificate|TLS|SSL/i,
    )
  })

  test.each([
    [{ 'ssl.truststore.location': at('client-trust.jks') }, 'is a JKS file', 'keytool -importkeystore'],
    [{ ...trusting, 'ssl.truststore.password': 'wrong' }, 'cannot be opened as PKCS12', 'ssl.truststore.password'],
  ])('%j is refused with what to do', async (props, problem, hint) => {
    await expect(clusterWith({ ...own(), ...props })).rejects.toMatchObject({
      message: expect.stringContaining(problem),
      hint: expect.stringContaining(hint),
    })
  })
})

test('a worker sends as the user that a file names, and tells nobody the password', async () => {
  const database = at('shop.db')
  const shop = new Database(database)
  shop.exec("create table orders (id integer primary key, name text); insert into orders values (1, 'a'), (2, 'b')")
  shop.close()
  writeFileSync(at('secrets'), `jaas=${SECURITY}.${PLAIN};\n`)
  const { 'bootstrap.servers': bootstrap = '', ...login } = loggedIn('PLAIN', PLAIN)
  const prefixed = (client: string) =>
    Object.fromEntries(Object.entries(login).map(([key, value]) => [client + key, value]))
  const worker = await startStandalone({
    props: {
      'bootstrap.servers': bootstrap,
      'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'offset.storage.file.filename': at('offsets'),
      'offset.flush.interval.ms': '500',
      'config.providers': 'file',
      'config.providers.file.class': 'org.apache.kafka.common.config.provider.FileConfigProvider',
      ...prefixed(''),
      ...prefixed('producer.'),
      'producer.sasl.jaas.config': 'wrong',
    },
    plugins: [jdbcSource, jsonConverter],
    log: quietLog(),
  })
  onTestFinished(() => worker.stop())
  const prefix = `${uniqueName('rest')}-`
  const { herder } = worker
  await herder.create('orders', {
    'connector.class': 'JdbcSource',
    'connection.url': `jdbc:sqlite:${database}`,
    mode: 'incrementing',
    'incrementing.column.name': 'id',
    'topic.prefix': prefix,
    'producer.override.sasl.jaas.config': `\${file:${at('secrets')}:jaas}`,
  })
  await waitFor('the offset of the last row', async () => {
    const [offset] = await herder.offsets('orders')
    return JSON.stringify(offset?.offset) === '{"incrementing":2}'
  })
  const told = JSON.stringify([
    await herder.info('orders'),
    await herder.tasks('orders'),
    await herder.status('orders'),
  ])
  expect(told).toContain('${file:')
  expect(told).not.toContain('ann-secret')
})
