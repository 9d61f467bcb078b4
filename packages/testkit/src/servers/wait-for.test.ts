import { expect, it } from 'vitest'
import { waitFor } from './wait-for.js'

function refuse(): Promise<never> {
  return Promise.reject(new Error('connection refused'))
}

it('gives what the look gives as soon as it is something', async () => {
  const answers = [null, undefined, false, 7]
  await expect(waitFor('an answer', () => answers.shift(), { everyMs: 1 })).resolves.toBe(7)
})

it('takes an error for "not yet"', async () => {
  let looks = 0
  const look = () => {
    looks += 1
    if (looks < 3) throw new Error('not there')
    return looks
  }
  await expect(waitFor('the third look', look, { everyMs: 1 })).resolves.toBe(3)
})

it('says for what it waited in vain, and what was seen last', async () => {
  await expect(waitFor('the broker', refuse, { timeoutMs: 10, everyMs: 1 })).rejects.toThrow(
    'Waited 10 ms in vain for: the broker (at last: connection refused)',
  )
})

it('ends early when its signal says so', async () => {
  const signal = AbortSignal.abort(new Error('the server died'))
  await expect(waitFor('the server', () => null, { signal })).rejects.toThrow('the server died')
})
