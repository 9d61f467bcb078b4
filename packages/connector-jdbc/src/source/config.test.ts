import { expect, test } from 'vitest'
import { ConfigError, type Props } from '@rowbridge/api'
import { sourceConfig } from './config.js'

const OK = {
  'connection.url': 'jdbc:sqlite:x.db',
  mode: 'incrementing',
  'incrementing.column.name': 'id',
  'table.whitelist': 't',
}
const FILTERS = ['table.blacklist', 'table.exclude.list', 'table.include.list', 'table.whitelist']
const DEPENDENTS = [
  'incrementing.column.mapping',
  'incrementing.column.name',
  'timestamp.column.name',
  'timestamp.columns.mapping',
  'timestamp.initial',
  'validate.non.null',
]

function blamed(props: Props): string[] {
  return sourceConfig
    .validate(props)
    .filter((value) => value.errors.length > 0)
    .map((value) => value.name)
    .sort()
}

test.each<[string, Props, string[]]>([
  ['a good one', OK, []],
  ['no mode', { ...OK, mode: '' }, DEPENDENTS],
  ['a mode that is none', { ...OK, mode: 'sideways' }, [...DEPENDENTS, 'mode'].sort()],
  ['a growing column and no filter', { mode: 'incrementing', 'incrementing.column.name': 'id' }, []],
  ['fact 53: bulk and no filter', { mode: 'bulk' }, FILTERS],
  [
    'fact 52: names and patterns',
    { ...OK, 'table.include.list': 'a' },
    ['incrementing.column.name', 'table.include.list', 'table.whitelist'],
  ],
  ['fact 57: two queries', { mode: 'bulk', query: 'select 1', 'query.masked': 'select 1' }, ['query', 'query.masked']],
  [
    'fact 57: a query and tables',
    { ...OK, query: 'select 1', 'topic.prefix': 't' },
    ['query', 'query.masked', 'table.whitelist'],
  ],
  [
    'fact 58: a query that begins with WITH',
    { mode: 'bulk', query: 'with x as (select 1) select * from x', 'topic.prefix': 't' },
    ['query'],
  ],
  ['fact 58: an INSERT', { mode: 'bulk', query: 'insert into t values (1)', 'topic.prefix': 't' }, ['query']],
  ['fact 58: a parenthesised query', { mode: 'bulk', query: '(select 1)', 'topic.prefix': 't' }, ['query']],
  ['fact 58: a small, indented select', { mode: 'bulk', query: '  select 1', 'topic.prefix': 't' }, []],
  [
    'a query without a column',
    { mode: 'incrementing', query: 'select 1', 'topic.prefix': 't' },
    ['incrementing.column.name'],
  ],
  ['a query without a topic', { mode: 'bulk', query: 'select 1' }, ['topic.prefix']],
  ['exceptions from nothing', { mode: 'bulk', 'table.exclude.list': 'a' }, ['table.exclude.list']],
  [
    'fact 54: a mapping of times in incrementing mode',
    {
      mode: 'incrementing',
      'table.include.list': 'a',
      'incrementing.column.mapping': 'a:b',
      'timestamp.columns.mapping': 'a:[b]',
    },
    ['mode'],
  ],
  ['a mapping too many', { mode: 'bulk', 'table.include.list': 'a', 'timestamp.columns.mapping': 'a:[b]' }, ['mode']],
  ['fact 54: a mapping too few', { mode: 'timestamp', 'table.include.list': 'a' }, ['mode']],
  [
    'mapping and include list',
    { mode: 'timestamp', 'table.include.list': 'a', 'timestamp.columns.mapping': 'a:[b]' },
    [],
  ],
  [
    'fact 61: a level of another database',
    { ...OK, 'connection.url': 'jdbc:postgresql://h/d', 'transaction.isolation.mode': 'SQL_SERVER_SNAPSHOT' },
    ['transaction.isolation.mode'],
  ],
  [
    'fact 61: a level of its own database',
    { ...OK, 'connection.url': 'jdbc:sqlserver://h', 'transaction.isolation.mode': 'SQL_SERVER_SNAPSHOT' },
    [],
  ],
  ['fact 62: a prefix with a blank', { ...OK, 'topic.prefix': 'a b' }, ['topic.prefix']],
  ['fact 62: a prefix of 250 letters', { ...OK, 'topic.prefix': 'a'.repeat(250) }, ['topic.prefix']],
  ['fact 62: a prefix of 249 letters', { ...OK, 'topic.prefix': 'a'.repeat(249) }, []],
  ['an unknown zone', { ...OK, 'db.timezone': 'Mars/Olympus' }, ['db.timezone']],
  ['a short name of a zone', { ...OK, 'db.timezone': 'PST' }, []],
  ['a broken pattern', { mode: 'bulk', 'table.include.list': '(' }, ['table.include.list']],
])('%s blames just the keys at fault', (_what, props, keys) => {
  expect(blamed(props)).toEqual(keys)
})

test('fact 62: a prefix is used without the blanks around it', () => {
  expect(sourceConfig.parse({ ...OK, 'topic.prefix': '  abc  ' })['topic.prefix']).toBe('abc')
})

test('driver properties are not unknown, a misspelt key is', () => {
  const props = { ...OK, 'connection.sslMode': 'verify', 'poll.intervall.ms': '5' }
  expect(sourceConfig.unknown(props)).toEqual([{ key: 'poll.intervall.ms', nearest: 'poll.interval.ms' }])
})

test('a bad configuration is refused with the keys it blames', () => {
  expect(() => sourceConfig.parse({ mode: 'sideways' })).toThrow(ConfigError)
})
