import { expect, test } from 'vitest'
import { SpoolPlace, valuesOf } from './spool-place.js'

async function read(content: string | Buffer, more = {}) {
  await using place = new SpoolPlace()
  place.write('a.csv', content)
  return await place.drain(await place.task('csv', more))
}

test.each<[string, string | Buffer, Record<string, string>, unknown]>([
  [
    'quoted line ends',
    'id,t\n1,"a\nb"\n2,c\n',
    {},
    [
      { id: '1', t: 'a\nb' },
      { id: '2', t: 'c' },
    ],
  ],
  ['doubled quotes', 'id,t\n1,"a ""b"" c"\n', {}, [{ id: '1', t: 'a "b" c' }]],
  ['line ends of Windows', 'id,t\r\n1,a\r\n', {}, [{ id: '1', t: 'a' }]],
  [
    'two kinds of line ends',
    'id,t\r\n1,a\n2,b\r\n',
    {},
    [
      { id: '1', t: 'a' },
      { id: '2', t: 'b' },
    ],
  ],
  ['a mark of the byte order', '\ufeffid,t\n1,a\n', {}, [{ id: '1', t: 'a' }]],
  ['no end of the last line', 'id,t\n1,a', {}, [{ id: '1', t: 'a' }]],
  ['a last column without a name', 'id,\n1,a\n', {}, [{ id: '1', column02: 'a' }]],
  ['lines before the header', '# made\n# today\nid\n1\n', { 'csv.skip.lines': '2' }, [{ id: '1' }]],
  ['tabs', 'id\tt\n1\ta,b\n', { 'csv.separator.char': '9' }, [{ id: '1', t: 'a,b' }]],
  ['backslashes that escape', 'id\n"a \\"b\\""\n', { 'csv.escape.char': '92' }, [{ id: 'a "b"' }]],
  ['backslashes that do not', 'id\nC:\\temp\n', {}, [{ id: 'C:\\temp' }]],
  ['quotes that mean nothing', 'id\n5" nail\n', { 'csv.ignore.quotations': 'true' }, [{ id: '5" nail' }]],
  [
    'bare empty fields as null',
    'id,t\n1,""\n2,\n',
    { 'csv.null.field.indicator': 'EMPTY_SEPARATORS' },
    [
      { id: '1', t: '' },
      { id: '2', t: null },
    ],
  ],
  ['another encoding', Buffer.from('id\nGrün\n', 'latin1'), { 'csv.file.charset': 'ISO-8859-1' }, [{ id: 'Grün' }]],
  ['no header', '1,a\n', { 'csv.first.row.as.header': 'false' }, [{ column01: '1', column02: 'a' }]],
])('reads %s', async (_what, content, more, values) => {
  expect(valuesOf(await read(content, more))).toEqual(values)
})

test.each([
  ['id,id\n1,2\n', 'a.csv:1: the header has id twice'],
  ['id\n1\n"open\n2\n', 'a.csv:3: '],
  ['id\n1,2\n', 'a.csv:2: the row has 2 fields, not 1'],
])('%j is told as %s', async (content, problem) => {
  await expect(read(content)).rejects.toThrow(problem)
})

const SCHEMA = {
  name: 'Order',
  type: 'STRUCT',
  isOptional: false,
  fieldSchemas: {
    price: { name: 'org.apache.kafka.connect.data.Decimal', type: 'BYTES', version: 1, parameters: { scale: '2' } },
    at: { name: 'org.apache.kafka.connect.data.Timestamp', type: 'INT64', version: 1, isOptional: true },
    id: { type: 'INT64' },
    paid: { type: 'BOOLEAN', isOptional: true },
  },
}
const KEY = { name: 'Key', type: 'STRUCT', fieldSchemas: { id: { type: 'INT64' } } }

test('a given schema says what the columns are, whatever their order', async () => {
  const given = {
    'schema.generation.enabled': 'false',
    'value.schema': JSON.stringify(SCHEMA),
    'key.schema': JSON.stringify(KEY),
  }
  const [batch] = await read('ID,paid,price,at,more\n9223372036854775807,,12.5,2024-02-29 10:00:00,x\n', given)
  expect(batch?.value.values).toEqual([['12.50', Date.UTC(2024, 1, 29, 10), 9223372036854775807n, null]])
  expect(batch?.value.schema).toMatchObject({ name: 'Order', type: 'struct' })
  expect(batch?.key).toMatchObject({ schema: { name: 'Key' }, values: [[9223372036854775807n]] })
})

test('inferred types hold all values of a column, and change none', async () => {
  const more = { 'schema.generation.types': 'infer', 'schema.generation.key.fields': 'i' }
  const content = 'i,f,b,d,z,m,e\n1,1.5,true,2024-01-31,007,1,\n2,2,false,2024-02-01,1,x,\n,,,,,,\n'
  const [batch] = await read(content, more)
  expect(batch?.value.schema?.fields.map(({ schema }) => schema.name ?? schema.type)).toEqual([
    'int64',
    'float64',
    'boolean',
    'org.apache.kafka.connect.data.Date',
    'string',
    'string',
    'string',
  ])
  expect(batch?.value.values[1]).toEqual([2, 2, false, 19_754, '1', 'x', ''])
  expect(batch?.key?.values).toEqual([[1], [2], [null]])
})
