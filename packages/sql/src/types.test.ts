import { decimal, primitive, type Schema } from '@rowbridge/api'
import { expect, it } from 'vitest'
import type { RawColumn, ReadSettings } from './dialect.js'
import { numericOf, readDecimal } from './types.js'

type Mapping = ReadSettings['numericMapping']
const MAPPINGS: readonly Mapping[] = ['none', 'precision_only', 'best_fit', 'best_fit_eager_double']
const [int8, int16, int32, int64, double] = (['int8', 'int16', 'int32', 'int64', 'float64'] as const).map((type) =>
  primitive(type),
)

function columnOf(precision: number | null, scale: number | null): RawColumn {
  return {
    name: 'n',
    type: 'numeric',
    typeName: 'numeric',
    precision,
    scale,
    isNullable: true,
    isPrimaryKey: false,
    isAutoIncrement: false,
  }
}

const exact = (precision: number, scale: number): Schema => decimal(scale, { precision })

it.each([
  [2, 0, [exact(2, 0), int8, int8, int8]],
  [4, 0, [exact(4, 0), int16, int16, int16]],
  [8, 0, [exact(8, 0), int32, int32, int32]],
  [18, 0, [exact(18, 0), int64, int64, int64]],
  [19, 0, [exact(19, 0), exact(19, 0), exact(19, 0), exact(19, 0)]],
  [10, 2, [exact(10, 2), exact(10, 2), double, double]],
  [20, 5, [exact(20, 5), exact(20, 5), exact(20, 5), double]],
  [5, -2, [exact(7, 0), int32, int32, int32]],
  [null, null, Array.from({ length: 4 }, () => exact(0, 127))],
])('maps NUMERIC(%s,%s) as each setting says', (precision, scale, schemas) => {
  const found = MAPPINGS.map((numericMapping) =>
    numericOf(columnOf(precision, scale), { numericMapping, zone: null, isLegacyCalendar: false, params: {} }),
  )
  expect(found).toEqual(schemas)
})

it.each([
  ['12.50', '12.50'],
  ['-7', '-7.00'],
  ['1e2', '100.00'],
  ['0.5', '0.50'],
  ['00000012.50', '12.50'],
  ['00000000.00', '0.00'],
])('reads %s at its scale', (raw, value) => {
  const column = columnOf(10, 2)
  expect(readDecimal(column, exact(10, 2))(raw)).toBe(value)
})

it.each(['NaN', '1.234', 'Infinity'])('has %s, which a decimal cannot be, carried as it is', (raw) => {
  expect(() => readDecimal(columnOf(10, 2), exact(10, 2))(raw)).toThrow(
    expect.objectContaining({ carried: { schema: primitive('string'), value: raw } }),
  )
})
