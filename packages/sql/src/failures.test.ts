import { DataError, RetriableError, StateError } from '@rowbridge/api'
import { expect, it } from 'vitest'
import { failureOf, messageOf } from './failures.js'
import { importFile } from './registry.js'

it.each([
  ['postgresql', { code: '40P01' }, RetriableError, 'deadlock'],
  ['postgresql', { code: '40001' }, RetriableError, 'serialization-failure'],
  ['postgresql', { code: '57P01' }, RetriableError, 'connection-lost'],
  ['postgresql', { code: '53300' }, RetriableError, 'too-many-connections'],
  ['postgresql', { code: '22003' }, DataError, 'value-out-of-range'],
  ['postgresql', { code: '23505' }, DataError, 'constraint-violation'],
  ['postgresql', { code: '23505', constraint: 'pg_type_typname_nsp_index' }, StateError, 'table-exists'],
  ['postgresql', { code: 'P0001' }, DataError, 'refused-by-trigger'],
  ['postgresql', { code: '25006' }, RetriableError, 'read-only'],
  ['postgresql', { code: '53100' }, RetriableError, 'disk-full'],
  ['mariadb', { errno: 1644 }, DataError, 'refused-by-trigger'],
  ['mariadb', { errno: 4025 }, DataError, 'constraint-violation'],
  ['sqlite', { code: 'SQLITE_FULL' }, RetriableError, 'disk-full'],
  ['postgresql', { code: '28P01' }, StateError, 'access-denied'],
  ['postgresql', { code: '42501' }, StateError, 'permission-denied'],
  ['postgresql', { code: '42P01' }, StateError, 'unknown-table'],
  ['mariadb', { errno: 1213 }, RetriableError, 'deadlock'],
  ['mariadb', { errno: 1205 }, RetriableError, 'lock-timeout'],
  ['mariadb', { errno: 1040 }, RetriableError, 'too-many-connections'],
  ['mariadb', { errno: 1021 }, RetriableError, 'disk-full'],
  ['mariadb', { errno: 1290 }, RetriableError, 'read-only'],
  ['mysql', { errno: 1406 }, DataError, 'value-out-of-range'],
  ['mysql', { errno: 1062 }, DataError, 'constraint-violation'],
  ['mysql', { errno: 1045 }, StateError, 'access-denied'],
  ['mysql', { errno: 1142 }, StateError, 'permission-denied'],
  ['mysql', { code: 'PROTOCOL_CONNECTION_LOST' }, RetriableError, 'connection-lost'],
  ['sqlite', { code: 'SQLITE_BUSY_SNAPSHOT' }, RetriableError, 'database-locked'],
  ['sqlite', { code: 'SQLITE_CONSTRAINT_UNIQUE' }, DataError, 'constraint-violation'],
  ['sqlite', { code: 'SQLITE_READONLY' }, StateError, 'read-only'],
  ['postgresql', { code: 'ECONNRESET' }, RetriableError, 'connection-lost'],
  ['mariadb', { code: 'ECONNREFUSED' }, StateError, 'database-unreachable'],
  ['mysql', { code: 'NO_SUCH_CODE' }, StateError, 'database-error'],
])('tells what an error of %s means: %j', async (name, facts, kind, code) => {
  const { default: dialect } = await importFile(name)
  const error = Object.assign(new Error('the words of the server'), facts)
  const failure = failureOf(error, dialect.classify, 'orders: insert')
  expect(failure).toBeInstanceOf(kind)
  expect(failure).toMatchObject({ code, message: 'orders: insert: the words of the server', cause: error })
})

it('tells the row that the server names', async () => {
  const { default: dialect } = await importFile('mariadb')
  const error = Object.assign(new Error('Data too long for column v at row 3'), { errno: 1406 })
  expect(failureOf(error, dialect.classify, 'orders: insert')).toMatchObject({ index: 2 })
})

it.each([
  [
    'mariadb',
    { errno: 1366, sqlState: '22007' },
    "Incorrect integer value: 'column `x`' for column `d`.`t`.`n` at row 3",
    { sqlstate: '22007', 'vendor.code': '1366', column: 'n' },
  ],
  [
    'mariadb',
    { errno: 1062 },
    "Duplicate entry '1' for key 'PRIMARY'",
    { 'vendor.code': '1062', constraint: 'PRIMARY' },
  ],
  [
    'mariadb',
    { errno: 1452 },
    'Cannot add or update a child row: a foreign key constraint fails (`d`.`t`, CONSTRAINT `fk` FOREIGN KEY (`p`) REFERENCES `u` (`id`))',
    { 'vendor.code': '1452', column: 'p', constraint: 'fk', table: 't' },
  ],
  [
    'mariadb',
    { errno: 4025 },
    'CONSTRAINT `t.n` failed for `d`.`t`',
    { 'vendor.code': '4025', column: 'n', constraint: 't.n', table: 't' },
  ],
  [
    'postgresql',
    { code: '23505', table: 't', constraint: 't_pkey', detail: 'Key (a, b)=(1, 2) already exists.' },
    'duplicate key value',
    { sqlstate: '23505', table: 't', constraint: 't_pkey', column: 'a, b' },
  ],
  [
    'sqlite',
    { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' },
    'UNIQUE constraint failed: t.a, t.b',
    { 'vendor.code': 'SQLITE_CONSTRAINT_PRIMARYKEY', table: 't', column: 'a, b' },
  ],
  [
    'sqlite',
    { code: 'SQLITE_CONSTRAINT_CHECK' },
    'CHECK constraint failed: n < 5',
    { 'vendor.code': 'SQLITE_CONSTRAINT_CHECK', constraint: 'n < 5' },
  ],
])('tells what %s says of a refused record: %j', async (name, told, message, facts) => {
  const { default: dialect } = await importFile(name)
  const failure = failureOf(Object.assign(new Error(message), told), dialect.classify, 'orders: insert')
  expect((failure as DataError).facts).toEqual(facts)
})

it('counts the row that the server names from the first of all, where the statement was not the first', async () => {
  const { default: dialect } = await importFile('mariadb')
  const error = Object.assign(new Error('Data too long for column v at row 3'), { errno: 1406, rowsBefore: 3000 })
  expect(failureOf(error, dialect.classify, 'orders: insert')).toMatchObject({ index: 3002 })
})

it('leaves our own errors as they are', () => {
  const own = new DataError('no-key', 'x')
  expect(failureOf(own, () => null, 'y')).toBe(own)
})

it('puts together what several addresses said', () => {
  expect(messageOf(new AggregateError([new Error('a'), new Error('b')]))).toBe('a; b')
})
