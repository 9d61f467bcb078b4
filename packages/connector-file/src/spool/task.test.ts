import { appendFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceBatch } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { SpoolPlace, valuesOf } from './spool-place.js'

const numbered = (count: number) => Array.from({ length: count }, (_, i) => ({ id: String(i) }))
const numbers = (count: number) =>
  `id\n${numbered(count)
    .map(({ id }) => `${id}\n`)
    .join('')}`

test('a file is read, and moved when its records are in the log', async () => {
  await using place = new SpoolPlace()
  const path = place.write('orders.csv', 'id,name\n1,apple\n2,pear\n')
  const task = await place.task('csv')

  const [batch] = await task.poll()
  expect(valuesOf([batch as SourceBatch])).toEqual([
    { id: '1', name: 'apple' },
    { id: '2', name: 'pear' },
  ])
  expect(batch?.sourcePartition).toEqual({ fileName: 'orders.csv' })
  expect(batch?.sourceOffset).toMatchObject({ offset: 3, position: 23, length: 23 })
  expect(batch?.headers?.[1]?.map(({ key, value }) => [key, value]).slice(0, 4)).toEqual([
    ['file.name', 'orders.csv'],
    ['file.path', path],
    ['file.length', 23],
    ['file.offset', 3],
  ])
  await task.poll()
  await task.poll()
  expect(place.names('in')).toEqual(['orders.csv'])
  await place.ack(task, batch as SourceBatch)
  await place.drain(task)
  expect([place.names('in'), place.names('done')]).toEqual([[], ['orders.csv']])
})

test('a task that was killed in the middle of a file goes on there, without loss or doubling', async () => {
  await using place = new SpoolPlace()
  place.write('n.csv', numbers(25))
  const seen: SourceBatch[] = []
  for (let life = 0; life < 2; life += 1) {
    const task = await place.task('csv', { 'batch.size': '4' })
    for (const batch of [...(await task.poll()), ...(await task.poll())]) {
      seen.push(batch)
      await place.ack(task, batch)
    }
    // Given, but never in the log.
    await task.poll()
  }
  seen.push(...(await place.drain(await place.task('csv', { 'batch.size': '4' }))))
  expect(valuesOf(seen)).toEqual(numbered(25))
  expect(place.names('done')).toEqual(['n.csv'])
})

test('a file killed between its last record and its move is moved, and not read again', async () => {
  await using place = new SpoolPlace()
  place.write('n.csv', `${numbers(4)}\n\n`)
  const task = await place.task('csv', { 'batch.size': '4' })
  const [batch] = await task.poll()
  await place.ack(task, batch as SourceBatch)

  expect(await place.drain(await place.task('csv'))).toEqual([])
  expect(place.names('done')).toEqual(['n.csv'])
})

test('another file of the same name is read whole, and moved beside the first', async () => {
  await using place = new SpoolPlace()
  place.write('n.csv', numbers(3))
  await place.drain(await place.task('csv'))
  place.write('n.csv', numbers(3))
  expect(valuesOf(await place.drain(await place.task('csv')))).toEqual(numbered(3))
  expect(place.names('done')).toEqual(['n.csv', 'n.csv.1'])
})

test('an offset of lines alone, as other workers store it, is gone on from', async () => {
  await using place = new SpoolPlace()
  place.write('n.csv', numbers(5))
  place.offsets.set('{"fileName":"n.csv"}', { offset: 4 })
  expect(valuesOf(await place.drain(await place.task('csv')))).toEqual([{ id: '3' }, { id: '4' }])
})

test('a file that is still written is left alone until it is quiet', async () => {
  await using place = new SpoolPlace()
  const path = place.write('n.csv', 'id\n1\n2')
  utimesSync(path, new Date(), new Date())
  const task = await place.task('csv', { 'file.minimum.age.ms': '600000' })
  expect(await task.poll()).toEqual([])
  expect(task.isAtEnd?.()).toBe(false)
  appendFileSync(path, '3\n')
  place.age('n.csv')
  expect(valuesOf(await place.drain(await place.task('csv', { 'file.minimum.age.ms': '1000' })))).toEqual([
    { id: '1' },
    { id: '23' },
  ])
})

test('what is written to a file while it is read is read, too', async () => {
  await using place = new SpoolPlace()
  const path = place.write('n.csv', 'id\n1\n2\n3\n')
  const task = await place.task('csv', { 'batch.size': '2', 'file.minimum.age.ms': '50000' })
  const [first] = await task.poll()
  appendFileSync(path, '4\n')
  const [second] = await task.poll()
  expect(await task.poll()).toEqual([])
  expect(place.names('in')).toEqual(['n.csv'])
  place.age('n.csv')
  for (const batch of [first, second]) await place.ack(task, batch as SourceBatch)
  const rest = await place.drain(task)
  expect(valuesOf([first as SourceBatch, second as SourceBatch, ...rest]).map(({ id }) => id)).toEqual([
    '1',
    '2',
    '3',
    '4',
  ])
  expect(readFileSync(join(place.folder, 'done', 'n.csv'), 'utf8')).toBe('id\n1\n2\n3\n4\n')
})

