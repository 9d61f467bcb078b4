import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { orAborted } from './clock.js'

describe('work that an abort may cut short', () => {
  it('leaves nothing at the signal, however often it is waited for', async () => {
    const { signal } = new AbortController()
    for (let i = 0; i < 20; i += 1) await orAborted(Promise.resolve(), signal)
    await expect(orAborted(Promise.reject(new RangeError('broken')), signal)).rejects.toThrow('broken')
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it.each(['before', 'meanwhile'])('is not waited for when the signal is aborted %s', async (when) => {
    const stop = new AbortController()
    if (when === 'before') stop.abort()
    const ended = orAborted(new Promise(() => undefined), stop.signal)
    stop.abort()
    await ended
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  })
})
