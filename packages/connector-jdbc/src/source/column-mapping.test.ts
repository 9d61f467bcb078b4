import { expect, test } from 'vitest'
import { checkIncrementingMapping, checkTimestampMapping, cursorNamesOf } from './column-mapping.js'

const CONFIG = {
  mode: 'timestamp+incrementing',
  'incrementing.column.name': '',
  'timestamp.column.name': [],
  'table.include.list': ['.*'],
  'timestamp.columns.mapping': ['public\\.a.*:[updated|created]', 'public\\.b:[seen]'],
  'incrementing.column.mapping': ['public\\..*:id'],
}

test.each(['regex', 'a:b:c', 't:col', 't:[]', 't:[a||b]', '(:[a]'])(
  'fact 56: the timestamp mapping %s is refused',
  (entry) => {
    expect(checkTimestampMapping(entry)).not.toBeNull()
  },
)

test.each(['regex', 'a:b:c', 't:', '(:a'])('fact 56: the incrementing mapping %s is refused', (entry) => {
  expect(checkIncrementingMapping(entry)).not.toBeNull()
})

test('well-formed mappings are accepted', () => {
  expect(checkTimestampMapping('a.*:[x|y], b:[z]')).toBeNull()
  expect(checkIncrementingMapping('a.*:id,b:no')).toBeNull()
})

test('a table takes the columns of the entry that matches it', () => {
  expect(cursorNamesOf(CONFIG, 'public.a1')).toEqual({ incrementing: 'id', timestamps: ['updated', 'created'] })
})

test('a table that no entry matches, or two, is refused', () => {
  expect(() => cursorNamesOf(CONFIG, 'public.c')).toThrow(/no entry matches table public\.c/)
  const twice = { ...CONFIG, 'timestamp.columns.mapping': ['.*:[a]', 'public\\.b:[b]'] }
  expect(() => cursorNamesOf(twice, 'public.b')).toThrow(/all match table public\.b/)
})

test('without an include list the named columns count', () => {
  const named = {
    ...CONFIG,
    'table.include.list': [],
    'incrementing.column.name': 'no',
    'timestamp.column.name': ['at'],
  }
  expect(cursorNamesOf(named, 'x')).toEqual({ incrementing: 'no', timestamps: ['at'] })
})
