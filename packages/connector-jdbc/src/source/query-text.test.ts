import { expect, test } from 'vitest'
import { hasLimit, openSelect } from './query-text.js'

test.each([
  'SELECT a, b FROM t',
  'SELECT \' where \', "order by", `limit` FROM t',
  'SELECT (SELECT max(x) FROM u WHERE u.a = 1) FROM t',
  'SELECT a FROM t /* where */',
])('a condition goes behind %s', (query) => {
  expect(openSelect(query)).toBe(query)
})

test.each([
  'SELECT a FROM t WHERE b = 1',
  'SELECT a FROM t ORDER BY a',
  'SELECT a FROM t UNION SELECT a FROM u',
  'SELECT t.a FROM t JOIN u USING (a)',
  'SELECT x AS a FROM t',
  String.raw`SELECT a, '\'' b FROM t WHERE c = 'd'`,
])('%s is put in parentheses first', (query) => {
  expect(openSelect(query)).toBe(`SELECT * FROM (${query}) query_rows`)
})

test('a semicolon and a comment at the end do not swallow the condition', () => {
  expect(openSelect('SELECT a FROM t ; ')).toBe('SELECT a FROM t')
  expect(openSelect('SELECT a FROM t -- all')).toBe('SELECT a FROM t -- all\n')
  expect(openSelect('SELECT a FROM t # all')).toBe('SELECT a FROM t # all\n')
  expect(openSelect("/* don't */ SELECT a FROM t -- it's")).toBe("/* don't */ SELECT a FROM t -- it's\n")
  expect(openSelect('SELECT a FROM t; -- all\n/* ; */ ;')).toBe('SELECT a FROM t')
  expect(openSelect("SELECT ';--' FROM t")).toBe("SELECT ';--' FROM t\n")
})

test('a limit is seen only where it bounds the statement', () => {
  expect(hasLimit('LIMIT 100')).toBe(true)
  expect(hasLimit('FETCH FIRST 5 ROWS ONLY')).toBe(true)
  expect(hasLimit("/* limit */ FOR SHARE 'limit'")).toBe(false)
})
