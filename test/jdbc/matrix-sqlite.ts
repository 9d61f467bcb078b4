// Every kind of column that SQLite tells apart, with values at its edges.
import type { TypeCase } from './type-matrix.js'

export const SQLITE_TYPES: readonly TypeCase[] = [
  { type: 'INTEGER', values: ['-9223372036854775808', '0', '9007199254740993', '9223372036854775807'] },
  { type: 'TINYINT', values: ['1'] },
  { type: 'UNSIGNED BIG INT', values: ['9223372036854775807'] },
  { type: 'BOOLEAN', values: ['0', '1'] },
  { type: 'REAL', values: ['0.1', '-1.7976931348623157e308', '5e-324', '9e999', '-9e999', '1.0'] },
  { type: 'DOUBLE PRECISION', values: ['2.5'] },
  { type: 'DECIMAL(10,2)', values: ['12.5', '-0.01', '7'] },
  { type: 'DECIMAL_TEXT(30)', values: ["'-1.000000000000000000000000000001'"] },
  { type: 'NUMERIC', values: ['1.5', '3'] },
  { type: 'TEXT', values: ["''", "'007'", "'it''s \"q\" 😀'", "'a' || char(0) || 'b'", "'NULL'"] },
  { type: 'VARCHAR(3)', values: ["'longer than declared'"] },
  { type: 'TEXT', values: ["replace(hex(zeroblob(2000000)), '00', '😀')"], shown: 'length(v) || substr(v, -3)' },
  { type: 'CLOB', values: ["'c'"] },
  { type: 'BLOB', values: ["x''", "x'00FF'", 'randomblob(16000000)'], shown: 'length(v) || hex(substr(v, -20))' },
  { type: 'DATE', values: ["'0001-01-01'", "'1582-10-04'", "'9999-12-31'", "'2024-02-29'"] },
  { type: 'TIME', values: ["'00:00:00'", "'23:59:59.999'"] },
  { type: 'TIMESTAMP', values: ["'2024-02-29 13:14:15.123'", "'1969-12-31 23:59:59.999'", "'0001-01-01 00:00:00'"] },
  {
    type: 'DATETIME',
    values: ["'2024-02-29T13:14:15Z'", '1709212455123', '2460369.5'],
    arrives: ["'2024-02-29 13:14:15'", "'2024-02-29 13:14:15.123'", "'2024-02-29 00:00:00'"],
    because: 'a point in time is written as text, however it was kept',
  },
  { type: 'UUID', values: ["'123e4567-e89b-12d3-a456-426614174000'"] },
  { type: 'JSON', values: [`'{"a": [1, null]}'`] },
]

/** Values of another kind than their column says, what they arrive as, and by which type. */
export const SQLITE_MISMATCHES: readonly (readonly [column: string, value: string, arrives: unknown, type: string])[] =
  [
    ['INTEGER', "'abc'", 'abc', 'string'],
    ['INTEGER', '1.5', 1.5, 'float64'],
    ['INTEGER', "x'00ff'", Buffer.from([0, 255]), 'bytes'],
    ['REAL', "'abc'", 'abc', 'string'],
    ['BOOLEAN', '2', 2, 'int64'],
    ['DECIMAL(10,2)', '0.125', 0.125, 'float64'],
    ['DECIMAL(10,2)', "'abc'", 'abc', 'string'],
    ['DATE', "'soon'", 'soon', 'string'],
    ['TIME', "'25:00:00'", '25:00:00', 'string'],
    ['TIMESTAMP', "''", '', 'string'],
    ['TEXT', "x'00ff'", Buffer.from([0, 255]), 'bytes'],
    ['UUID', "x'00ff'", Buffer.from([0, 255]), 'bytes'],
  ]
