// Every column type of MariaDB and MySQL with values at its edges.
import type { TypeCase } from './type-matrix.js'

const NOT_CARRIED_FRACTION = 'Connect counts milliseconds'
const BIG = 'repeat(char(0xF0, 0x9F, 0x98, 0x80 using utf8mb4), 4000000)'

/** `hex(v)` where the text of a value would not tell all of it. */
const bytes = 'hex(v)'

export const MYSQL_TYPES: readonly TypeCase[] = [
  { type: 'tinyint', values: ['-128', '0', '127'] },
  { type: 'tinyint unsigned', values: ['0', '255'] },
  { type: 'tinyint(1)', values: ['0', '1'] },
  { type: 'boolean', values: ['true', 'false'] },
  { type: 'smallint', values: ['-32768', '32767'] },
  { type: 'smallint unsigned', values: ['65535'] },
  { type: 'mediumint', values: ['-8388608', '8388607'] },
  { type: 'mediumint unsigned', values: ['16777215'] },
  { type: 'int', values: ['-2147483648', '2147483647'] },
  { type: 'int unsigned', values: ['0', '4294967295'] },
  { type: 'int(5) zerofill', values: ['42'] },
  { type: 'bigint', values: ['-9223372036854775808', '-9007199254740993', '9223372036854775807'] },
  { type: 'bigint unsigned', values: ['0', '9223372036854775807', '9223372036854775808', '18446744073709551615', '1'] },
  { type: 'bigint(20) zerofill', values: ['18446744073709551615', '7'] },
  {
    type: 'decimal(65,30)',
    values: ['-99999999999999999999999999999999999.999999999999999999999999999999', '1e-30', '0'],
  },
  { type: 'decimal(10,2) unsigned zerofill', values: ['12.5', '0'] },
  { type: 'decimal(30,0)', values: ['-999999999999999999999999999999'] },
  { type: 'float', values: ['3.40282e38', '-1.1', '0', '1e-30'], shown: 'v + 0e0' },
  { type: 'float', values: ['16777216', '3.4028234663852886e38', '0.33333334', '-123456789'], shown: 'v + 0e0' },
  { type: 'float(9,2)', values: ['1234567.12', '0.01'], shown: 'v + 0e0' },
  { type: 'double', values: ['-1.7976931348623157e308', '5e-324', '0.1', '9007199254740993'] },
  { type: 'bit(1)', values: ["b'0'", "b'1'"], shown: bytes },
  { type: 'bit(8)', values: ["b'10000000'", "b'01111111'", "b'0'"], shown: bytes },
  { type: 'bit(12)', values: ["b'100000000001'"], shown: bytes },
  { type: 'bit(64)', values: ['0xFFFFFFFFFFFFFFFF', "b'0'"], shown: bytes },
  { type: 'char(10)', values: ["''", "'ab'", "'äöüß€'", "'😀'"] },
  {
    type: 'varchar(100)',
    values: ["''", "'trailing  '", `'"q" \\\\ / \\t\\n\\r\\0 😀 日本語'`, "'NULL'"],
    shown: bytes,
  },
  { type: 'tinytext', values: ["repeat('y', 255)"] },
  { type: 'mediumtext', values: ["'m'"] },
  { type: 'longtext', values: [BIG, "''"], shown: 'concat(length(v), md5(v))' },
  { type: 'binary(4)', values: ["x'01020304'", "''"], shown: bytes },
  { type: 'varbinary(10)', values: ["x''", "x'00FF00'"], shown: bytes },
  { type: 'tinyblob', values: ["x'00'"], shown: bytes },
  { type: 'longblob', values: ["repeat(x'00FF10', 5333333)", "x''"], shown: 'concat(length(v), md5(v))' },
  { type: "enum('small','b c','ü')", values: ["'small'", "'b c'", "'ü'"] },
  { type: "set('a','b c')", values: ["''", "'a,b c'"] },
  { type: 'json', values: [`'{"a": [1, null, "😀"]}'`, "'null'", `'"s"'`, "'[]'"] },
  { type: 'year', values: ['1901', '2155', '0'] },
  {
    type: 'date',
    values: ["'0001-01-01'", "'1000-01-01'", "'1582-10-04'", "'1582-10-15'", "'1969-12-31'", "'9999-12-31'"],
  },
  { type: 'date', values: ["'0000-00-00'", "'2024-00-00'", "'2024-02-00'", "'0000-01-01'", "'2024-02-29'"] },
  { type: 'time', values: ["'00:00:00'", "'23:59:59'", "'24:00:00'", "'-00:00:01'", "'838:59:59'", "'-838:59:59'"] },
  { type: 'time(6)', values: ["'838:59:59.000000'", "'-838:59:58.999999'", "'01:02:03.004'"] },
  { type: 'time(6)', values: ["'01:02:03.004005'"], arrives: ["'01:02:03.004'"], because: NOT_CARRIED_FRACTION },
  { type: 'datetime', values: ["'0001-01-01 00:00:00'", "'1500-06-01 12:00:00'", "'9999-12-31 23:59:59'"] },
  { type: 'datetime', values: ["'0000-00-00 00:00:00'", "'2024-00-01 01:02:03'", "'0000-01-01 00:00:00'"] },
  {
    type: 'datetime(6)',
    values: ["'2024-02-29 13:14:15.123'", "'1969-12-31 23:59:59.999'", "'2024-00-00 00:00:00.000001'"],
  },
  {
    type: 'datetime(6)',
    values: ["'2024-02-29 13:14:15.123456'"],
    arrives: ["'2024-02-29 13:14:15.123'"],
    because: NOT_CARRIED_FRACTION,
  },
  { type: 'timestamp null', values: ["'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'", "'0000-00-00 00:00:00'"] },
  { type: 'timestamp(3) null', values: ["'2038-01-19 03:14:07.999'"] },
  { type: 'geometry', values: ["ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))')"], shown: bytes },
  { type: 'point', values: ["ST_GeomFromText('POINT(-1.5 2.5)')"], shown: bytes },
  { type: 'linestring', values: ["ST_GeomFromText('LINESTRING(0 0,1 1)')"], shown: bytes },
  { type: 'geometrycollection', values: ["ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1))')"], shown: bytes },
]

/** Types that MySQL has not. */
export const MARIADB_TYPES: readonly TypeCase[] = [
  { type: 'uuid', values: ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"] },
  { type: 'inet4', values: ["'0.0.0.0'", "'255.255.255.255'"] },
  { type: 'inet6', values: ["'::'", "'2001:db8::1'"] },
]
