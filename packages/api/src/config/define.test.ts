import { expect, test } from 'vitest'
import { ConfigError } from '../errors.js'
import { defineConfig } from './define.js'
import { configMarkdown } from './markdown.js'

const config = defineConfig(
  {
    'connection.url': { type: 'string', importance: 'high', group: 'Database', doc: 'JDBC URL.' },
    'connection.password': { type: 'password', default: null, group: 'Database', doc: 'Password.' },
    mode: {
      type: 'enum',
      values: ['bulk', 'incrementing'],
      default: 'bulk',
      group: 'Mode',
      doc: 'How rows are found.',
    },
    'poll.interval.ms': { type: 'int', default: 5000, min: 0, group: 'Mode', doc: 'Pause | in ms.' },
    'timestamp.initial': { type: 'long', default: null, group: 'Mode', doc: 'First timestamp.' },
    'table.whitelist': { type: 'list', default: [], group: 'Database', doc: 'Tables.' },
    'validate.non.null': { type: 'boolean', default: true, group: 'Mode', doc: 'Checks.' },
  },
  [
    (c) =>
      c.mode === 'bulk' && c['timestamp.initial'] !== null ? [{ key: 'mode', message: 'bulk has no start' }] : [],
  ],
)

test('text becomes typed values, defaults fill the rest', () => {
  const parsed = config.parse({
    'connection.url': ' jdbc:sqlite:a ',
    mode: 'INCREMENTING',
    'table.whitelist': 'a, b ,c',
    'validate.non.null': 'False',
  })
  expect(parsed).toEqual({
    'connection.url': 'jdbc:sqlite:a',
    'connection.password': null,
    mode: 'incrementing',
    'poll.interval.ms': 5000,
    'timestamp.initial': null,
    'table.whitelist': ['a', 'b', 'c'],
    'validate.non.null': false,
  })
})

test.each([
  [{}, 'connection.url', 'Missing required configuration "connection.url" which has no default value.'],
  [
    { 'connection.url': 'x', 'poll.interval.ms': 'soon' },
    'poll.interval.ms',
    'Invalid value soon for configuration poll.interval.ms: Not a number of type INT',
  ],
  [
    { 'connection.url': 'x', 'poll.interval.ms': '2147483648' },
    'poll.interval.ms',
    'Invalid value 2147483648 for configuration poll.interval.ms: Not a number of type INT',
  ],
  [
    { 'connection.url': 'x', 'poll.interval.ms': '-1' },
    'poll.interval.ms',
    'Invalid value -1 for configuration poll.interval.ms: Value must be at least 0',
  ],
  [
    { 'connection.url': 'x', mode: 'sideways' },
    'mode',
    'Invalid value sideways for configuration mode: String must be one of: bulk, incrementing',
  ],
  [
    { 'connection.url': 'x', 'validate.non.null': 'yes' },
    'validate.non.null',
    'Invalid value yes for configuration validate.non.null: Expected value to be either true or false',
  ],
  [{ 'connection.url': 'x', 'timestamp.initial': '5' }, 'mode', 'bulk has no start'],
])('%j is refused on its key', (props: Record<string, string>, key, message) => {
  const refused = (): unknown => config.parse(props)
  expect(refused).toThrow(ConfigError)
  expect(refused).toThrow(message)
  expect(config.validate(props).find((value) => value.name === key)?.errors[0]).toBe(message)
})

test('a number that cannot be read is also outside its bounds, as in Kafka', () => {
  const errors = config.validate({ 'poll.interval.ms': 'soon' }).find(({ name }) => name === 'poll.interval.ms')?.errors
  expect(errors).toEqual([
    'Invalid value soon for configuration poll.interval.ms: Not a number of type INT',
    'Invalid value null for configuration poll.interval.ms: Value must be non-null',
  ])
})

test('an enum shows the value it refuses, a number none', () => {
  const values = config.validate({ mode: 'sideways', 'timestamp.initial': 'x' })
  expect(values.find(({ name }) => name === 'mode')?.value).toBe('sideways')
  expect(values.find(({ name }) => name === 'timestamp.initial')?.value).toBeNull()
})

test('a check among keys is asked whether the key is given or not, and whatever else is wrong', () => {
  const needsOther = defineConfig({
    one: { type: 'int', default: 1, doc: 'One.' },
    other: { type: 'string', default: '', checkAmong: (props) => ('one' in props ? null : 'one is missing'), doc: 'x' },
  })
  const errors = needsOther.validate({}).map((value) => value.errors)
  expect(errors).toEqual([[], ['one is missing']])
  expect(() => needsOther.parse({})).toThrow('one is missing')
})

test('a key goes by its names elsewhere too; its own name wins, and no name is unknown', () => {
  const named = defineConfig({ quote: { type: 'string', default: '', doc: 'Quotes.' } }, [], {
    aliases: { 'sql.quote': { key: 'quote', translate: (value) => (value === 'true' ? 'always' : 'never') } },
  })
  expect(named.parse({ 'sql.quote': 'true' }).quote).toBe('always')
  expect(named.parse({ 'sql.quote': 'true', quote: 'x' }).quote).toBe('x')
  expect(named.unknown({ 'sql.quote': 'true', 'sql.quot': '' })).toEqual([{ key: 'sql.quot', nearest: 'sql.quote' }])
})

test('a misspelt key is told with the nearest known one', () => {
  expect(config.unknown({ 'table.whitlist': 'a', 'poll.interval.ms': '1', 'quite.other': '1' })).toEqual([
    { key: 'table.whitlist', nearest: 'table.whitelist' },
    { key: 'quite.other', nearest: null },
  ])
})

test('a password is never shown', () => {
  const props = { 'connection.url': 'x', 'connection.password': 'geheim' }
  expect(JSON.stringify([config.redact(props), config.validate(props)])).not.toContain('geheim')
  expect(config.parse(props)['connection.password']).toBe('geheim')
})

test('keys are numbered within their group', () => {
  const orders = config.validate({}).map((value) => [value.name, value.order])
  expect(orders).toContainEqual(['table.whitelist', 3])
  expect(orders).toContainEqual(['mode', 1])
})

test('the page has every key with its default', () => {
  const page = configMarkdown('Source', config.keys)
  expect(page).toContain('| `connection.url` | string | **required** | JDBC URL. |')
  expect(page).toContain('| `poll.interval.ms` | int | `5000` | Pause \\| in ms. |')
})