test('a broken line fails the task after the records before it, and tells the file and the line', async () => {
  await using place = new SpoolPlace()
  const path = place.write('a.csv', 'id,name\n1,x\n2,"y"z\n3,w\n')
  const task = await place.task('csv')
  const [batch] = await task.poll()
  expect(valuesOf([batch as SourceBatch])).toEqual([{ id: '1', name: 'x' }])
  await task.poll()
  expect(place.names('in')).toEqual(['a.csv'])
  await place.ack(task, batch as SourceBatch)
  await expect(place.drain(task)).rejects.toMatchObject({
    code: 'unreadable-line',
    message: expect.stringContaining(`${path}:3: `) as string,
    hint: expect.stringContaining('Double the quotes') as string,
  })
  expect([place.names('in'), place.names('bad')]).toEqual([[], ['a.csv']])
})

test('with halt.on.error=false the next file is read', async () => {
  await using place = new SpoolPlace()
  place.write('a.csv', 'id,name\n1\n')
  place.write('b.csv', 'id,name\n2,x\n')
  const batches = await place.drain(await place.task('csv', { 'halt.on.error': 'false' }))
  expect(valuesOf(batches)).toEqual([{ id: '2', name: 'x' }])
  expect([place.names('bad'), place.names('done')]).toEqual([['a.csv'], ['b.csv']])
  expect(place.logged.join('\n')).toContain('a.csv:2: the row has 1 fields, not 2')
})

test('a value that is not of its type is told with its field', async () => {
  await using place = new SpoolPlace()
  const schema = { type: 'STRUCT', fieldSchemas: { id: { type: 'INT32' } } }
  place.write('a.csv', 'id\n1\nx\n')
  const props = { 'schema.generation.enabled': 'false', 'value.schema': JSON.stringify(schema) }
  await expect(place.drain(await place.task('csv', props))).rejects.toThrow('a.csv:3: field id: "x" is no whole number')
})

test.each([
  ['an empty file', ''],
  ['a file of a header alone', 'id,name\n'],
  ['a file of blank lines', '\n\n'],
])('%s has no records and is moved', async (_what, content) => {
  await using place = new SpoolPlace()
  place.write('a.csv', content)
  expect(await place.drain(await place.task('csv'))).toEqual([])
  expect(place.names('done')).toEqual(['a.csv'])
})

test('files are read in the order of their names, other names not at all', async () => {
  await using place = new SpoolPlace()
  for (const name of ['b.csv', 'a.csv', 'c.txt', 'd.csv.PROCESSING']) place.write(name, `id\n${name}\n`)
  expect(valuesOf(await place.drain(await place.task('csv')))).toEqual([{ id: 'a.csv' }, { id: 'b.csv' }])
  expect(place.names('in')).toEqual(['c.txt', 'd.csv.PROCESSING'])
})

test('tasks share the files out among them', async () => {
  await using place = new SpoolPlace()
  for (let i = 0; i < 9; i += 1) place.write(`f${i}.csv`, `id\n${i}\n`)
  const shares = []
  for (const index of ['0', '1', '2']) {
    shares.push(valuesOf(await place.drain(await place.task('csv', { 'task.index': index, 'task.count': '3' }))).length)
  }
  expect(shares.reduce((sum, count) => sum + count)).toBe(9)
  expect(Math.max(...shares)).toBeLessThan(9)
})

test('with cleanup.policy=NONE a file stays and is not read again, until it changes', async () => {
  await using place = new SpoolPlace()
  const path = place.write('a.csv', 'id\n1\n')
  const none = { 'cleanup.policy': 'NONE' }
  expect(valuesOf(await place.drain(await place.task('csv', none)))).toEqual([{ id: '1' }])
  expect(await place.drain(await place.task('csv', none))).toEqual([])
  writeFileSync(path, 'id\n2\n')
  place.age('a.csv')
  expect(valuesOf(await place.drain(await place.task('csv', none)))).toEqual([{ id: '2' }])
})

test('files are deleted, or moved by the day of their change, as configured', async () => {
  await using place = new SpoolPlace()
  place.write('a.csv', 'id\n1\n')
  await place.drain(await place.task('csv', { 'cleanup.policy': 'DELETE' }))
  expect([place.names('in'), place.names('done')]).toEqual([[], []])
  utimesSync(place.write('b.csv', 'id\n1\n'), 0, 86_400)
  await place.drain(await place.task('csv', { 'cleanup.policy': 'MOVEBYDATE' }))
  expect(place.names('done')).toEqual(['1970-01-02'])
})

test('many megabytes are read in little memory', async () => {
  await using place = new SpoolPlace()
  const line = `${'x'.repeat(90)},${'y'.repeat(8)}\n`
  place.write('big.csv', `a,b\n${line.repeat(100_000)}`)
  const task = await place.task('csv')
  let [rows, most] = [0, 0]
  while (task.isAtEnd?.() !== true) {
    for (const batch of await task.poll()) {
      rows += batch.length
      most = Math.max(most, batch.length)
      await place.ack(task, batch)
    }
  }
  expect([rows, most]).toEqual([100_000, 1000])
})
