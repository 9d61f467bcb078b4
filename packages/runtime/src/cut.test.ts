import { describe, expect, it } from 'vitest'
import { DataError, RetriableError } from '@rowbridge/api'
import { cut } from './cut.js'

/** Works on numbered records of which some are bad; `tellsIndex` says whether the error names the first bad one. */
function stage(bad: readonly number[], tellsIndex: boolean) {
  const done: number[] = []
  const skipped: number[] = []
  const tries: string[] = []
  return {
    done,
    skipped,
    tries,
    work: (from: number, to: number) => {
      tries.push(`${from}..${to}`)
      const first = bad.find((index) => index >= from && index < to)
      if (first !== undefined) {
        return Promise.reject(new DataError('bad', 'bad record', tellsIndex ? { index: first - from } : {}))
      }
      for (let i = from; i < to; i += 1) done.push(i)
      return Promise.resolve()
    },
    onBad: (index: number) => {
      skipped.push(index)
    },
  }
}

describe('cut', () => {
  it.each([
    { bad: [], tellsIndex: true },
    { bad: [0], tellsIndex: true },
    { bad: [9], tellsIndex: true },
    { bad: [3, 4, 8], tellsIndex: true },
    { bad: [], tellsIndex: false },
    { bad: [0, 9], tellsIndex: false },
    { bad: [2, 3, 7], tellsIndex: false },
    { bad: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], tellsIndex: false },
  ])('does all records but the bad ones, in order: $bad, named: $tellsIndex', async ({ bad, tellsIndex }) => {
    const { done, skipped, work, onBad } = stage(bad, tellsIndex)

    await cut(10, work, onBad)

    expect(skipped).toEqual(bad)
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((index) => !bad.includes(index)))
  })

  it('finds a named record in two tries more', async () => {
    const { tries, work, onBad } = stage([500], true)

    await cut(1000, work, onBad)

    expect(tries).toEqual(['0..1000', '0..500', '500..501', '501..1000'])
  })

  it.each([
    { index: 5, tries: ['0..5', '5..6', '6..10'] },
    { index: undefined, tries: ['0..5', '5..10', '5..8', '5..7', '5..6', '6..7', '7..8', '8..10'] },
  ])('does not try again what is known to fail: named $index', async ({ index, tries: wanted }) => {
    const { tries, skipped, work, onBad } = stage([5], index !== undefined)

    await cut(10, work, onBad, new DataError('bad', 'bad record', index === undefined ? {} : { index }))

    expect([tries, skipped]).toEqual([wanted, [5]])
  })

  it.each([[[1500]], [[0]], [[2999]], [[0, 1, 299, 300, 777, 1499, 1500, 2222, 2998, 2999]]])(
    'finds %j of 3000 in two tries for each halving',
    async (bad) => {
      const { tries, skipped, work, onBad } = stage(bad, false)

      await cut(3000, work, onBad, new DataError('bad', 'bad record'))

      expect(skipped).toEqual(bad)
      expect(tries.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(3000)) * bad.length)
    },
  )

  it('goes no further than a record that nobody tolerates', async () => {
    const { done, work } = stage([4], true)

    const result = cut(10, work, (index, error) => {
      throw new DataError(error.code, `record ${index}`)
    })

    await expect(result).rejects.toThrow('record 4')
    expect(done).toEqual([0, 1, 2, 3])
  })

  it('leaves errors that are not about a record alone', async () => {
    const result = cut(
      10,
      () => Promise.reject(new RetriableError('busy', 'busy')),
      () => undefined,
    )

    await expect(result).rejects.toThrow(RetriableError)
  })
})
