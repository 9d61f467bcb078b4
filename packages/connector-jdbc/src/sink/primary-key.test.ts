import { expect, test } from 'vitest'
import { primitive, struct, type Schema } from '@rowbridge/api'
import { sinkConfig } from './config.js'
import { inCreateOrder } from './evolve.js'
import { recordColumns } from './primary-key.js'

const INT = primitive('int32')
const STRING = primitive('string')
const KEY = struct([
  { name: 'id', schema: INT },
  { name: 'region', schema: STRING },
])
const VALUE = struct([
  { name: 'name', schema: STRING },
  { name: 'id', schema: INT },
  { name: 'age', schema: INT },
])

function columns(props: Record<string, string>, key: Schema | null, value: Schema | null) {
  const config = sinkConfig.parse({ 'connection.url': 'jdbc:sqlite:x', ...props })
  return recordColumns(config, { key, value })
}
const names = (...of: Parameters<typeof columns>) =>
  columns(...of).map(({ name, isKey, from }) => `${isKey ? '*' : ''}${name}:${from}`)

test.each<[string, Record<string, string>, Schema | null, Schema | null, string[]]>([
  ['no key', {}, null, VALUE, ['name:value-field', 'id:value-field', 'age:value-field']],
  [
    'the place in the topic',
    { 'pk.mode': 'kafka', 'fields.whitelist': 'age' },
    null,
    VALUE,
    ['*__connect_topic:topic', '*__connect_partition:partition', '*__connect_offset:offset', 'age:value-field'],
  ],
  [
    'the place in the topic under other names',
    { 'pk.mode': 'kafka', 'pk.fields': 't,p,o', 'fields.whitelist': 'age' },
    null,
    VALUE,
    ['*t:topic', '*p:partition', '*o:offset', 'age:value-field'],
  ],
  [
    'a primitive key',
    { 'pk.mode': 'record_key', 'pk.fields': 'k', 'fields.whitelist': 'age' },
    INT,
    VALUE,
    ['*k:key', 'age:value-field'],
  ],
  [
    'all fields of the key, which win over those of the value',
    { 'pk.mode': 'record_key' },
    KEY,
    VALUE,
    ['*id:key-field', '*region:key-field', 'name:value-field', 'age:value-field'],
  ],
  [
    'some fields of the key, in the order of pk.fields',
    { 'pk.mode': 'record_key', 'pk.fields': 'region,id', 'fields.whitelist': 'age' },
    KEY,
    VALUE,
    ['*region:key-field', '*id:key-field', 'age:value-field'],
  ],
  [
    'a field of the value, whitelisted or not',
    { 'pk.mode': 'record_value', 'pk.fields': 'id', 'fields.whitelist': 'age' },
    null,
    VALUE,
    ['*id:value-field', 'age:value-field'],
  ],
  [
    'all fields of the value',
    { 'pk.mode': 'record_value' },
    null,
    struct([{ name: 'id', schema: INT }]),
    ['*id:value-field'],
  ],
  [
    'a tombstone',
    { 'pk.mode': 'record_key', 'delete.enabled': 'true' },
    KEY,
    null,
    ['*id:key-field', '*region:key-field'],
  ],
  ['a string value', {}, null, STRING, ['record_value:value']],
])('%s gives these columns', (_what, ...[props, key, value, expected]) => {
  expect(names(props, key, value)).toEqual(expected)
})

test.each<[string, Record<string, string>, Schema | null, Schema | null, RegExp]>([
  ['a primitive key without pk.fields', { 'pk.mode': 'record_key' }, INT, VALUE, /exactly one column; it names 0/],
  ['a primitive key with two pk.fields', { 'pk.mode': 'record_key', 'pk.fields': 'a,b' }, INT, VALUE, /it names 2/],
  [
    'a pk.field the key has not',
    { 'pk.mode': 'record_key', 'pk.fields': 'no' },
    KEY,
    VALUE,
    /no field of the record's key/,
  ],
  [
    'a pk.field the value has not',
    { 'pk.mode': 'record_value', 'pk.fields': 'no' },
    null,
    VALUE,
    /no field of the record's value/,
  ],
  [
    'a string value with fields to take keys from',
    { 'pk.mode': 'record_value', 'pk.fields': 'a' },
    null,
    STRING,
    /takes keys from fields/,
  ],
  ['a string value with a whitelist', { 'fields.whitelist': 'a' }, null, STRING, /fields\.whitelist/],
  ['a string value with timestamp fields', { 'timestamp.fields.list': 'a' }, null, STRING, /timestamp\.fields\.list/],
  [
    'a string value and a key column of its name',
    { 'pk.mode': 'record_key', 'pk.fields': 'record_value' },
    INT,
    STRING,
    /which is a column of the key/,
  ],
  ['a whitelist that leaves nothing', { 'fields.whitelist': 'no' }, null, VALUE, /no field that is to be written/],
  [
    'a timestamp field that is no number',
    { 'timestamp.fields.list': 'age' },
    null,
    VALUE,
    /names age, which is of type int32/,
  ],
])('%s is refused', (_what, ...[props, key, value, message]) => {
  expect(() => columns(props, key, value)).toThrow(message)
})

test('a table is made with the fields of the value in their order and the others by name', () => {
  const fields = VALUE.fields.map((field) => field.name)
  const order = (props: Record<string, string>, key: Schema | null) =>
    inCreateOrder({ columns: columns(props, key, VALUE), fields }).map((column) => column.name)
  expect(order({ 'pk.mode': 'record_key' }, KEY)).toEqual(['name', 'id', 'age', 'region'])
  expect(order({ 'pk.mode': 'kafka' }, null).slice(0, 4)).toEqual([
    '__connect_topic',
    '__connect_partition',
    '__connect_offset',
    'name',
  ])
  expect(order({ 'pk.mode': 'kafka', 'pk.fields': 'z,y,x' }, null)).toEqual(['name', 'id', 'age', 'x', 'y', 'z'])
})

test('a field with an empty name is refused, as no column can have it', () => {
  const value = struct([{ name: '', schema: INT }])
  expect(() => columns({}, null, value)).toThrow('a field with an empty name')
})
