import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOffsetStore } from '../stores/offset.js'
import { decodeJavaMap, encodeJavaMap } from './java-map.js'
import { offsetsFile } from './offsets-file.js'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowbridge-offsets-'))
  path = join(folder, 'connect.offsets')
})
afterEach(() => rm(folder, { recursive: true }))

const bytes = (value: string) => Buffer.from(value, 'utf8')
async function keysOfFile(): Promise<string[]> {
  return decodeJavaMap(await readFile(path)).map(([key]) => Buffer.from(key).toString())
}

describe('the offsets file', () => {
  it('is empty where there is no file', async () => {
    const store = await openOffsetStore(offsetsFile(path))

    expect(store.read('c', [{ table: 't' }])).toEqual([null])
  })

  it('is refused at the start where its folder does not exist', async () => {
    const path = join(folder, 'none', 'connect.offsets')

    await expect(openOffsetStore(offsetsFile(path))).rejects.toThrow(`${path} cannot be written: its folder does not`)
  })

  it('keeps offsets over a restart, beyond 2^53 too', async () => {
    const store = await openOffsetStore(offsetsFile(path))
    await store.write('c', [[{ table: 't' }, { incrementing: 9_007_199_254_740_993n }]])

    const again = await openOffsetStore(offsetsFile(path))

    expect(again.read('c', [{ table: 't' }, { table: 'u' }])).toEqual([{ incrementing: 9_007_199_254_740_993n }, null])
  })

  it('holds the keys and values of Kafka Connect', async () => {
    const store = await openOffsetStore(offsetsFile(path))
    await store.write('file-src', [[{ filename: '/data/in.txt' }, { position: 120 }]])

    const [[key, value] = []] = decodeJavaMap(await readFile(path))
    expect(String(Buffer.from(key!))).toBe('["file-src",{"filename":"/data/in.txt"}]')
    expect(String(Buffer.from(value!))).toBe('{"position":120}')
  })

  it('goes on under the key of another writer that orders members otherwise', async () => {
    const theirs = '["c",{"table":"t","protocol":"1"}]'
    await writeFile(path, encodeJavaMap([[bytes(theirs), bytes('{"incrementing":3}')]]))
    const store = await openOffsetStore(offsetsFile(path))

    expect(store.read('c', [{ protocol: '1', table: 't' }])).toEqual([{ incrementing: 3 }])
    await store.write('c', [[{ protocol: '1', table: 't' }, { incrementing: 4 }]])

    expect(await keysOfFile()).toEqual([theirs])
  })

  it('keeps entries it does not understand', async () => {
    await writeFile(path, encodeJavaMap([[Buffer.from([0xff, 0xfe]), bytes('1')]]))
    const store = await openOffsetStore(offsetsFile(path))
    await store.write('c', [['p', 1]])

    const keys = decodeJavaMap(await readFile(path)).map(([key]) => Buffer.from(key).toString('hex'))
    expect(keys).toContain('fffe')
  })

  it('leaves nothing beside the file and loses no write of many at once', async () => {
    const store = await openOffsetStore(offsetsFile(path))
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.write('c', [[`p${i}`, i]])))

    expect(await readdir(folder)).toEqual(['connect.offsets'])
    expect(await keysOfFile()).toHaveLength(20)
  })

  it.each([
    { name: 'empty', content: Buffer.alloc(0) },
    { name: 'cut off', content: Buffer.from(encodeJavaMap([[bytes('["c","p"]'), bytes('1')]])).subarray(0, 120) },
    { name: 'something else', content: bytes('{"c":1}') },
    { name: 'no JSON inside', content: encodeJavaMap([[bytes('["c","p"]'), bytes('{')]]) },
  ])('is an error that names it when the file is $name', async ({ content }) => {
    await writeFile(path, content)

    await expect(openOffsetStore(offsetsFile(path))).rejects.toMatchObject({
      code: 'corrupt-offsets-file',
      message: expect.stringContaining(path),
      hint: expect.stringContaining('remove it'),
    })
  })
})
