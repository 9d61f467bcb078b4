import { expect, it } from 'vitest'
import { askDesk, openDesk } from './desk.js'
import { addressAt, type Started } from './support.js'
import type { ServerKind, ServerOptions } from './server.js'

function standIn(kind: ServerKind, onEnd: () => void): Started {
  const address = addressAt(kind, { host: '127.0.0.1', port: 7, user: 'root' }, 'a stand-in')
  return { address, process: { [Symbol.asyncDispose]: () => Promise.resolve(onEnd()) } }
}

it('starts a server once for all who ask', async () => {
  const searches: string[] = []
  const find = (kind: ServerKind, options: ServerOptions) => {
    searches.push(`${kind} ${options.version ?? ''}`.trim())
    return Promise.resolve(standIn(kind, () => {}))
  }
  await using desk = await openDesk(find)
  const answers = await Promise.all([1, 2, 3].map(() => askDesk(desk.url, 'mariadb', {})))
  await askDesk(desk.url, 'kafka', { version: '4' })
  expect(answers.map(({ url }) => url)).toEqual(Array.from({ length: 3 }, () => 'mariadb://root@127.0.0.1:7'))
  expect(searches).toEqual(['mariadb', 'kafka 4'])
  expect(await desk.report()).toEqual([
    { name: 'mariadb', foundBy: 'a stand-in', problem: null },
    { name: 'kafka 4', foundBy: 'a stand-in', problem: null },
  ])
})

it('hands over the reasons when there is no server', async () => {
  await using desk = await openDesk(() => Promise.reject(new Error('java not found')))
  await expect(askDesk(desk.url, 'kafka', {})).rejects.toThrow('java not found')
  expect(await desk.report()).toEqual([{ name: 'kafka', foundBy: null, problem: 'java not found' }])
})

it('ends what it started when it closes', async () => {
  const ended: string[] = []
  const desk = await openDesk((kind) => Promise.resolve(standIn(kind, () => ended.push(kind))))
  await askDesk(desk.url, 'postgresql', {})
  await desk[Symbol.asyncDispose]()
  expect(ended).toEqual(['postgresql'])
})
