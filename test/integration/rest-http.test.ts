// How the HTTP API is served: what careless clients may do, who may come in, over which listeners, with which headers.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Log, Props } from '@rowbridge/api'
import { jdbcSource } from '@rowbridge/connector-jdbc'
import { jsonConverter } from '@rowbridge/converters'
import { restServer, type RestServer } from '@rowbridge/rest'
import { LogLevels, startStandalone, type Worker } from '@rowbridge/runtime'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

const CONVERTER = 'org.apache.kafka.connect.json.JsonConverter'
const folder = mkdtempSync(join(tmpdir(), 'rowbridge-rest-http-'))
const lines: string[] = []
const log: Log = { debug: () => {}, info: (line) => void lines.push(line), warn: () => {}, error: () => {} }
let worker: Worker

beforeAll(async () => {
  const props = {
    'bootstrap.servers': `embedded:${join(folder, 'log')}`,
    'key.converter': CONVERTER,
    'value.converter': CONVERTER,
    'offset.storage.file.filename': join(folder, 'offsets'),
    'topic.tracking.allow.reset': 'false',
  }
  worker = await startStandalone({ props, plugins: [jdbcSource, jsonConverter], log })
})

afterAll(async () => {
  await worker.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function serve(props: Props = {}): Promise<RestServer> {
  const rest = await restServer({
    herder: worker.herder,
    props: { listeners: 'http://127.0.0.1:0', ...props },
    log,
    logLevels: new LogLevels('INFO'),
  })
  onTestFinished(() => rest.close())
  return rest
}

async function ask(path: string, init: RequestInit & { readonly props?: Props } = {}): Promise<Response> {
  const rest = await serve(init.props)
  return fetch(`${rest.urls[0]}${path}`, init)
}

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const JSON_TYPE = { 'content-type': 'application/json' }

describe('a client may', () => {
  test.each([
    '/connectors/',
    '//connectors',
    '/connector-plugins/',
    '/admin/loggers/',
    '/connectors?search=x&expand[]=y',
  ])('ask for %s', async (path) => {
    expect((await ask(path)).status).toBe(200)
  })

  test.each<[string, string, RequestInit]>([
    ['a form without a body', 'PUT', { headers: FORM }],
    ['an empty body as JSON', 'PUT', { headers: JSON_TYPE, body: '' }],
    ['no body and no type', 'PUT', {}],
    ['a body nobody asked for', 'POST', { headers: JSON_TYPE, body: '{"params":{}}' }],
  ])('send %s where none is needed', async (_name, method, init) => {
    const path = method === 'PUT' ? '/connectors/nope/pause' : '/connectors/nope/restart'
    const answer = await ask(path, { method, ...init })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error_code: 404, message: expect.stringContaining('nope') })
  })

  test('send an Authorization that nobody asked for', async () => {
    expect((await ask('/connectors', { headers: { authorization: 'Basic Og==' } })).status).toBe(200)
  })
})

describe('an answer that is an error is JSON with its status:', () => {
  test.each<[string, string, RequestInit, number, string]>([
    ['an unknown path', '/nope', {}, 404, 'HTTP 404 Not Found'],
    ['a wrong verb', '/connectors', { method: 'DELETE' }, 405, 'HTTP 405 Method Not Allowed'],
    [
      'a wrong type',
      '/connectors',
      { method: 'POST', headers: FORM, body: 'a=b' },
      415,
      'HTTP 415 Unsupported Media Type',
    ],
    ['an answer nobody accepts', '/connectors', { headers: { accept: 'text/csv' } }, 406, 'HTTP 406 Not Acceptable'],
    [
      'a reset that is switched off',
      '/connectors/x/topics/reset',
      { method: 'PUT' },
      403,
      'Topic tracking reset is disabled.',
    ],
  ])('%s', async (...call) => {
    const [, path, init, status, message] = call
    const answer = await ask(path, init)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toEqual({ error_code: status, message })
  })

  test('a body that is too large', async () => {
    const body = JSON.stringify({ name: 'x', config: { a: 'x'.repeat(9 * 1024 * 1024) } })
    const answer = await ask('/connectors', { method: 'POST', headers: JSON_TYPE, body })
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ error_code: 413 })
  })
})

