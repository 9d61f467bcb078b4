import { join } from 'node:path'
import { expect, test } from 'vitest'
import { spoolDirCsvConfig, spoolDirJsonConfig } from './config.js'
import { checkSpoolOffset, SpoolDirConnector } from './connector.js'
import { SpoolPlace } from './spool-place.js'

test('folders that are not there are told by their keys', async () => {
  await using place = new SpoolPlace()
  const props = place.props({ 'error.path': join(place.folder, 'nowhere') })
  expect(await new SpoolDirConnector(spoolDirCsvConfig).validate(props)).toMatchObject([{ key: 'error.path' }])
  expect(await new SpoolDirConnector(spoolDirJsonConfig).validate(place.props({}))).toEqual([])
})

test.each([
  ['value.schema', { 'schema.generation.enabled': 'false' }],
  ['finished.path', { 'finished.path': '' }],
  ['value.schema', { 'value.schema': '{"type":"INT"}' }],
  ['input.file.pattern', { 'input.file.pattern': '(' }],
  ['parser.timestamp.date.formats', { 'parser.timestamp.date.formats': 'yyyy-QQ' }],
  ['parser.timestamp.timezone', { 'parser.timestamp.timezone': 'Mars' }],
  ['csv.file.charset', { 'csv.file.charset': 'EBCDIC' }],
  ['csv.strict.quotes', { 'csv.strict.quotes': 'true' }],
  ['input.path.walk.recursively', { 'input.path.walk.recursively': 'true' }],
])('%s is blamed for %j', async (key, more) => {
  await using place = new SpoolPlace()
  const wrong = spoolDirCsvConfig.validate(place.props(more)).filter(({ errors }) => errors.length > 0)
  expect(wrong.map(({ name }) => name)).toEqual([key])
})

test('each task has its share', async () => {
  await using place = new SpoolPlace()
  const connector = new SpoolDirConnector(spoolDirCsvConfig)
  await connector.start(place.props({}))
  const tasks = await connector.taskConfigs(2)
  expect(tasks.map((props) => [props['task.index'], props['task.count']])).toEqual([
    ['0', '2'],
    ['1', '2'],
  ])
})

test.each([
  [{ name: 'a' }, { offset: 1 }, 'no fileName'],
  [{ fileName: 'a' }, { position: 1 }, 'no offset'],
  [{ fileName: 'a' }, { offset: 'one' }, 'whole number'],
])('for %j the offset %j is refused: %s', (partition, offset, problem) => {
  expect(() => checkSpoolOffset(partition, offset)).toThrow(problem)
})
