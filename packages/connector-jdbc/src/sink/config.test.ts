import { expect, test } from 'vitest'
import type { Props } from '@rowbridge/api'
import { sinkConfig } from './config.js'

const URL = { 'connection.url': 'jdbc:sqlite:x.db' }

function blamed(props: Props): string[] {
  return sinkConfig
    .validate(props)
    .filter((value) => value.errors.length > 0)
    .map((value) => value.name)
    .sort()
}

test.each<[string, Props, string[]]>([
  ['nothing at all', {}, ['connection.url']],
  ['a URL alone', URL, []],
  ['deletes without keys', { ...URL, 'delete.enabled': 'true' }, ['delete.enabled', 'pk.mode']],
  ['deletes with keys', { ...URL, 'delete.enabled': 'true', 'pk.mode': 'record_key' }, []],
  ['upserts without keys', { ...URL, 'insert.mode': 'upsert' }, ['insert.mode', 'pk.mode']],
  ['updates without keys', { ...URL, 'insert.mode': 'update' }, ['insert.mode', 'pk.mode']],
  ['two names for three parts', { ...URL, 'pk.mode': 'kafka', 'pk.fields': 'a,b' }, ['pk.fields']],
  ['kinds of tables in any case, with blanks', { ...URL, 'table.types': ' table , Partitioned Table' }, []],
  ['an unknown kind of table', { ...URL, 'table.types': 'TABLE,SYNONYM' }, ['table.types']],
  ['no kind of table', { ...URL, 'table.types': '' }, ['table.types']],
  ['batches of nothing', { ...URL, 'batch.size': '0' }, []],
  ['an empty name', { ...URL, 'table.name.format': ' ' }, ['table.name.format']],
])('%s blames just the keys at fault', (_what, props, keys) => {
  expect(blamed(props)).toEqual(keys)
})
