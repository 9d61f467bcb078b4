import { expect, test } from 'vitest'
import type { TableId } from '@rowbridge/sql'
import { chooseTables, fullName, missingTables, refuseSameNames } from './table-filter.js'

const id = (schema: string | null, table: string): TableId => ({ catalog: null, schema, table })
const TABLES = [id('app', 'orders'), id('app', 'users'), id('public', 'orders'), id('public', 'Orders')]
const NONE = { 'table.whitelist': [], 'table.blacklist': [], 'table.include.list': [], 'table.exclude.list': [] }
const quote = ({ schema, table }: TableId) => `"${schema}"."${table}"`

test.each([
  ['no filter', {}, ['app.orders', 'app.users', 'public.orders', 'public.Orders']],
  ['a bare name', { 'table.whitelist': ['orders'] }, ['app.orders', 'public.orders']],
  ['a whole name', { 'table.whitelist': ['public.orders'] }, ['public.orders']],
  ['a quoted name', { 'table.whitelist': ['"app"."users"'] }, ['app.users']],
  ['a blacklist', { 'table.blacklist': ['orders', 'public.Orders'] }, ['app.users']],
  ['a whitelist beside a blacklist', { 'table.whitelist': ['users'], 'table.blacklist': ['users'] }, ['app.users']],
  ['a pattern for the whole name', { 'table.include.list': ['app\\..*'] }, ['app.orders', 'app.users']],
  ['a pattern for a part of the name', { 'table.include.list': ['orders'] }, []],
  ['a pattern without case', { 'table.include.list': ['(?i)public\\.orders'] }, ['public.orders', 'public.Orders']],
  [
    'patterns and exceptions',
    { 'table.include.list': ['.*'], 'table.exclude.list': ['public\\..*'] },
    ['app.orders', 'app.users'],
  ],
])('%s chooses the tables it should', (_what, filter, chosen) => {
  expect(chooseTables(TABLES, { ...NONE, ...filter }, quote).map(fullName)).toEqual(chosen)
})

test('what the whitelist names and is not there is told, with what was probably meant', () => {
  const filter = { ...NONE, 'table.whitelist': ['orders', 'User', 'public.Orders', 'invoices'] }
  expect(missingTables(TABLES, filter, quote)).toEqual([
    { name: 'User', nearest: 'users' },
    { name: 'invoices', nearest: null },
  ])
})

test('two tables of one name are refused, with both names', () => {
  expect(() => refuseSameNames(TABLES)).toThrow(/app\.orders and public\.orders/)
  expect(() => refuseSameNames([id('app', 'orders'), id('public', 'Orders')])).not.toThrow()
})
