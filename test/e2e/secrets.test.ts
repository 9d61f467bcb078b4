// Passwords planted in every place where a user may put one: none comes out in a log line, a status, a figure or an answer,
// except where the stored configuration itself is asked for, which holds what the user wrote.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeWith, waitFor } from '@rowbridge/testkit'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import { startRowbridge } from './command.js'
import { workerFiles } from './worker-process.js'

const PACKAGE = 'org.apache.kafka.common.config.provider'
const SECRETS = {
  file: 'canary-file-4711',
  dir: 'canary-dir-4711',
  env: 'canary-env-4711',
  literal: 'canary-literal-4711',
  url: 'canary-url-4711',
  login: 'canary-login-4711',
  store: 'canary-store-4711',
  jaas: 'canary-jaas-4711',
}

describeWith(['mariadb'], 'secrets', ({ mariadb }) => {
  it('stay where they were put', async () => {
    const files = await workerFiles({})
    const at = (name: string) => join(files.folder, name)
    const worker = at('worker.properties')
    const props = [
      'config.providers=file,dir,env',
      `bootstrap.servers=embedded:${at('log')}`,
      `listeners=${files.url}`,
      ...['file.class=FileConfigProvider', 'dir.class=DirectoryConfigProvider', 'env.class=EnvVarConfigProvider'].map(
        (line) => `config.providers.${line.replace('=', `=${PACKAGE}.`)}`,
      ),
      ...['key', 'value'].map((side) => `${side}.converter=org.apache.kafka.connect.json.JsonConverter`),
      `offset.storage.file.filename=${at('offsets')}`,
      `listeners.https.ssl.keystore.password=${SECRETS.store}`,
      `producer.sasl.jaas.config=x.PlainLoginModule required username="u" password="${SECRETS.jaas}";`,
      `rest.basic.auth.file=${at('users')}`,
    ]
    writeFileSync(worker, props.map((line) => `${line}\n`).join(''))
    writeFileSync(at('users'), `ann=${SECRETS.login}\n`)
    writeFileSync(at('secrets.properties'), `password=${SECRETS.file}\n`)
    mkdirSync(at('mounted'))
    writeFileSync(join(at('mounted'), 'token'), SECRETS.dir)
    process.env['ROWBRIDGE_CANARY'] = SECRETS.env
    const shop = new Database(at('shop.db'))
    shop.exec("create table t (id integer primary key, name text); insert into t values (1, 'a')")
    shop.close()

    const answers: string[] = []
    const call = async (method: string, path: string, body?: unknown) => {
      const authorization = `Basic ${Buffer.from(`ann:${SECRETS.login}`).toString('base64')}`
      const response = await fetch(`${files.url}${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, text }
    }
    const keep = async (method: string, path: string, body?: unknown) => {
      const answer = await call(method, path, body)
      answers.push(`${method} ${path} ${answer.status} ${answer.text}`)
      return answer
    }
    const running = startRowbridge(['standalone', '--log-format', 'json', ...files.paths])
    onTestFinished(() => {
      running.process.kill('SIGKILL')
      delete process.env['ROWBRIDGE_CANARY']
      rmSync(files.folder, { recursive: true, force: true })
    })
    await waitFor('the worker to answer', async () => (await call('GET', '/')).status === 200)
    await keep('PUT', '/admin/loggers/root', { level: 'TRACE' })

    const jdbc = 'io.confluent.connect.jdbc.JdbcSourceConnector'
    const table = { mode: 'incrementing', 'incrementing.column.name': 'id', 'topic.prefix': 's-' }
    const referring = {
      ...table,
      'connector.class': jdbc,
      'connection.url': `jdbc:sqlite:${at('shop.db')}`,
      'connection.user': '${env:ROWBRIDGE_CANARY}',
      'connection.password': `\${file:${at('secrets.properties')}:password}`,
      'producer.override.sasl.jaas.config': `\${dir:${at('mounted')}:token}`,
    }
    const { host, port, user } = mariadb
    const refused = {
      ...table,
      'connector.class': jdbc,
      'connection.user': `${user}-none`,
      'connection.url': `jdbc:mariadb://${host}:${port}/none?password=${SECRETS.url}`,
      'connection.password': SECRETS.literal,
    }
    expect((await keep('POST', '/connectors', { name: 'refers', config: referring })).status).toBe(201)
    await waitFor('the connector to run', async () => {
      const { text } = await call('GET', '/connectors/refers/status')
      return text.includes('"id":0,"state":"RUNNING"')
    })
    for (const path of [
      '',
      '/config',
      '/status',
      '/tasks',
      '/tasks-config',
      '/topics',
      '/offsets',
      '/tasks/0/status',
    ]) {
      await keep('GET', `/connectors/refers${path}`)
    }
    await keep('PUT', '/connectors/refers/config', { ...referring, 'poll.interval.ms': '${env:ROWBRIDGE_CANARY}' })
    await keep('PATCH', '/connectors/refers/config', { mode: `\${file:${at('secrets.properties')}:password}` })
    await keep('PUT', `/connector-plugins/${jdbc}/config/validate`, { ...referring, mode: '${env:ROWBRIDGE_CANARY}' })
    expect((await keep('POST', '/connectors', { name: 'refused', config: refused })).status).toBe(400)
    await keep('PUT', `/connector-plugins/${jdbc}/config/validate`, refused)
    await keep('POST', '/connectors', { name: 'x', config: { ...refused, 'connector.class': 'no.such.Class' } })
    const { 'connector.class': _class, ...classless } = refused
    await keep('POST', '/connectors', { name: 'x', config: classless })
    await keep('POST', '/connectors/refers/restart?includeTasks=true')
    await keep('GET', '/connectors?expand=status&expand=info')
    await keep('GET', '/metrics')
    await keep('GET', '/admin/loggers')
    running.process.kill('SIGTERM')
    await running.ended

    const everything = [...answers, running.output()]
    expect(answers.join('\n')).toContain('${file:')
    for (const [place, secret] of Object.entries(SECRETS)) {
      const leaks = everything.filter((text) => text.includes(secret)).map((text) => text.slice(0, 2000))
      expect(leaks, `the secret of: ${place}`).toEqual([])
    }
  })
})
