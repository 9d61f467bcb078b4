import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { referencesOf, withReferences } from './config-providers.js'

const folder = mkdtempSync(join(tmpdir(), 'rowbridge-providers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(join(folder, 'db.properties'), 'password = pä$$wörd\nuser: ann\n', 'utf8')
writeFileSync(join(folder, 'token'), 'a token\n')

const PACKAGE = 'org.apache.kafka.common.config.provider'
const WORKER = {
  'config.providers': 'file, dir,env',
  'config.providers.file.class': `${PACKAGE}.FileConfigProvider`,
  'config.providers.dir.class': `${PACKAGE}.DirectoryConfigProvider`,
  'config.providers.env.class': `${PACKAGE}.EnvVarConfigProvider`,
}

test.each([
  ['${file:FOLDER/db.properties:password}', 'pä$$wörd'],
  ['u=${file:FOLDER/db.properties:user};p=${file:FOLDER/db.properties:password}', 'u=ann;p=pä$$wörd'],
  ['${dir:FOLDER:token}', 'a token\n'],
  ['${env:ROWBRIDGE_TEST_VALUE}', '${not:again}'],
  ['${env::ROWBRIDGE_TEST_VALUE}', '${not:again}'],
  ['${file:FOLDER/db.properties:nothing}', '${file:FOLDER/db.properties:nothing}'],
  ['${vault:a:b}', '${vault:a:b}'],
  ['${topic}', '${topic}'],
])('%s is looked up once, and kept where nobody knows it', (text, value) => {
  process.env['ROWBRIDGE_TEST_VALUE'] = '${not:again}'
  onTestFinished(() => {
    delete process.env['ROWBRIDGE_TEST_VALUE']
  })
  const here = (words: string) => words.replaceAll('FOLDER', folder)
  expect(referencesOf(WORKER).resolve({ key: here(text) })).toEqual({ key: here(value) })
})

test('nothing is looked up unless the worker names providers', () => {
  expect(referencesOf({}).resolve({ key: '${env:HOME}' })).toEqual({ key: '${env:HOME}' })
})

test.each([
  [{ 'config.providers': 'x', 'config.providers.x.class': 'com.example.Vault' }, 'which cannot run here'],
  [{ 'config.providers': 'x' }, 'config.providers.x.class: is not set'],
])('%j is refused', (worker, problem) => {
  expect(() => referencesOf(worker)).toThrow(problem)
})

test.each([
  [{ 'config.providers.file.param.allowed.paths': '/nowhere' }, '${file:FOLDER/db.properties:user}', 'does not allow'],
  [{ 'config.providers.dir.param.allowed.paths': join(folder, 'sub') }, '${dir:FOLDER:token}', 'does not allow'],
  [{ 'config.providers.env.param.allowlist.pattern': 'DB_.*' }, '${env:HOME}', 'does not allow HOME'],
  [{}, '${file:FOLDER/none:user}', 'cannot be read (ENOENT)'],
])('with %j %s is refused', (params, text, problem) => {
  const references = referencesOf({ ...WORKER, ...params })
  expect(() => references.resolve({ key: text.replace('FOLDER', folder) })).toThrow(problem)
})

test('a text about resolved values shows the references', () => {
  const props = { a: `\${file:${folder}/db.properties:password}` }
  expect(referencesOf(WORKER).hide('Invalid value pä$$wörd for a', props)).toBe(`Invalid value ${props.a} for a`)
})

test('a task that repeats a value of its connector gets the reference back', () => {
  const [raw, resolved] = [
    { a: '${env:A}', b: 'x' },
    { a: 'secret', b: 'x' },
  ]
  expect(withReferences({ a: 'secret', b: 'y', c: 'secret' }, raw, resolved)).toEqual({
    a: '${env:A}',
    b: 'y',
    c: 'secret',
  })
})
