import { describe, expect, test } from 'vitest'
import { primitive } from '@rowbridge/api'
import { InOrder } from './in-order.js'
import { compileKey } from './key-identity.js'
import { LastWrites, type Shape, type Writes } from './last-writes.js'

/** Columns of the model table: k is the key. */
type Columns = readonly ('k' | 'a' | 'b')[]

interface ModelShape extends Shape {
  readonly columns: Columns
}

const keyOf = (type: 'string' | 'int32') =>
  compileKey([{ name: 'k', schema: primitive(type), isKey: true, from: 'key', index: -1, epoch: null }])
const TEXT = keyOf('string')
const NUMBER = keyOf('int32')

function shapeOf(columns: Columns, key = TEXT): ModelShape {
  return {
    key,
    columns,
    covers: (other) => (other as ModelShape).columns.every((column) => columns.includes(column)),
    coversTable: () => columns.length === 3,
    versionOf: () => undefined,
  }
}

const ALL = shapeOf(['k', 'a', 'b'])
const ONLY_A = shapeOf(['k', 'a'])
const ONLY_B = shapeOf(['k', 'b'])
const KEY = shapeOf(['k'])

interface Operation {
  readonly shape: ModelShape
  readonly row: unknown[]
  readonly isDelete: boolean
}

type Table = Map<string, Record<string, unknown>>

/** What a database with a collation that knows no case makes of one statement. */
function apply(table: Table, { shape, row, isDelete }: Operation): void {
  const id = String(row[0]).toLowerCase()
  if (isDelete) {
    table.delete(id)
    return
  }
  const values = Object.fromEntries(shape.columns.map((column, i) => [column, row[i]]))
  table.set(id, { a: null, b: null, ...table.get(id), ...values, k: table.get(id)?.['k'] ?? row[0] })
}

function applied(operations: readonly Operation[]): Table {
  const table: Table = new Map([['x', { k: 'x', a: 'old', b: 'old' }]])
  for (const operation of operations) apply(table, operation)
  return table
}

function folded(writes: Writes<ModelShape>, operations: readonly Operation[]): Operation[] {
  operations.forEach(({ shape, row, isDelete }, i) =>
    isDelete ? writes.delete(shape, row, i) : writes.write(shape, row, i),
  )
  return writes
    .finish()
    .flatMap(({ kind, shape, rows }) => rows.map((row) => ({ shape, row, isDelete: kind === 'delete' })))
}

const put = (shape: ModelShape, ...row: unknown[]): Operation => ({ shape, row, isDelete: false })
const remove = (k: string): Operation => ({ shape: KEY, row: [k], isDelete: true })

const fold = (operations: readonly Operation[]) => folded(new LastWrites<ModelShape>({ revives: true }), operations)
const keep = (operations: readonly Operation[]) => folded(new InOrder<ModelShape>(), operations)

describe('LastWrites', () => {
  test('of each key only the last write stands', () => {
    expect(fold([put(ALL, 'x', 1, 1), put(ALL, 'y', 2, 2), put(ALL, 'x', 3, 3)])).toEqual([
      put(ALL, 'y', 2, 2),
      put(ALL, 'x', 3, 3),
    ])
  })

  test('a deleted key is deleted once, and only deleted', () => {
    expect(fold([put(ALL, 'x', 1, 1), remove('x'), remove('x')])).toEqual([remove('x')])
  })

  test('a row that is deleted and written whole again is only written', () => {
    const [key, all] = [shapeOf(['k'], NUMBER), shapeOf(['k', 'a', 'b'], NUMBER)]
    expect(fold([{ shape: key, row: [5], isDelete: true }, put(all, 5, 1, 1)])).toEqual([put(all, 5, 1, 1)])
  })

  test('a row that is deleted and written in part again is deleted first', () => {
    expect(fold([remove('x'), put(ONLY_A, 'x', 1)])).toEqual([remove('x'), put(ONLY_A, 'x', 1)])
  })

  test('writes that set different columns are both kept, in order', () => {
    expect(fold([put(ONLY_A, 'x', 1), put(ONLY_B, 'x', 2)])).toEqual([put(ONLY_A, 'x', 1), put(ONLY_B, 'x', 2)])
  })

  test('an update after a delete does not bring the row back', () => {
    const writes = new LastWrites<ModelShape>({ revives: false })
    expect(folded(writes, [remove('x'), put(ALL, 'x', 1, 1)])).toEqual([remove('x'), put(ALL, 'x', 1, 1)])
  })

  test('the records that rows came from are told', () => {
    const writes = new LastWrites<ModelShape>({ revives: true })
    writes.write(ALL, ['x', 1, 1], 7)
    writes.write(ALL, ['x', 2, 2], 9)
    expect(writes.finish().map((step) => step.records)).toEqual([[9]])
  })

  test('folded or not, a table ends the same, whatever the order of writes', () => {
    const random = generator(20_260)
    for (let round = 0; round < 500; round += 1) {
      const operations = Array.from({ length: 1 + (random() % 12) }, () => operationOf(random))
      expect({ operations, table: applied(fold(operations)) }).toEqual({ operations, table: applied(operations) })
    }
  })
})

describe('InOrder', () => {
  test('every insert is kept, and deletes stay between them', () => {
    const operations = [put(ALL, 'x', 1, 1), put(ALL, 'x', 2, 2), remove('x'), put(ALL, 'x', 3, 3)]
    expect(keep(operations)).toEqual(operations)
  })

  test('a key is deleted once in a row of deletes', () => {
    expect(keep([remove('x'), remove('x'), put(ALL, 'x', 1, 1), remove('x')])).toEqual([
      remove('x'),
      put(ALL, 'x', 1, 1),
      remove('x'),
    ])
  })
})

function operationOf(random: () => number): Operation {
  const k = ['x', 'X', 'y', 'Y'][random() % 4] ?? 'x'
  const value = random() % 100
  const shapes = [put(ALL, k, value, value), put(ONLY_A, k, value), put(ONLY_B, k, value), remove(k)]
  return shapes[random() % 4] ?? remove(k)
}

/** The same numbers at every run. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state >>> 8
  }
}
