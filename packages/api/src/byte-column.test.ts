import { expect, test } from 'vitest'
import { byteColumn, bytesAt, sliceColumn, type ByteColumn } from './byte-column.js'

const texts = (column: ByteColumn) =>
  Array.from({ length: column.length }, (_, i) => {
    const bytes = bytesAt(column, i)
    return bytes === null ? null : Buffer.from(bytes).toString()
  })

test('items come back in order, null apart from empty', () => {
  const column = byteColumn([Buffer.from('a'), null, Buffer.from(''), Buffer.from('längst')])
  expect(texts(column)).toEqual(['a', null, '', 'längst'])
})

test('a slice is a part of the same buffer', () => {
  const column = byteColumn([Buffer.from('a'), Buffer.from('b'), null, Buffer.from('c')])
  const part = sliceColumn(column, 1, 3)
  expect(texts(part)).toEqual(['b', null])
  expect(part.bytes).toBe(column.bytes)
})

test('an item that is not there is an error', () => {
  expect(() => bytesAt(byteColumn([]), 0)).toThrow(RangeError)
})
