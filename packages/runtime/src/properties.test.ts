import { describe, expect, test } from 'vitest'
import { parseProperties } from './properties.js'

const parse = (text: string) => parseProperties(Buffer.from(text, 'latin1'), 'worker.properties').props

describe('a properties file', () => {
  test.each<[string, Record<string, string>]>([
    ['a=1\nb:2\nc 3\n', { a: '1', b: '2', c: '3' }],
    ['a = 1\r\nb\t:\t2\rc=3', { a: '1', b: '2', c: '3' }],
    ['  # no\n\t! no\n\n a=#1!', { a: '#1!' }],
    ['# no \\\na=1', { a: '1' }],
    ['a=1,\\\n    2,\\\n\t3', { a: '1,2,3' }],
    ['a=1\\\\\nb=2', { a: '1\\', b: '2' }],
    ['a=1\\\n\nb=2', { a: '1', b: '2' }],
    ['a=1\\', { a: '1' }],
    ['\\\n# x=1', { '#': 'x=1' }],
    ['key', { key: '' }],
    ['=v', { '': 'v' }],
    ['a==1', { a: '=1' }],
    ['a:=1', { a: '=1' }],
    ['a\\=b\\ c\\:d=e', { 'a=b c:d': 'e' }],
    ['a=\\t\\n\\r\\f\\\\\\d\\"', { a: '\t\n\r\f\\d"' }],
    ['a=C:\\temp\\new', { a: 'C:\temp\new' }],
    ['a=\\u00fc\\u20AC', { a: 'ü€' }],
    ['a=\xfc', { a: 'ü' }],
    ['a=1  ', { a: '1  ' }],
    ['a="1"', { a: '"1"' }],
    ['a=1\na=2', { a: '2' }],
    ['url=jdbc:mariadb://h:3306/d?x=y&z=1', { url: 'jdbc:mariadb://h:3306/d?x=y&z=1' }],
  ])('%j reads as Java reads it', (text, props) => {
    expect(parse(text)).toEqual(props)
  })

  test('with a broken escape is refused with file and line', () => {
    expect(() => parse('a=1\nb=\\u12')).toThrow('worker.properties:2: \\u is not followed by four hexadecimal digits')
  })

  test('in UTF-8 brings a warning with file and line, as it is read as ISO-8859-1', () => {
    const { warnings } = parseProperties(Buffer.from('a=1\nb=grün', 'utf8'), 'w.properties')
    expect(warnings).toEqual([expect.stringMatching(/^w\.properties:2: .* b looks like UTF-8/)])
  })
})
