import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { primitive, struct, type SinkBatch } from '@rowbridge/api'
import { expect, onTestFinished, test } from 'vitest'
import { FileStreamSinkTask } from './sink.js'

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'rowbridge-file-sink-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'out.txt')
}

function batchOf(value: SinkBatch['value']): SinkBatch {
  const length = value.values.length
  const offsets = value.values.map((_, i) => i)
  return { topic: 't', partition: 0, length, key: null, value, timestamps: null, headers: null, offsets }
}

test('appends a line per record, in order', async () => {
  const file = place()
  writeFileSync(file, 'before\n')
  const task = new FileStreamSinkTask()
  await task.start({ file })
  const row = struct([{ name: 'id', schema: primitive('int32') }])
  await task.put([
    batchOf({ schema: primitive('string'), values: ['one', 'two'] }),
    batchOf({ schema: row, values: [[1]] }),
    batchOf({ schema: null, values: [null] }),
  ])
  expect(readFileSync(file, 'utf8')).toBe('before\none\ntwo\nStruct{id=1}\nnull\n')
  await task.stop()
})

test('a file that cannot be made is told with its path', async () => {
  const file = join(place(), 'in', 'nowhere')
  await expect(new FileStreamSinkTask().start({ file })).rejects.toMatchObject({
    code: 'file-not-writable',
    message: expect.stringContaining(file) as string,
  })
})