test('OPTIONS tells the verbs as text, HEAD the headers alone', async () => {
  const rest = await serve()
  const options = await fetch(`${rest.urls[0]}/connectors`, { method: 'OPTIONS' })
  expect([options.status, await options.text()]).toEqual([200, 'HEAD, POST, GET, OPTIONS'])
  const head = await fetch(`${rest.urls[0]}/connectors`, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
})

describe('cross-origin requests', () => {
  const props = {
    'access.control.allow.origin': 'http://ui.example,https://*.corp.example',
    'access.control.allow.methods': 'GET,PUT,DELETE',
  }
  const allowed = (answer: Response) => answer.headers.get('access-control-allow-origin')

  test('are answered to the origins named, also where there is nothing', async () => {
    for (const origin of ['http://ui.example', 'https://a.corp.example']) {
      expect(allowed(await ask('/nope', { props, headers: { origin } }))).toBe(origin)
    }
  })

  test('are not answered to others, and not at all unless configured', async () => {
    expect(allowed(await ask('/', { props, headers: { origin: 'http://evil.example' } }))).toBeNull()
    expect(allowed(await ask('/', { headers: { origin: 'http://ui.example' } }))).toBeNull()
  })

  test('are asked for before, with the verb that is to come', async () => {
    const preflight = (method: string) => ({
      props,
      method: 'OPTIONS',
      headers: {
        origin: 'http://ui.example',
        'access-control-request-method': method,
        'access-control-request-headers': 'content-type',
      },
    })
    const put = await ask('/connectors/x/config', preflight('PUT'))
    expect(put.status).toBe(200)
    expect(put.headers.get('access-control-allow-methods')).toBe('GET,PUT,DELETE')
    expect(put.headers.get('access-control-allow-headers')).toContain('Content-Type')
    expect(allowed(await ask('/connectors/x/config', preflight('PATCH')))).toBeNull()
  })

  test('* lets every origin in, by its name', async () => {
    const answer = await ask('/', { props: { 'access.control.allow.origin': '*' }, headers: { origin: 'http://a.b' } })
    expect(allowed(answer)).toBe('http://a.b')
  })
})

test('every answer carries the headers that rules ask for', async () => {
  const rules = 'set X-Frame-Options: DENY, "add Cache-Control: no-cache, no-store", setDate Expires: 31540000000'
  const { headers } = await ask('/nope', { props: { 'response.http.headers.config': rules } })
  expect([headers.get('x-frame-options'), headers.get('cache-control')]).toEqual(['DENY', 'no-cache, no-store'])
  expect(Date.parse(headers.get('expires') ?? '')).toBeGreaterThan(Date.now() + 31_000_000_000)
})

test('a rule for headers that is none is refused', async () => {
  await expect(serve({ 'response.http.headers.config': 'put A: b' })).rejects.toThrow('one of set, add')
})

describe('basic authentication', () => {
  const basic = (user: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  })

  test('lets in who is in the file, and nobody else', async () => {
    const props = { 'rest.basic.auth.file': file('users', 'ann=se cret\n') }
    expect((await ask('/connectors', { props, headers: basic('ann', 'se cret') })).status).toBe(200)
    for (const headers of [basic('ann', 'wrong'), basic('bob', 'se cret'), {}, { authorization: 'Bearer x' }]) {
      const answer = await ask('/connectors', { props, headers })
      expect([answer.status, await answer.text()]).toEqual([401, 'User cannot access the resource.'])
    }
  })

  test('takes the users of the JAAS file that KAFKA_OPTS names', async () => {
    const module = 'org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule'
    const users = file('jaas-users', 'ann=pw\n')
    const jaas = file('jaas.conf', `KafkaConnect {\n  ${module} required\n  file="${users}";\n};\n`)
    const before = process.env['KAFKA_OPTS']
    process.env['KAFKA_OPTS'] = `-Xmx1g -Djava.security.auth.login.config=${jaas}`
    onTestFinished(() => {
      if (before === undefined) delete process.env['KAFKA_OPTS']
      else process.env['KAFKA_OPTS'] = before
    })
    const extension = 'org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension'
    const props = { 'rest.extension.classes': extension }
    expect((await ask('/', { props, headers: basic('ann', 'pw') })).status).toBe(200)
    expect((await ask('/', { props })).status).toBe(401)
  })

  test('takes in a changed file without a restart', async () => {
    const users = file('changing', 'ann=old\n')
    const rest = await serve({ 'rest.basic.auth.file': users })
    expect((await fetch(`${rest.urls[0]}/`, { headers: basic('ann', 'old') })).status).toBe(200)
    writeFileSync(users, 'ann=newer\n')
    expect((await fetch(`${rest.urls[0]}/`, { headers: basic('ann', 'old') })).status).toBe(401)
    expect((await fetch(`${rest.urls[0]}/`, { headers: basic('ann', 'newer') })).status).toBe(200)
  })

  test('an empty file lets everybody in', async () => {
    expect((await ask('/', { props: { 'rest.basic.auth.file': file('nobody', '') } })).status).toBe(200)
  })
})

