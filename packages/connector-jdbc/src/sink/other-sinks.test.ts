import { expect, test } from 'vitest'
import type { Props } from '@rowbridge/api'
import { sinkConfig } from './config.js'
import { Destinations } from './destinations.js'
import { inOwnWords } from './other-sinks.js'

const AIVEN = { 'connector.class': 'io.aiven.connect.jdbc.JdbcSinkConnector', 'connection.url': 'jdbc:sqlite:x' }
const DEBEZIUM = {
  'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
  'connection.url': 'jdbc:sqlite:x',
}
const CONFLUENT = { 'connector.class': 'JdbcSinkConnector', 'connection.url': 'jdbc:sqlite:x' }

test.each<[Props, Props, Readonly<Record<string, unknown>>]>([
  [AIVEN, { 'insert.mode': 'multi' }, { 'insert.mode': 'insert' }],
  [AIVEN, { 'sql.quote.identifiers': 'false' }, { 'quote.sql.identifiers': 'NEVER' }],
  [AIVEN, {}, { 'quote.sql.identifiers': 'ALWAYS', 'table.types': ['TABLE', 'PARTITIONED TABLE'] }],
  [AIVEN, { 'topics.to.tables.mapping': 'a:b,c:d' }, { 'topics.to.tables.mapping': ['a:b', 'c:d'] }],
  [DEBEZIUM, {}, { 'auto.create': false, 'quote.sql.identifiers': 'NEVER', tombstones: 'ignore', 'max.retries': 5 }],
  [DEBEZIUM, { 'schema.evolution': 'basic' }, { 'auto.create': true, 'auto.evolve': true }],
  [DEBEZIUM, { 'schema.evolution': 'validate-only' }, { 'auto.create': false, 'auto.evolve': false }],
  [DEBEZIUM, { 'primary.key.mode': 'record_key', 'primary.key.fields': 'a,b' }, { 'pk.mode': 'record_key' }],
  [DEBEZIUM, { 'connection.username': 'me', 'quote.identifiers': 'true' }, { 'connection.user': 'me' }],
  [DEBEZIUM, { 'use.time.zone': 'Europe/Berlin' }, { 'db.timezone': 'Europe/Berlin' }],
  [DEBEZIUM, { 'collection.name.format': 'x_${topic}' }, { 'table.name.format': 'x_${topic}' }],
])('%j with %j', (base, own, expected) => {
  expect(sinkConfig.parse({ ...base, ...own })).toMatchObject(expected)
})

test("the other sinks' words mean nothing in a configuration of this one", () => {
  expect(sinkConfig.parse({ ...CONFLUENT, 'schema.evolution': 'basic' })['auto.create']).toBe(false)
  expect(sinkConfig.unknown({ ...CONFLUENT, 'primary.key.mode': 'none' }).map(({ key }) => key)).toContain(
    'primary.key.mode',
  )
})

test('a key whose effect would be missed is refused by its name', () => {
  const props = { ...DEBEZIUM, 'field.exclude.list': 'secret' }
  expect(() => sinkConfig.parse(props)).toThrow(/field\.exclude\.list has no effect here/)
  const blamed = sinkConfig.validate(props).filter((value) => value.errors.length > 0)
  expect(blamed.map((value) => value.name)).toEqual(['field.exclude.list'])
})

test('problems are told by the keys that were written', () => {
  const values = sinkConfig.validate({ ...DEBEZIUM, 'primary.key.mode': 'sideways' })
  const blamed = values.filter((value) => value.errors.length > 0)
  expect(blamed.map((value) => value.name)).toEqual(['primary.key.mode'])
  expect(blamed[0]?.errors.join()).toContain('configuration primary.key.mode')
})

test('an unknown key is told with the nearest of all that are known there', () => {
  const unknown = sinkConfig.unknown({ ...DEBEZIUM, 'primary.key.feilds': 'a', 'connection.pool.min_size': '1' })
  expect(unknown.filter(({ key }) => key.startsWith('primary'))).toEqual([
    { key: 'primary.key.feilds', nearest: 'primary.key.fields' },
  ])
  expect(sinkConfig.unknown({ ...CONFLUENT, 'isnert.mode': 'x', 'table.t.pk.mode': 'none' })).toContainEqual({
    key: 'isnert.mode',
    nearest: 'insert.mode',
  })
})

test('the driver is not given what was meant for another pool', () => {
  const props = inOwnWords({ ...DEBEZIUM, 'connection.pool.max_size': '3', 'connection.username': 'me' })
  expect(
    Object.keys(props)
      .filter((key) => key.startsWith('connection.'))
      .toSorted(),
  ).toEqual(['connection.url', 'connection.user'])
})

test.each<[Props, string, string]>([
  [{ 'table.name.format': 'shop.${topic}' }, 'a', 'shop.a'],
  [{ 'table.name.format': '${topic}_${topic}' }, '$&', '$&_$&'],
  [{ 'table.name.dots': 'underscore' }, 'a.b', 'a_b'],
])('with %j topic %s goes into %s', (props, topic, table) => {
  expect(new Destinations({ ...CONFLUENT, ...props }).of(topic).table).toBe(table)
})

test.each(['shop.orders', 'orders', '"orders"'])('keys of table orders hold for %s', (format) => {
  const props = { ...CONFLUENT, 'table.name.format': format, 'table.orders.pk.mode': 'kafka' }
  expect(new Destinations(props).of('t').config['pk.mode']).toBe('kafka')
})

test('a problem with the key of a table names that key', () => {
  const props = { ...CONFLUENT, 'table.shop.orders.delete.enabled': 'true' }
  expect(() => new Destinations(props)).toThrow(/Table shop\.orders: Deletes are only supported/)
})

test('what stands for something unknown in the name of the table is refused', () => {
  expect(() => sinkConfig.parse({ ...CONFLUENT, 'table.name.format': '${source.db}_${topic}' })).toThrow(
    /\$\{source\.db\} is not known/,
  )
})
