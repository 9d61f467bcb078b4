import { expect, test } from 'vitest'
import { columnRulesOf, type ColumnConfig } from './column-rules.js'

const USERS = { catalog: null, schema: 'public', table: 'users' }
const NONE: ColumnConfig = {
  'columns.include.list': [],
  'columns.exclude.list': [],
  'columns.mask.hash': [],
  'columns.mask.hash.salt': '',
  'columns.mask.with': [],
}
const kindOf = (config: Partial<ColumnConfig>, column: string, table: typeof USERS | null = USERS) =>
  columnRulesOf({ ...NONE, ...config })?.treat(table, column).kind

test('without lists there are no rules, so that nothing is asked of any column', () => {
  expect(columnRulesOf({ ...NONE, 'columns.mask.hash': [''] })).toBeNull()
})

test.each([
  ['email', 'email', true],
  ['email', 'emails', false],
  ['pass.*', 'password', true],
  ['users.id', 'users_id', false],
  ['users.id', 'id', true],
  ['public\\.users\\.id', 'id', true],
  ['db\\.public\\.users\\.id', 'id', false],
  ['.*\\.id', 'id', true],
  ['.*[.]id', 'id', true],
  ['users.*', 'email', false],
  ['(?i)EMAIL', 'email', true],
  ['EMAIL', 'email', false],
])('the entry %s, for the column %s of public.users', (entry, column, isMatch) => {
  expect(kindOf({ 'columns.exclude.list': [entry] }, column)).toBe(isMatch ? 'left out' : 'as it is')
})

test('the table of a query is called query', () => {
  expect(kindOf({ 'columns.exclude.list': ['query\\.id'] }, 'id', null)).toBe('left out')
})

test('an include list leaves all others out, and an exclude list takes from it', () => {
  const lists = { 'columns.include.list': ['a.*'], 'columns.exclude.list': ['ab'] }
  expect(['ac', 'ab', 'b'].map((column) => kindOf(lists, column))).toEqual(['as it is', 'left out', 'left out'])
})

test('the last colon parts a mask from its text', () => {
  expect(kindOf({ 'columns.mask.with': ['(?:x|y):-'] }, 'y')).toBe('masked')
})

test('two texts for a column are refused, one text twice is not', () => {
  expect(() => kindOf({ 'columns.mask.with': ['a:x', 'a.*:y'] }, 'a')).toThrow(/a is masked in two ways/)
  expect(kindOf({ 'columns.mask.with': ['a:x', 'a.*:x'] }, 'a')).toBe('masked')
})