describe('loggers', () => {
  test('are served by admin.listeners alone, where that is set', async () => {
    const rest = await serve({ 'admin.listeners': 'http://127.0.0.1:0' })
    const [main, admin] = rest.urls
    expect((await fetch(`${main}/admin/loggers`)).status).toBe(404)
    expect((await fetch(`${admin}/admin/loggers`)).status).toBe(200)
    expect((await fetch(`${admin}/connectors`)).status).toBe(404)
  })

  test('are served by nobody, where the list is empty', async () => {
    expect((await ask('/admin/loggers', { props: { 'admin.listeners': '' } })).status).toBe(404)
  })
})

test('each request leaves a line, and nobody adds lines of his own', async () => {
  lines.length = 0
  const rest = await serve()
  await fetch(`${rest.urls[0]}/connectors?a=%0A`, { headers: { 'user-agent': 'curl/8 "x"' } })
  await rest.close()
  expect(lines.join('\n')).toMatch(
    /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:[\d:]+ \+0000\] "GET \/connectors\?a=%0A HTTP\/1\.1" 200 2 "-" "curl\/8 'x'" \d+$/,
  )
})

describe('an https listener', () => {
  const store = join(folder, 'server.p12')
  const pem = join(folder, 'server.pem')

  beforeAll(() => {
    const key = join(folder, 'server.key')
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    const kept = ['-keyout', key, '-out', pem, '-days', '2', '-nodes']
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...kept, ...subject], { stdio: 'ignore' })
    const from = ['-inkey', key, '-in', pem]
    execFileSync('openssl', ['pkcs12', '-export', ...from, '-out', store, '-passout', 'pass:store-pw'])
  })

  const get = async (url: string): Promise<string> => {
    const { readFileSync } = await import('node:fs')
    const sent = httpsRequest(`${url}/connectors`, { ca: readFileSync(pem) })
    sent.end()
    return new Promise((resolve, reject) => {
      sent.once('response', (response) => void text(response).then(resolve)).once('error', reject)
    })
  }

  test('answers with the certificate of a PKCS12 file', async () => {
    const rest = await serve({
      listeners: 'https://localhost:0',
      'listeners.https.ssl.keystore.location': store,
      'listeners.https.ssl.keystore.password': 'store-pw',
    })
    expect(rest.urls[0]).toMatch(/^https:/)
    expect(await get(rest.urls[0] ?? '')).toBe('[]')
  })

  test('asks for the certificate of the client, where it has to', async () => {
    const rest = await serve({
      listeners: 'https://localhost:0',
      'ssl.keystore.location': store,
      'ssl.keystore.password': 'store-pw',
      'ssl.truststore.location': pem,
      'ssl.client.auth': 'required',
    })
    await expect(get(rest.urls[0] ?? '')).rejects.toThrow(/certificate|ECONNRESET|alert|hang up/i)
  })

  test('without a certificate is refused with the key to set', async () => {
    await expect(serve({ listeners: 'https://localhost:0' })).rejects.toThrow('ssl.keystore.location names none')
  })

  test('a JKS file is refused with the command that converts it', async () => {
    const jks = join(folder, 'old.jks')
    writeFileSync(jks, Buffer.from('feedfeed00000002', 'hex'))
    const props = { listeners: 'https://localhost:0', 'ssl.keystore.location': jks }
    await expect(serve(props)).rejects.toMatchObject({ hint: expect.stringContaining('keytool -importkeystore') })
  })
})
